// Something to be copied by a button: a link or a secret that is shown once.
import { html, useState } from "../html.js";
import { Button, Field } from "./forms.js";

export function Copied({ label, value, hint }) {
  const [state, set] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      set("Copied.");
    } catch {
      set("The browser did not let us copy it: select the text, and copy it yourself.");
    }
  };
  return html`
    <div class="stack tight">
      <${Field} label=${label} hint=${hint}>
        ${(props) => html`<input readonly value=${value} onFocus=${(event) => event.target.select()} ...${props} />`}
      <//>
      <div class="actions"><${Button} onClick=${copy}>Copy<//><span role="status">${state}</span></div>
    </div>`;
}
