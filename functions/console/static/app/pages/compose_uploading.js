// How far a long shortlist is on its way up; what to do when it does not get on.
import { html } from "../html.js";
import { Button } from "../ui/forms.js";
import { Notice } from "../ui/states.js";

export function Uploading({ list, upload, again }) {
  const { state, cancel } = upload;
  if (!list.large) return null;
  if (list.upload) return html`<${Notice} tone="good" title="The list is up">It is long, so it was sent ahead. It is taken away after a day if nothing is launched with it.<//>`;
  if (!state) {
    return list.partly || list.faults.length > 0 ? null : html`<${Notice} tone="warn" title="The list is not up yet">
      It is long, so it goes up ahead of the launch. <button type="button" class="quiet" onClick=${again}>Send it up</button><//>`;
  }
  if (state.error) {
    return html`<${Notice} tone="bad" title="The list did not go up">${state.error.message} What is there already is not sent twice.
      ${" "}<button type="button" class="quiet" onClick=${again}>Go on</button><//>`;
  }
  const share = state.of ? Math.round((state.sent / state.of) * 100) : 0;
  return html`<div class="card"><h3>The list goes up</h3>
    <div class="row"><progress class="grow" max="100" value=${share} aria-label="How much of the list is up"></progress><span>${share} %</span>
      <${Button} onClick=${cancel}>Stop<//></div>
    <p class="hint" role="status">${state.waiting ? "The connection is gone; it goes on by itself when it is back." : "You may go on with your messages meanwhile."}</p></div>`;
}
