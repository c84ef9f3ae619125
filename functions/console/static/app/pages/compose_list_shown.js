// How a shortlist looks that was taken: its columns as variables, what is to be mended, and its first rows.
import { html } from "../html.js";
import { Notice } from "../ui/states.js";
import { gaps, variablesOf } from "./compose_list.js";

const SHOWN = 8;
const FAULTS = 50;

export function ListShown({ list }) {
  return html`
    <${Faults} list=${list} />
    ${list.notes.map((words) => html`<${Notice} key=${words} tone="warn">${words}<//>`)}
    ${list.renamed.length > 0 && html`<${Notice} title="Columns got names that messages can use">${list.renamed.map(([from, to], index) => html`
      <span key=${from}>${index > 0 && ", "}${from} → <code>${to}</code></span>`)}<//>`}
    <${Columns} list=${list} />
    <${FirstRows} list=${list} />`;
}

function Faults({ list }) {
  const { faults } = list;
  if (faults.length === 0) return null;
  return html`<${Notice} tone="bad" title=${faults.length === 1 ? "One thing is to be mended in the file" : `${faults.length === 200 ? "200 and more" : faults.length} things are to be mended in the file`}>
    <ul class="faults" tabindex="0">${faults.slice(0, FAULTS).map((one, index) => html`<li key=${index}>
      ${one.line ? html`<b>Line ${one.line}</b> ` : null}${one.field !== "shortlist" && one.field ? html`<code>${one.field}</code> ` : null}${one.why}</li>`)}
      ${faults.length > FAULTS && html`<li>and more</li>`}</ul>
    <p>Mend them in your spreadsheet and choose the file again.</p><//>`;
}

function Columns({ list }) {
  const empty = gaps(list);
  const known = list.columns.filter((name) => ["email", "name", "timezone", "country"].includes(name));
  return html`<div class="card"><h3>What your messages can say</h3>
    <ul class="chips">${[...(list.columns.includes("name") ? ["name", "first_name"] : []), ...variablesOf(list).filter((name) => name !== "first_name")].map((name) => html`
      <li key=${name}><code>${`{{ ${name} }}`}</code>${empty.has(name) && html` <span class="muted">empty for ${empty.get(name).toLocaleString("en")}${list.rows.length < list.count ? ` of the first ${list.rows.length.toLocaleString("en")}` : ""}</span>`}</li>`)}</ul>
    <p class="hint">${known.includes("timezone") ? "Mails go by each candidate's own clock." : "There is no column timezone: everybody gets mails by the campaign's clock."}
      ${" "}${empty.size ? "Where something is empty, a message needs a word in its place, or it is a fault." : ""}</p>
  </div>`;
}

function FirstRows({ list }) {
  const rows = list.rows.slice(0, SHOWN);
  const columns = list.columns;
  return html`<div class="card"><h3>${list.count > SHOWN ? `The first ${rows.length} of ${list.count.toLocaleString("en")}` : "The rows"}</h3>
    <div class="sheet" tabindex="0" role="group" aria-label="The first rows of the shortlist"><table>
      <thead><tr>${columns.map((name) => html`<th key=${name} scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.map((row, index) => html`<tr key=${index}>${columns.map((name) => html`<td key=${name}>${typeof row[name] === "string" ? row[name] : ""}</td>`)}</tr>`)}</tbody>
    </table></div></div>`;
}
