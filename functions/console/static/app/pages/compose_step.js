// One message of a campaign: when it goes, in which thread, its wordings and its files.
import { html, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { Button, Confirm, Field, Select, TextField } from "../ui/forms.js";
import { UNITS } from "./compose_delays.js";
import { begins, newWording, WORDING_LIMIT } from "./compose_draft.js";
import { Files } from "./compose_files.js";
import { hasHtml, Words } from "./compose_words.js";

const THREADS = [["reply", "As an answer in the same thread"], ["new", "As a new mail with its own subject"]];

export function StepEditor({ step, index, steps, variables, set, fault, isFixed, fixed, wording, onShow, onMove, onRemove }) {
  const where = `steps[${index}]`;
  const title = `Message ${index + 1}`;
  return html`<section class="card step" aria-label=${title} onFocusIn=${() => onShow(wording)}>
    <header><h3>${title}</h3>
      <${Button} kind="quiet small narrow" onClick=${toPreview}>See the mail<//>
      ${!isFixed && html`<${Places} index=${index} count=${steps.length} first=${fixed} title=${title} onMove=${onMove} onRemove=${onRemove}
        isEmpty=${step.wordings.every((one) => !one.subject && !one.text && !one.html) && step.files.length === 0} />`}</header>
    <div class="pair">
      <${Delay} delay=${step.delay} before=${steps[index - 1]?.id} onDelay=${(delay) => set({ delay })} fault=${fault(`${where}.delay`)} />
      ${index > 0 && html`<${Select} label="How it comes" value=${step.thread} onValue=${(thread) => set({ thread })} choices=${THREADS} fault=${fault(`${where}.thread`)} />`}
      <${TextField} label="Short name" value=${step.id} onValue=${(id) => set({ id })} fault=${fault(`${where}.id`)} maxlength="64" readonly=${isFixed}
        hint="What exports and webhooks call it." />
    </div>
    <${Wordings} step=${step} index=${index} steps=${steps} set=${set} fault=${fault} variables=${variables} isFixed=${isFixed} wording=${wording} onShow=${onShow} />
  </section>`;
}

// On a narrow screen the mail stands far below.
function toPreview(event) {
  const preview = event.target.closest(".with-preview").querySelector(".preview");
  preview.scrollIntoView();
  preview.focus({ preventScroll: true });
}

function Places({ index, count, first, title, onMove, onRemove, isEmpty }) {
  const [asks, ask] = useState(false);
  const deed = useDeed(async () => onRemove());
  return html`<div class="actions">
    ${index > first && html`<button type="button" class="icon" aria-label=${`Move ${title} up`} onClick=${() => onMove(index - 1)}>↑</button>`}
    ${index >= first && index < count - 1 && html`<button type="button" class="icon" aria-label=${`Move ${title} down`} onClick=${() => onMove(index + 1)}>↓</button>`}
    ${count > 1 && html`<${Button} kind="danger small" aria-label=${`Remove ${title}`} onClick=${() => (isEmpty ? onRemove() : ask(true))}>Remove<//>`}
    ${asks && html`<${Confirm} title=${`Remove ${title}?`} word="Remove it" deed=${deed} onClose=${() => ask(false)}><p>Its words are thrown away.</p><//>`}
  </div>`;
}

// How long after the step before it; the first: after the launch.
function Delay({ delay, before, onDelay, fault }) {
  return html`<${Field} label=${before === undefined ? "Wait after the launch" : "Wait after the message before"} fault=${fault}
      hint=${Number(delay.count) === 0 ? (before === undefined ? "At once, as far as the hours allow." : "Right after it.") : "Then moved into the hours."}>
    ${(props) => html`<div class="delay"><input type="number" min="0" max="365" step="1" inputmode="numeric" value=${delay.count} ...${props}
        onInput=${(event) => onDelay({ ...delay, count: event.target.value })} />
      <select aria-label="Unit of the wait" value=${delay.unit} onChange=${(event) => onDelay({ ...delay, unit: event.target.value })}>
        ${UNITS.map(([unit, words]) => html`<option key=${unit} value=${unit} selected=${unit === delay.unit}>${words}</option>`)}</select></div>`}
  <//>`;
}

function Wordings({ step, index, steps, set, fault, variables, isFixed, wording, onShow }) {
  const { wordings } = step;
  const at = Math.min(wording, wordings.length - 1);
  const put = (changed) => set({ wordings: changed });
  const setOne = (part) => put(wordings.map((one, place) => (place === at ? { ...one, ...part } : one)));
  const add = () => {
    const [last] = wordings.slice(-1);
    put([...wordings, newWording({ subject: last.subject, text: last.text, html: last.html })]);
    onShow(wordings.length);
  };
  const remove = () => (put(wordings.filter((_, place) => place !== at).map((one, _, left) => (left.length === 1 ? { ...one, id: "" } : one))), onShow(0));
  // The faults of the first wording may be named as the step's own.
  const fields = (name) => [...(wordings.length > 1 ? [`steps[${index}].variants[${at}].${name}`] : []), ...(at === 0 ? [`steps[${index}].${name}`] : [])];
  return html`
    ${wordings.length > 1 && html`<div class="row">
      <div class="segments grow" role="group" aria-label="Wordings">${wordings.map((one, place) => html`
        <button type="button" key=${one.key} aria-pressed=${place === at ? "true" : "false"} onClick=${() => onShow(place)}>Wording ${letter(one, place)}</button>`)}</div>
      ${!isFixed && html`<${Button} kind="danger small" onClick=${remove}>Remove wording ${letter(wordings[at], at)}<//>`}
    </div>
    <p class="hint">Each candidate gets one of them by chance; the figures tell them apart.</p>`}
    ${fault(`steps[${index}].variants`, `steps[${index}].variants[${at}]`) && html`<p class="fault">${fault(`steps[${index}].variants`, `steps[${index}].variants[${at}]`)}</p>`}
    <${Words} key=${wordings[at].key} words=${wordings[at]} set=${setOne} variables=${variables} hasSubject=${begins(step, index)} fault=${(name) => fault(...fields(name))} />
    <div class="extras">
      ${hasHtml(wordings[at]) ? html`<${Button} kind="quiet small" onClick=${() => setOne({ html: "", wantsHtml: false })}>Leave the HTML out<//>`
        : html`<${Button} kind="quiet small" onClick=${() => setOne({ wantsHtml: true })}>Write it as HTML too<//>`}
      ${!isFixed && wordings.length < WORDING_LIMIT && html`<${Button} kind="quiet small" onClick=${add}>${wordings.length > 1 ? "Add another wording" : "Try two wordings (A/B)"}<//>`}
      <${Files} step=${step} where=${`steps[${index}]`} set=${set} fault=${fault} all=${steps} />
    </div>`;
}

const letter = (one, place) => (one.id && one.id.length > 1 ? one.id : "ABCDEFGHIJ"[place]);
