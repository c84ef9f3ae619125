// The forms by which many addresses and domains come onto the list of those who get no mail, or off it.
import { post } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { Field, TextArea } from "../ui/forms.js";
import { FormDialog } from "../ui/form_dialog.js";
import { Notice } from "../ui/states.js";

const entriesOf = (text) => text.split(/[\s,;]+/).filter(Boolean);
// The fault of an entry names its place; shown is the entry itself.
const inWords = (error, entries) => error.faults ? Object.assign(error, {
  faults: error.faults.map((fault) => {
    const place = /^entries\[(\d+)\]$/.exec(fault.field)?.[1];
    return place === undefined || !entries ? fault : { ...fault, field: entries[place] };
  }),
}) : error;

async function sent(path, text, file) {
  const entries = file ? null : entriesOf(text);
  try {
    return await post(path, file ?? { entries });
  } catch (error) {
    throw inWords(error, entries);
  }
}

function Entries({ text, onText, file, onFile }) {
  const count = entriesOf(text).length;
  return html`
    <${TextArea} label="Addresses and domains" rows=${6} value=${text} onValue=${onText} spellcheck="false" disabled=${Boolean(file)}
      hint=${file ? "The file is taken instead." : `One a line, or separated by commas or spaces: ann@example.org, or example.org for everybody there.${count > 1 ? ` ${count} so far.` : ""}`} />
    <${Field} label="Or a CSV file" optional hint="With a column “entry”; up to 10,000 at a time. A list saved here can be read again.">
      ${(props) => html`<input type="file" accept=".csv,text/csv" onChange=${(event) => onFile(event.target.files[0] ?? null)} ...${props} />`}
    <//>`;
}

export function AddDialog({ onClose, onDone }) {
  const [text, setText] = useState("");
  const [file, setFile] = useState(null);
  const deed = useDeed(() => sent("settings/suppressions", text, file));
  const done = ({ listed }) => onDone(listed === 1 ? "1 is on the list now." : `${listed} are on the list now.`);
  return html`
    <${FormDialog} title="Add to those who get no mail" word="Add" deed=${deed} onClose=${onClose} onDone=${done}>
      <p>Whoever is under way in a campaign is stopped at once; people at a company's domain as their next mail comes up. A mail that is being sent at this moment may still go out.</p>
      <${Entries} text=${text} onText=${setText} file=${file} onFile=${setFile} />
    <//>`;
}

export function RemoveDialog({ onClose, onDone }) {
  const [text, setText] = useState("");
  const [file, setFile] = useState(null);
  const [kept, setKept] = useState([]);
  const deed = useDeed(() => sent("settings/suppressions/removals", text, file));
  const done = (answer) => (answer.kept.length ? setKept(answer.kept) : onDone("They are off the list."));
  return html`
    <${FormDialog} title="Take off the list" word="Take off" deed=${deed} onClose=${kept.length ? () => onDone("The others are off the list.", "info") : onClose} onDone=${done}>
      <p>Who has opted out stays: only they can change that, by writing to you.</p>
      <${Entries} text=${text} onText=${setText} file=${file} onFile=${setFile} />
      ${kept.length > 0 && html`
        <${Notice} tone="warn" title=${kept.length === 1 ? "One stays as it is" : `${kept.length} stay as they are`}>
          <ul class="faults">${kept.map((one) => html`<li key=${one.field}><code>${one.field}</code> ${one.why}</li>`)}</ul>
        <//>`}
    <//>`;
}
