// A mail of the campaign to oneself, as a candidate would get it.
import { post } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { Button, Select } from "../ui/forms.js";
import { Notice, Problem } from "../ui/states.js";
import { mailName } from "./campaign_words.js";
import { bodyOf } from "./compose_planning.js";

const OFFERED = 50;

export function TestMail({ draft, list, request, mailbox, session }) {
  const [step, setStep] = useState(draft.steps[0].id);
  const [candidate, choose] = useState("0");
  const deed = useDeed(async () => {
    const person = list.rows[Number(candidate)];
    // One candidate is enough, and all the others need not travel.
    const body = person ? { ...request, candidates: [person] } : bodyOf(request, list);
    return post("enqueue_campaign/test", body, { step, candidate: person ? 0 : Number(candidate) });
  });
  const [sent, tell] = useState(null);
  const to = mailbox?.own ? mailbox.address : session.email;
  return html`<div class="card"><h3>Send a test mail to yourself</h3>
    <p class="muted">It goes to ${to}, marked as a test; no candidate gets it.</p>
    <div class="pair">
      <${Select} label="Message" value=${step} onValue=${setStep} choices=${draft.steps.map((one) => [one.id, mailName(draft.steps, one.id)])} />
      <${Select} label="As written to" value=${candidate} onValue=${choose} choices=${list.rows.slice(0, OFFERED).map((row, index) => [String(index), row.name || row.email])} />
    </div>
    <div><${Button} busy=${deed.busy} onClick=${async () => (tell(null), tell(await deed.run()))}>Send me a test mail<//></div>
    ${sent && html`<${Notice} tone="good">Sent to ${sent.sent_to}: “${sent.subject}”<//>`}
    <${Problem} error=${deed.error} />
  </div>`;
}
