// The list of mailboxes: the viewer's own, those they may send from, and for admins all others.
import { get } from "../api.js";
import { html, useState } from "../html.js";
import { useResource } from "../resource.js";
import { Button } from "../ui/forms.js";
import { Empty, Loaded } from "../ui/states.js";
import { useTitle } from "../ui/title.js";
import { say } from "../ui/toasts.js";
import { MailboxCard } from "./mailbox_card.js";
import { CameBack, cameBackWith, ConnectDialog } from "./mailbox_connect.js";
import { OwnErasures } from "./mailbox_erasures.js";
import { AskDialog } from "./mailbox_grant_forms.js";

export function Mailboxes({ session }) {
  useTitle("Mailboxes");
  const list = useResource((signal) => get("mailboxes", {}, signal), [session.user], { every: 30_000 });
  const [back] = useState(cameBackWith);
  // What is open: null, {connect: a mailbox or undefined} or {ask: true}.
  const [open, setOpen] = useState(null);
  const connect = (again) => setOpen({ connect: again });
  const mailboxes = list.data?.mailboxes ?? [];
  const hasOwn = mailboxes.some((one) => one.own);
  return html`
    <div class="title">
      <h1 tabindex="-1">Mailboxes</h1>
      <div class="actions">
        <${Button} onClick=${() => setOpen({ ask: true })}>Ask a colleague<//>
        ${hasOwn && html`<${Button} onClick=${() => connect()}>Connect a mailbox<//>`}
      </div>
    </div>
    <${Loaded} of=${list}>${() => html`
      ${back && html`<${CameBack} back=${back} mailboxes=${mailboxes} onConnect=${() => connect()} />`}
      <${Lists} mailboxes=${mailboxes} session=${session} onConnect=${connect} onChanged=${list.reload} />`}
    <//>
    <${OwnErasures} />
    ${open && "connect" in open && html`<${ConnectDialog} session=${session} again=${open.connect} onClose=${() => setOpen(null)} />`}
    ${open?.ask && html`<${AskDialog} onClose=${() => setOpen(null)}
      onDone=${() => (setOpen(null), say("Asked. They see it under their mailbox."), list.reload())} />`}`;
}

function Lists({ mailboxes, session, onConnect, onChanged }) {
  const own = mailboxes.filter((one) => one.own);
  const held = mailboxes.filter((one) => !one.own && one.grants.length > 0);
  const others = mailboxes.filter((one) => !one.own && one.grants.length === 0);
  const cards = (title, some) => some.length > 0 && html`
    <section class="stack" aria-label=${title}>
      <h2>${title}</h2>
      <div class="columns">${some.map((one) => html`<${MailboxCard} key=${one.id} one=${one} session=${session} onConnect=${onConnect} onChanged=${onChanged} />`)}</div>
    </section>`;
  return html`
    ${cards(own.length === 1 ? "Your mailbox" : "Your mailboxes", own)}
    ${cards("Mailboxes of colleagues", held)}
    ${own.length === 0 && html`<${NoOwn} onConnect=${onConnect} />`}
    ${cards("Others in your organisation", others)}`;
}

const NoOwn = ({ onConnect }) => html`
  <${Empty} title="You have not connected your mailbox">
    <p>Campaigns go out from your own Gmail: candidates see your name and answer to you. You connect it once, at Google, and can take that back at any time.</p>
    <p>You write for somebody else? Ask them whether you may send from their mailbox.</p>
    <${Button} kind="primary" onClick=${() => onConnect()}>Connect your mailbox<//>
  <//>`;
