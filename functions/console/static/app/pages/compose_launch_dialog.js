// The last question before a campaign goes out.
import { html, useMemo } from "../html.js";
import { atTime } from "../times.js";
import { Button, Dialog } from "../ui/forms.js";
import { Problem } from "../ui/states.js";
import { countedUp } from "./compose_planning.js";
import { needsApproval } from "./compose_sender.js";

// From so many candidates on, a launch takes a while.
const LONG = 5_000;

export function LaunchDialog({ draft, plan, mailbox, deed, onClose }) {
  const { count, mails, first, lastInWords, left } = useMemo(() => countedUp(plan), [plan]);
  const people = `${count.toLocaleString("en")} ${count === 1 ? "candidate" : "candidates"}`;
  return html`<${Dialog} title=${`Launch to ${people}?`} onClose=${onClose} actions=${html`
      <${Button} kind="quiet" onClick=${onClose}>Back<//>
      <${Button} kind="primary" busy=${deed.busy} onClick=${deed.run}>${needsApproval(mailbox) ? "Ask for approval" : "Launch now"}<//>`}>
    <dl class="check-list">
      <div><dt>From</dt><dd>${mailbox?.address}</dd></div>
      <div><dt>Mails</dt><dd>${mails.toLocaleString("en")} in all, if nobody answers</dd></div>
      <div><dt>First mail</dt><dd>${first && atTime(first)}</dd></div>
      <div><dt>Last mail</dt><dd>${lastInWords}</dd></div>
      <div><dt>Left out</dt><dd>${left ? left.toLocaleString("en") : "nobody"}</dd></div>
      <div><dt>Opt-out</dt><dd>in every mail</dd></div>
    </dl>
    <p>Mails that went out cannot be called back. The times are those you saw in the plan, or nothing is launched.</p>
    ${deed.busy && count > LONG && html`<p class="hint" role="status">So many candidates take a minute or so. Please keep this page open.</p>`}
    ${deed.error && html`<${Problem} error=${deed.error} />
      ${["offline", "unavailable"].includes(deed.error.kind) && html`<p>It may have been launched all the same. Launch again to be sure: it stays one campaign, and nobody gets a mail twice.</p>`}`}
  <//>`;
}
