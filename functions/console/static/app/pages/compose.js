import { html } from "../html.js";

export const Compose = () => html`<h1 tabindex="-1">Compose</h1>`;
