// How a mailbox is: its connection in plain words, and the figures of all that went out from it.
import { get, post } from "../api.js";
import { html } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { href } from "../router.js";
import { inWords } from "../times.js";
import { Button, focusOn } from "../ui/forms.js";
import { Figure, Figures, percent, Time } from "../ui/shown.js";
import { Empty, Loaded, Notice, Problem } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { ACCESS, Fact, termsOf } from "./mailbox_words.js";

export function MailboxOverview({ mailbox, session, reload }) {
  const looks = mailbox.own || session.role === "admin";
  return html`
    ${mailbox.own && mailbox.paused_until && html`<${Resume} mailbox=${mailbox} reload=${reload} />`}
    <section class="card" aria-label="Connection">
      <h2>Connection</h2>
      <dl class="facts">
        <${Fact} label="Sends as">${mailbox.sender_name}<//>
        ${looks ? html`<${Connection} one=${mailbox} />` : mailbox.grants.map((grant) => html`
          <${Fact} key=${grant.id} label=${grant.holds ? "You may send" : "You asked for"}>${termsOf(grant)}<//>`)}
      </dl>
      ${mailbox.access && html`<p class="hint">${ACCESS[mailbox.access]?.says}</p>`}
    </section>
    ${looks && html`<${OfMailbox} mailbox=${mailbox} />`}`;
}

const Connection = ({ one }) => html`
  <${Fact} label="Connected"><${Time} at=${one.connected_at} /><//>
  ${one.looked_at && html`<${Fact} label="Last looked for answers"><${Time} at=${one.looked_at} relative /><//>`}
  ${one.covered_since && html`<${Fact} label="Gone through again"><span>all mail since <${Time} at=${one.covered_since} />, since Gmail had forgotten what was new</span><//>`}
  ${one.parked > 0 && html`<${Fact} label="Could not be read">${one.parked === 1 ? "1 mail" : `${one.parked} mails`}: they are named on their campaigns' pages, to be looked at in Gmail<//>`}`;

function Resume({ mailbox, reload }) {
  const deed = useDeed(async () => {
    await post(`mailboxes/${mailbox.id}/resume`);
    say("The break is over.");
    await reload();
    focusOn(null);
  });
  return html`
    <div class="row">
      <p class="grow muted">What came due meanwhile gets new times: nothing goes out in a burst.</p>
      <${Button} busy=${deed.busy} onClick=${deed.run}>End the break now<//>
    </div>
    <${Problem} error=${deed.error} />`;
}

function OfMailbox({ mailbox }) {
  const figures = useResource((signal) => get(`mailboxes/${mailbox.id}/figures`, {}, signal), [mailbox.id], { every: 60_000 });
  return html`
    <section class="card" aria-label="All that went out from it">
      <h2>All that went out from it</h2>
      <${Loaded} of=${figures}>${(data) => (data.enrolled === 0
        ? html`<${Empty} title="Nothing yet"><p>No campaign goes out from this mailbox.</p>
            ${mailbox.own && mailbox.status === "connected" && html`<a class="button primary" href=${href("campaigns/new")}>New campaign</a>`}<//>`
        : html`<${AllFigures} of=${data} />`)}<//>
    </section>`;
}

// The figures over all campaigns, of a mailbox or an org.
export const AllFigures = ({ of }) => html`
  <${Figures}>
    <${Figure} label="Mails sent" value=${of.sent} />
    <${Figure} label="Candidates written to" value=${of.reached} of=${of.enrolled} />
    <${Figure} label="Answered" value=${of.replied} note=${of.median_answer ? `half of them within ${inWords(of.median_answer)}` : undefined} />
    <${Figure} label="Interested" value=${of.interested} note=${of.replied > 0 ? `${percent(of.interested_of_replied)} of who answered` : undefined} />
    <${Figure} label="Wait for their next mail" value=${of.waiting} />
    <${Figure} label="Bounced" value=${of.bounced} />
    <${Figure} label="Opted out" value=${of.opted_out} />
    <${Figure} label="Automatic answers" value=${of.auto_replies} />
    <${Figure} label="Held" value=${of.held} note=${of.held > 0 ? "say on the campaign's page whether the mail went out" : undefined} />
  <//>
  ${of.failed > 0 && html`<${Notice} tone="warn">${of.failed === 1 ? "1 candidate" : `${of.failed} candidates`} could not be written to: Gmail refused the mail.<//>`}`;
