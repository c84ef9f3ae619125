// What is held about people: saved as a file for who asks, or erased; with the receipts of all erasures.
import { get, post, save } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { Button, faultOf, TextField } from "../ui/forms.js";
import { FormProblem } from "../ui/form_dialog.js";
import { Empty, Loaded, Notice, Problem } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { Receipt } from "./mailbox_erasures.js";
import { EraseCandidate, EraseMailbox, EraseOrganisation } from "./organisation_erase.js";

export function OrganisationData({ session }) {
  const receipts = useResource(async (signal) => {
    const all = [];
    for (let after = ""; ;) {
      const page = await get("settings/erasures", { after }, signal);
      all.push(...page.erasures);
      after = page.next;
      if (!after) return all.sort((one, other) => other.asked_at.localeCompare(one.asked_at));
    }
  }, [], { every: (all) => (all.some((one) => one.stage !== "done") ? 5_000 : 60_000) });
  const [open, setOpen] = useState("");
  const done = () => (setOpen(""), say("The erasure has begun."), receipts.reload());
  const close = () => setOpen("");
  return html`
    <${Export} />
    <section class="card" aria-label="Erase">
      <h2>Erase</h2>
      <p>An erasure marks what is to go, so that nothing new comes in; waits for what is being sent at this moment; removes everything; removes it again an hour later; and leaves a receipt. It can't be undone.</p>
      <div class="actions">
        <${Button} kind="danger" onClick=${() => setOpen("candidate")}>A candidate …<//>
        <${Button} kind="danger" onClick=${() => setOpen("mailbox")}>A mailbox …<//>
        <${Button} kind="danger" onClick=${() => setOpen("org")}>Everything of the organisation …<//>
      </div>
    </section>
    <section class="stack" aria-label="Receipts">
      <h2>Receipts</h2>
      <${Loaded} of=${receipts}>${(all) => (all.length === 0
        ? html`<${Empty} title="Nothing was erased yet"><p>A receipt says what is gone, what is kept and why, and when the last backup expires. It names nobody.</p><//>`
        : all.map((one) => html`<${Receipt} key=${one.id} erasure=${one} />`))}<//>
    </section>
    ${open === "candidate" && html`<${EraseCandidate} onClose=${close} onDone=${done} />`}
    ${open === "mailbox" && html`<${EraseMailbox} onClose=${close} onDone=${done} />`}
    ${open === "org" && html`<${EraseOrganisation} session=${session} onClose=${close} onDone=${done} />`}`;
}

function Export() {
  const [address, setAddress] = useState("");
  const [found, setFound] = useState(null);
  const deed = useDeed(async () => (setFound(null), setFound(await post("settings/exports", { address }))));
  const isNothing = deed.error?.kind === "not-found";
  return html`
    <section class="card" aria-label="What is held about a candidate">
      <h2>What is held about a candidate</h2>
      <p class="muted">For somebody who asks what you hold about them. That you looked is put on the record of each mailbox concerned.</p>
      <form class="stack" novalidate onSubmit=${(event) => (event.preventDefault(), deed.run())}>
        <${TextField} label="Their e-mail address" kind="email" value=${address} onValue=${setAddress} fault=${faultOf(deed.error, "address")} autocomplete="off" />
        <div class="actions"><${Button} type="submit" busy=${deed.busy}>Look<//></div>
      </form>
      ${isNothing ? html`<${Notice} tone="info">Nothing is held about this address.<//>` : html`<${FormProblem} error=${deed.error} fields=${["address"]} />`}
      ${found && html`<${Held} data=${found} />`}
    </section>`;
}

const counted = (count, word) => `${count === 0 ? "no" : count} ${word}${count === 1 ? "" : "s"}`;

function Held({ data }) {
  const mails = data.campaigns.reduce((sum, one) => sum + one.sent.length, 0);
  const { suppression } = data;
  return html`
    <div class="asks" role="status">
      <p><strong>${data.address}</strong></p>
      <ul>
        <li>In ${data.campaigns.length === 0 ? "no campaign" : data.campaigns.length === 1 ? "1 campaign" : `${data.campaigns.length} campaigns`}${data.campaigns.length ? `: ${data.campaigns.map((one) => one.campaign_name || one.campaign).join(", ")}` : ""}</li>
        <li>${counted(mails, "mail")} to them, ${counted(data.answers.length, "answer")}</li>
        <li>${suppression.gets_no_mail ? "Gets no mail" : "May get mail"}</li>
        ${data.undecided_mail.length > 0 && html`<li>${data.undecided_mail.length} mails of which it is not clear yet whether they are theirs</li>`}
      </ul>
      <div class="actions"><${Button} kind="primary" onClick=${() => save(JSON.stringify(data, null, 2), `held-${data.hash.slice(0, 12)}.json`)}>Save all of it as a file<//></div>
    </div>`;
}
