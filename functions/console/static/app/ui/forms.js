// Fields, buttons and dialogs: labelled, with hints and faults that a screen reader hears.
import { html, useEffect, useId, useRef } from "../html.js";

// One labelled field. children: (props) => the input; props carry its id and what describes it. fault: why it is wrong.
export function Field({ label, hint, fault, optional, children, inline = false }) {
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ") || undefined;
  return html`
    <div class=${`field${inline ? " inline" : ""}${fault ? " wrong" : ""}`}>
      <label for=${id}>${label}${optional && html` <span class="muted">optional</span>`}</label>
      ${children({ id, "aria-describedby": described, "aria-invalid": fault ? "true" : undefined })}
      ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
      ${fault && html`<p class="fault" id=${`${id}-fault`}>${fault}</p>`}
    </div>`;
}

// kind: "text", "email", "number", "datetime-local" ...; further properties go to the input.
export const TextField = ({ label, hint, fault, optional, value, onValue, kind = "text", ...more }) => html`
  <${Field} label=${label} hint=${hint} fault=${fault} optional=${optional}>
    ${(props) => html`<input type=${kind} value=${value} onInput=${(event) => onValue(event.target.value)} ...${props} ...${more} />`}
  <//>`;

export const TextArea = ({ label, hint, fault, optional, value, onValue, rows = 6, ...more }) => html`
  <${Field} label=${label} hint=${hint} fault=${fault} optional=${optional}>
    ${(props) => html`<textarea rows=${rows} value=${value} onInput=${(event) => onValue(event.target.value)} ...${props} ...${more}></textarea>`}
  <//>`;

// choices: [[value, words], ...]
export const Select = ({ label, hint, fault, optional, value, onValue, choices, ...more }) => html`
  <${Field} label=${label} hint=${hint} fault=${fault} optional=${optional}>
    ${(props) => html`<select value=${value} onChange=${(event) => onValue(event.target.value)} ...${props} ...${more}>
      ${choices.map(([one, words]) => html`<option key=${one} value=${one} selected=${one === value}>${words}</option>`)}
    </select>`}
  <//>`;

export function Check({ label, hint, value, onValue, ...more }) {
  const id = useId();
  return html`
    <div class="check">
      <input type="checkbox" id=${id} checked=${value} onChange=${(event) => onValue(event.target.checked)}
        aria-describedby=${hint ? `${id}-hint` : undefined} ...${more} />
      <div><label for=${id}>${label}</label>${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}</div>
    </div>`;
}

// A button that shows that its deed is under way, and is then not pressed twice. kind: "primary", "quiet", "danger", "".
export const Button = ({ kind = "", busy = false, disabled = false, children, ...more }) => html`
  <button type="button" class=${kind} aria-disabled=${busy || disabled ? "true" : undefined} aria-busy=${busy ? "true" : undefined}
    ...${more} onClick=${(event) => (busy || disabled ? event.preventDefault() : more.onClick?.(event))}>
    ${busy && html`<span class="spinner" aria-hidden="true"></span>`}${children}
  </button>`;

// A modal dialog, open as long as it is drawn. onClose: by Escape or its cross; focus returns where it was.
export function Dialog({ title, onClose, children, actions, wide = false }) {
  const ref = useRef(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    ref.current.showModal();
    return () => before?.focus?.();
  }, []);
  return html`
    <dialog ref=${ref} class=${wide ? "wide" : ""} aria-labelledby=${id}
      onCancel=${(event) => (event.preventDefault(), onClose())}>
      <header><h2 id=${id}>${title}</h2>
        <button type="button" class="icon" aria-label="Close" onClick=${onClose}>✕</button></header>
      <div class="body">${children}</div>
      ${actions && html`<footer>${actions}</footer>`}
    </dialog>`;
}

// Asks before a deed that is not easily undone. deed: of useDeed; done: called after it.
export const Confirm = ({ title, children, word, kind = "danger", deed, onClose }) => html`
  <${Dialog} title=${title} onClose=${onClose} actions=${html`
    <${Button} kind="quiet" onClick=${onClose}>Back<//>
    <${Button} kind=${kind} busy=${deed.busy} onClick=${async () => (await deed.run()) !== undefined && onClose()}>${word}<//>`}>
    ${children}
    ${deed.error && html`<p class="fault" role="alert">${deed.error.message}</p>`}
  <//>`;

// The fault of a field among those of an error, in words; undefined when it is right.
export const faultOf = (error, field) =>
  error?.faults?.filter((one) => one.field === field && !one.line).map((one) => one.why).join("; ") || undefined;
