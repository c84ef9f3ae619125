// Candidates to whom somebody of the company writes already, or wrote lately, and whether they are written to all the same.
import { html, useState } from "../html.js";
import { onDay } from "../times.js";
import { Button, TextField } from "../ui/forms.js";
import { nameAt } from "./compose_list.js";

const SHOWN = 10;

export function Contacted({ plan, draft, change, list, mailboxes }) {
  const { contacted, contacted_count: count = contacted.length } = plan.data;
  const { action, reason } = draft.contacted;
  const [all, show] = useState(false);
  const set = (part) => change({ contacted: { ...draft.contacted, ...part } });
  const mailbox = (id) => mailboxes.find((one) => one.id === id)?.address;
  const fault = plan.error?.faults?.find((one) => one.field.startsWith("contacted"))?.why ?? (action === "continue" && !reason.trim() ? "Say why; it is kept with the campaign." : undefined);
  return html`<div class="card"><h3>Written to already: ${count === 1 ? "one of them" : `${count.toLocaleString("en")} of them`}</h3>
    <ul class="plain">${contacted.slice(0, all ? 1000 : SHOWN).map((one) => html`<li key=${one.index}><b>${nameAt(list, one.index)}</b>
      ${" "}${one.live ? "is in the running campaign" : "was written to in"} <code>${one.campaign}</code>${one.at ? `, last on ${onDay(one.at)}` : ", no mail yet"}${mailbox(one.mailbox) ? `, from ${mailbox(one.mailbox)}` : ""}</li>`)}</ul>
    ${contacted.length > SHOWN && !all && html`<div><${Button} kind="quiet" onClick=${() => show(true)}>Show all<//></div>`}
    <fieldset class="choices"><legend class="hidden-words">What becomes of them</legend>
      <label class="choice"><input type="radio" name="contacted" checked=${action === "skip"} onChange=${() => set({ action: "skip" })} /><span>Leave them out</span></label>
      <label class="choice"><input type="radio" name="contacted" checked=${action === "continue"} onChange=${() => set({ action: "continue" })} /><span>Write to them all the same</span></label>
    </fieldset>
    ${action === "continue" && html`<${TextField} label="Why" value=${reason} onValue=${(words) => set({ reason: words })} fault=${fault} maxlength="1000" />`}
    ${plan.old && html`<div><${Button} kind="primary" busy=${plan.busy} disabled=${action === "continue" && !reason.trim()} onClick=${plan.run}>Plan again<//></div>`}
  </div>`;
}
