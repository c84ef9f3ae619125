import { html } from "../html.js";

export const Organisation = () => html`<h1 tabindex="-1">Organisation</h1>`;
