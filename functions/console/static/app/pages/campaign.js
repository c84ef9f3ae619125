import { html } from "../html.js";

export const Campaign = () => html`<h1 tabindex="-1">Campaign</h1>`;
