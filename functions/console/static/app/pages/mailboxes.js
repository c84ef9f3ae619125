import { html } from "../html.js";

export const Mailboxes = () => html`<h1 tabindex="-1">Mailboxes</h1>`;
