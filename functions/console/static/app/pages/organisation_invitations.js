// Invitations to connect a mailbox: made, shown once as a link, listed while they are open, withdrawn.
import { get, remove } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { Button, Confirm, Dialog } from "../ui/forms.js";
import { Copied } from "../ui/copying.js";
import { Table, Time } from "../ui/shown.js";
import { Empty, Loaded } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { InviteDialog } from "./organisation_invite.js";
import { ACCESS, termsOf } from "./mailbox_words.js";

export function OrganisationInvitations({ session }) {
  const list = useResource((signal) => get("mailboxes/invitations", {}, signal), [], { every: 30_000 });
  // What is open: null, or {invite}, {made: the answer}, {withdraw: an invitation}.
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  const invite = () => setOpen({ invite: true });
  return html`
    <section class="card" aria-label="Invitations">
      <header><h2>Invitations</h2><${Button} kind="primary" onClick=${invite}>Invite somebody<//></header>
      <p class="muted">A hiring manager who never comes here connects their mailbox by a link, and campaigns can go out in their name. You send them the link yourself; it is good for seven days.</p>
      <${Loaded} of=${list}>${({ invitations }) => (invitations.length === 0
        ? html`<${Empty} title="No invitation is open"><p>Who was invited and has connected is under <a href="#/mailboxes">Mailboxes</a>.</p><//>`
        : html`<${Table} label="Open invitations" rows=${invitations} columns=${[
          ["Whose mailbox", (one) => html`${one.address}<span class="about">as “${one.sender_name}”</span>`],
          ["Gives", (one) => `access: ${ACCESS[one.access]?.short ?? one.access}; ${one.grant ? `${one.grant.email} may send ${termsOf(one.grant)}` : "nobody else may send"}`],
          ["By", (one) => one.by],
          ["Good until", (one) => html`<${Time} at=${one.expires_at} />`],
          ["", (one) => html`<div class="actions end"><${Button} kind="small danger" onClick=${() => setOpen({ withdraw: one })} aria-label=${`Withdraw the invitation of ${one.address}`}>Withdraw<//></div>`],
        ]} />`)}<//>
    </section>
    ${open?.invite && html`<${InviteDialog} session=${session} onClose=${close} onDone=${(made) => (setOpen({ made }), list.reload())} />`}
    ${open?.made && html`<${Made} made=${open.made} onClose=${close} />`}
    ${open?.withdraw && html`<${Withdraw} one=${open.withdraw} onClose=${close} onDone=${() => (say("Withdrawn."), list.reload())} />`}`;
}

const Made = ({ made, onClose }) => html`
  <${Dialog} title="The invitation's link" onClose=${onClose} actions=${html`<${Button} kind="primary" onClick=${onClose}>I have it<//>`}>
    <p>Send it to ${made.address} yourself. <strong>It is shown this once</strong>: who loses it gets a new invitation.</p>
    <${Copied} label="Link" value=${made.url} />
    <p class="muted">Good until <${Time} at=${made.expires_at} />, and only for that mailbox.</p>
  <//>`;

function Withdraw({ one, onClose, onDone }) {
  const deed = useDeed(async () => (await remove(`mailboxes/invitations/${one.id}`), await onDone()));
  return html`
    <${Confirm} title=${`Withdraw the invitation of ${one.address}?`} word="Withdraw" deed=${deed} onClose=${onClose}>
      Its link leads nowhere then, even for somebody who has opened it already.
    <//>`;
}
