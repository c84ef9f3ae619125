import { html } from "../html.js";

export const Mailbox = () => html`<h1 tabindex="-1">Mailbox</h1>`;
