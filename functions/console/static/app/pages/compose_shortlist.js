// Part 2: the candidates: a file that is dropped or chosen, or rows that are typed or pasted; and what is wrong with them.
import { html, useEffect, useState } from "../html.js";
import { useDeed, useRested } from "../resource.js";
import { Button, Confirm, TextArea } from "../ui/forms.js";
import { Notice, Problem } from "../ui/states.js";
import { Drop } from "./compose_drop.js";
import { listOfFile, listOfText } from "./compose_list.js";
import { ListShown } from "./compose_list_shown.js";
import { Uploading } from "./compose_uploading.js";

const SAMPLE = "email,name,timezone,country,company,role\nada@example.com,Ada Berger,Europe/Berlin,DE-BY,Helix Analytics,Staff Engineer";

export function Shortlist({ list, kept, upload, faults }) {
  return html`<${ListEditor} list=${list} setList=${kept.setList} upload=${upload} faults=${faults} />`;
}

// Also where candidates are added to a campaign that runs.
export function ListEditor({ list, setList, upload, faults, hint }) {
  const [count, setCount] = useState(0);
  const [typed, setTyped] = useState("");
  const reading = useDeed(async (file) => {
    setCount(0);
    const read = await listOfFile(file, setCount);
    // The same file again, after a reload: its upload goes on.
    const begun = list?.key === read.key ? list.open : undefined;
    const next = { ...read, open: begun, upload: begun ? list.upload : undefined };
    setList(next);
    if (next.large && !next.upload && next.faults.length === 0) await send(next, begun);
  });
  const send = async (one, begun) => {
    const sent = await upload.start(one, begun, (open) => setList((old) => old && { ...old, open }));
    if (sent) setList(sent);
  };
  const remove = () => (upload.cancel(), setList(null));
  return html`
    ${!list || list.partly && !list.upload ? html`<div class="card">
      ${list?.partly && html`<${Notice} tone="warn" title=${`Choose ${list.name} again`}>The page was loaded again; what went up already is not sent twice.<//>`}
      <${Drop} onFile=${reading.run} busy=${reading.busy} count=${count} hint=${hint} />
      ${!list && html`<${Typed} first=${typed} setList=${setList} />`}
    </div>` : null}
    ${reading.error && html`<${Notice} tone="bad" title="This file could not be read">${reading.error.message}<//>`}
    ${list && html`<${Uploading} list=${list} upload=${upload} again=${() => send(list, list.open)} />`}
    ${list && html`<${Head} list=${list} onFile=${reading.run} onRemove=${remove} busy=${reading.busy}
      onChange=${() => (setTyped(list.typed), setList(null))} />`}
    ${faults.length > 0 && html`<${Problem} error=${{ message: "The whole list was looked at, and this is to be mended:", faults }} />`}
    ${list && html`<${ListShown} list=${list} />`}
    ${!list && html`<${Explained} />`}`;
}

function Head({ list, onFile, onRemove, onChange, busy }) {
  const [asks, ask] = useState(false);
  const deed = useDeed(async () => onRemove());
  return html`<div class="card list-head"><header class="row">
      <div class="grow"><h3>${list.name ?? "Typed rows"}</h3>
        <p class="muted">${list.count.toLocaleString("en")} ${list.count === 1 ? "candidate" : "candidates"}</p></div>
      ${list.typed && html`<${Button} onClick=${onChange}>Change the rows<//>`}
      <${Drop} small=${true} onFile=${onFile} busy=${busy} />
      <${Button} kind="danger" onClick=${() => ask(true)}>Remove the list<//>
    </header>
    ${asks && html`<${Confirm} title="Remove the shortlist?" word="Remove the list" deed=${deed} onClose=${() => ask(false)}>
      <p>Your messages stay. The file on your computer is not touched.</p><//>`}
  </div>`;
}

function Typed({ first, setList }) {
  const [text, set] = useState(first);
  const rested = useRested(text, 400);
  const [read, put] = useState(null);
  useEffect(() => {
    let off = false;
    if (rested.trim()) listOfText(withHeader(rested)).then((list) => off || put(list));
    else put(null);
    return () => (off = true);
  }, [rested]);
  const faults = read?.faults ?? [];
  return html`<details class="typed" open=${Boolean(first)}><summary>Or type or paste rows</summary><div class="stack">
    <${TextArea} label="Rows" rows=${6} value=${text} onValue=${set} placeholder=${SAMPLE} spellcheck=${false}
      hint="The first line names the columns. Rows copied from a spreadsheet may be pasted as they are."
      fault=${faults.length ? faults.slice(0, 5).map((one) => `${one.line ? `Line ${one.line}: ` : ""}${one.why}`).join(" ") : undefined} />
    <div class="actions"><${Button} disabled=${!read || read.count === 0 || faults.length > 0} onClick=${() => setList({ ...read, typed: text, key: `typed/${Date.now()}` })}>
      ${read?.count ? `Take ${read.count === 1 ? "this row" : `these ${read.count} rows`}` : "Take these rows"}<//></div>
  </div></details>`;
}

// Addresses alone, or with names behind them, need no first line.
function withHeader(text) {
  const first = text.trimStart().split(/\r?\n/, 1)[0];
  if (!first.includes("@")) return text;
  const tabs = first.includes("\t");
  const width = first.split(tabs ? "\t" : /[,;]/).length;
  if (width > 2) return text;
  const separator = tabs ? "\t" : first.includes(";") ? ";" : ",";
  return `${["email", "name"].slice(0, width).join(separator)}\n${text.trimStart()}`;
}

const Explained = () => html`<div class="card"><h3>How a shortlist looks</h3>
  <p>A CSV file, as every spreadsheet saves it. One column has to be <code>email</code>; <code>name</code>, <code>timezone</code> and <code>country</code> are known
    (for the candidate's own hours and holidays). Every other column, such as <code>company</code> or <code>role</code>, can be used in your messages.</p>
  <pre class="csv" tabindex="0" aria-label="A shortlist as an example">${SAMPLE}</pre></div>`;
