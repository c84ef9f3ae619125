// Where a file is dropped, or chosen by a button: the same for the mouse and the keyboard.
import { html, useRef, useState } from "../html.js";
import { Button } from "../ui/forms.js";

const TYPES = ".csv,.tsv,.txt,.json,text/csv,application/json";

export function Drop({ onFile, busy, count = 0, small = false, hint = "Up to 100,000 candidates. Nobody gets a mail before you launch." }) {
  const [over, set] = useState(false);
  const input = useRef(null);
  const take = (file) => file && onFile(file);
  const picker = html`<input type="file" hidden accept=${TYPES} ref=${input}
    onChange=${(event) => (take(event.target.files[0]), (event.target.value = ""))} />`;
  if (small) return html`${picker}<${Button} busy=${busy} onClick=${() => input.current.click()}>Choose another file<//>`;
  return html`<div class=${`drop${over ? " over" : ""}`}
      onDragOver=${(event) => (event.preventDefault(), set(true))} onDragLeave=${() => set(false)}
      onDrop=${(event) => (event.preventDefault(), set(false), take(event.dataTransfer.files[0]))}>
    ${picker}
    <p><b>Drop a CSV file here</b>, or</p>
    <${Button} kind="primary" busy=${busy} onClick=${() => input.current.click()}>Choose a file<//>
    <p class="hint" role="status">${busy ? (count ? `Reading, ${count.toLocaleString("en")} rows so far` : "Reading") : hint}</p>
  </div>`;
}
