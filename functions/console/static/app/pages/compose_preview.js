// A mail as it will be, for a candidate one chooses, with what there is to say of it.
import { html, useEffect, useId, useRef, useState } from "../html.js";
import { Notice } from "../ui/states.js";
import { personAt } from "./compose_list.js";
import { isMissing } from "./compose_parts.js";

// offer: what stands where no candidates are there to choose from.
export function MailPreview({ draft, list, rendering, at, wording, onShow, candidate, onCandidate, offer }) {
  const step = draft.steps[at];
  const mails = (rendering.data?.mails ?? []).filter((one) => one.step === step?.id);
  const mail = mails[Math.min(wording, mails.length - 1)] ?? null;
  return html`<aside class="card preview" tabindex="-1" aria-label="The mail as it will be">
    <header><h3>The mail as it will be</h3><span class="muted" role="status">${rendering.busy && !rendering.error ? "writing …" : ""}</span></header>
    <${Whose} list=${list} candidate=${candidate} onCandidate=${onCandidate} />${offer}
    ${draft.steps.length > 1 && html`<div class="segments" role="group" aria-label="Which message">${draft.steps.map((one, index) => html`
      <button type="button" key=${one.key} aria-pressed=${index === at ? "true" : "false"} onClick=${() => onShow({ step: one.key, wording: 0 })}><span class="hidden-words">Message </span>${index + 1}</button>`)}</div>`}
    ${rendering.error && html`<${Notice} tone="warn">${rendering.error.kind === "rate-limited" ? "It is written again in a moment." : `What you see may be old: ${rendering.error.message}`}<//>`}
    ${mail ? html`<${Mail} mail=${mail} draft=${draft} several=${mails.length > 1} list=${list} />` : html`<p class="muted">${rendering.data ? "There is nothing to show yet: write a subject and a text." : "The mail is being written."}</p>`}
    <${Remarks} rendering=${rendering} at=${at} list=${list} candidate=${candidate} />
  </aside>`;
}

function Whose({ list, candidate, onCandidate }) {
  const [sought, seek] = useState("");
  const id = useId();
  if (!list || list.count === 0) return html`<p class="hint">«name» stands where a candidate's own word will be.</p>`;
  const last = Math.min(list.count, list.rows.length) - 1;
  const person = personAt(list, candidate);
  const find = (text) => {
    seek(text);
    const wanted = text.trim().toLowerCase();
    const found = wanted ? list.rows.findIndex((row) => `${row.name ?? ""} ${row.email ?? ""}`.toLowerCase().includes(wanted)) : -1;
    if (found >= 0) onCandidate(found);
  };
  const isFound = !sought.trim() || `${person.name ?? ""} ${person.email ?? ""}`.toLowerCase().includes(sought.trim().toLowerCase());
  return html`<div class="whose">
    <div class="row"><button type="button" class="icon" aria-label="Candidate before" aria-disabled=${candidate === 0 ? "true" : undefined} onClick=${() => onCandidate(Math.max(0, candidate - 1))}>‹</button>
      <p class="grow" aria-live="polite"><b>${person.name || person.email || "no address"}</b> <span class="muted">${candidate + 1} of ${list.count.toLocaleString("en")}</span></p>
      <button type="button" class="icon" aria-label="Next candidate" aria-disabled=${candidate >= last ? "true" : undefined} onClick=${() => onCandidate(Math.min(last, candidate + 1))}>›</button></div>
    ${list.count > 3 && html`<div class="field"><label for=${id} class="hidden-words">Find a candidate</label>
      <input id=${id} type="search" placeholder="Find a candidate by name or address" value=${sought} onInput=${(event) => find(event.target.value)} />
      ${!isFound && html`<p class="hint" role="status">Nobody${list.rows.length < list.count ? ` among the first ${list.rows.length.toLocaleString("en")}` : ""} is called so.</p>`}</div>`}
  </div>`;
}

function Mail({ mail, draft, several, list }) {
  const [plain, set] = useState(false);
  const cc = draft?.cc?.trim();
  return html`<article class="mail">
    <h4>${mail.subject || html`<span class="muted">no subject</span>`}</h4>
    ${several && html`<p class="hint">Wording ${mail.variant.toUpperCase()}${mail.gets && list ? ", which this candidate gets" : ""}</p>`}
    ${cc && html`<p class="hint">Copy: ${cc}</p>`}
    ${mail.html && !plain ? html`<${MailFrame} source=${mail.html} />` : html`<div class="mail-text">${mail.text}</div>`}
    ${mail.html && html`<div><button type="button" class="quiet small" aria-pressed=${plain ? "true" : "false"} onClick=${() => set(!plain)}>Show the plain text</button></div>`}
  </article>`;
}

// HTML that came from a template is shown in a page of its own, which has no rights at all.
function MailFrame({ source }) {
  const ref = useRef(null);
  const [height, set] = useState(240);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const heard = (event) => {
      if (event.source !== ref.current?.contentWindow) return;
      if (event.data?.ready) setReady(true);
      if (event.data?.height) set(Math.min(Math.max(event.data.height, 80), 1200));
    };
    addEventListener("message", heard);
    return () => removeEventListener("message", heard);
  }, []);
  useEffect(() => {
    // The frame has no origin that one could name.
    if (ready) ref.current.contentWindow.postMessage({ html: source }, "*");
  }, [ready, source]);
  return html`<iframe ref=${ref} class="mail-html" title="The mail's HTML" sandbox="allow-scripts" src="mail.html" style=${{ height: `${height}px` }}></iframe>`;
}

function Remarks({ rendering, at, list, candidate }) {
  const { faults = [], lint = [] } = rendering.data ?? {};
  const here = (field) => field.startsWith(`steps[${at}]`);
  const theirs = faults.filter((one) => /^candidates(\[|$)/.test(one.field) && list && !isMissing(one) || one.line);
  const person = list ? personAt(list, candidate) : {};
  const found = lint.filter((one) => here(one.field));
  const unused = lint.filter((one) => !one.field.startsWith("steps"));
  return html`
    ${theirs.length > 0 && html`<${Notice} tone="bad" title=${`For ${person.name || person.email || "this candidate"}`}><ul>${theirs.map((one, index) => html`<li key=${index}>${nameOf(one.field)} ${one.why}</li>`)}</ul><//>`}
    ${found.length > 0 && html`<${Notice} tone="warn" title="Worth a look"><ul>${found.map((one, index) => html`<li key=${index}>${one.why}</li>`)}</ul><//>`}
    ${unused.length > 0 && list && html`<p class="hint">Not used in any message: ${unused.map((one) => one.field).join(", ")}</p>`}`;
}

const nameOf = (field) => field.replace(/^candidates\[\d+\]\.?/, "");
