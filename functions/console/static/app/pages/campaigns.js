import { html } from "../html.js";

export const Campaigns = () => html`<h1 tabindex="-1">Campaigns</h1>`;
