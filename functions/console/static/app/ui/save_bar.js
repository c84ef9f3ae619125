// The end of a form that edits something with a tag (useEditing): saving, and what others changed meanwhile.
import { html, useEffect, useRef } from "../html.js";
import { Button } from "./forms.js";
import { Notice } from "./states.js";
import { say } from "./toasts.js";

export function SaveBar({ edit }) {
  const { save, changed, discard } = edit;
  const bar = useRef(null);
  useEffect(() => {
    if (save.error) bar.current.closest("form")?.querySelector("[aria-invalid='true']")?.focus();
  }, [save.error]);
  return html`
    <div class="actions" ref=${bar}>
      <${Button} kind="primary" type="submit" busy=${save.busy} disabled=${changed.length === 0}>Save<//>
      ${changed.length > 0 && html`<${Button} kind="quiet" onClick=${() => (discard(), say("Your changes are put away.", "info"))}>Discard<//>
        <span class="muted" role="status">Not saved yet</span>`}
    </div>`;
}

// words: {field: how it is called}
export function Conflicted({ edit, words }) {
  if (edit.theirs.length === 0) return null;
  return html`
    <${Notice} tone="warn" title="It was changed meanwhile">
      <ul>${edit.theirs.map(({ field, before, now }) => html`<li key=${field}>${words[field] ?? field}: “${before}” became “${now}”</li>`)}</ul>
      <p>What you typed is kept. Save again to put it in place, or discard it.</p>
    <//>`;
}
