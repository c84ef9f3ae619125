// The end of a mailbox's connection, and its erasure: what happens, how far it is, what is left.
import { call, post } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { Button, Confirm, TextField } from "../ui/forms.js";
import { FormDialog } from "../ui/form_dialog.js";
import { Notice } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { ErasureBegun, Receipt, remember, useOwnErasures } from "./mailbox_erasures.js";
import { sentence } from "./mailbox_card.js";

export function MailboxLeave({ mailbox, onConnect, reload }) {
  const erasures = useOwnErasures();
  const receipts = (erasures.data ?? []).filter((one) => one.kind === "mailbox" && one.subject === mailbox.id);
  const [asks, setAsks] = useState("");
  const erased = (erasure) => (setAsks(""), remember(erasure), erasures.reload(), reload(), say("The erasure has begun."));
  return html`
    <section class="card" aria-label="Disconnect">
      <h2>Disconnect</h2>
      <${Disconnecting} mailbox=${mailbox} onConnect=${receipts.length ? null : onConnect} onAsk=${() => setAsks("disconnect")} />
    </section>
    ${receipts.length > 0 && html`<${ErasureBegun} />`}
    ${receipts.map((one) => html`<${Receipt} key=${one.id} erasure=${one} />`)}
    ${receipts.length === 0 && html`
      <section class="card" aria-label="Erase">
        <h2>Erase</h2>
        <p>Everything that is held of this mailbox is removed: its connection, its campaigns with their candidates and answers, its record of reads. It is disconnected first.</p>
        <p>Mails in Gmail itself stay. This can't be undone; save your campaigns first if you need them.</p>
        <div><${Button} kind="danger" onClick=${() => setAsks("erase")}>Erase this mailbox …<//></div>
      </section>`}
    ${asks === "disconnect" && html`<${Ask} mailbox=${mailbox} reload=${reload} onClose=${() => setAsks("")} />`}
    ${asks === "erase" && html`<${Erase} mailbox=${mailbox} onClose=${() => setAsks("")} onDone=${erased} />`}`;
}

function Disconnecting({ mailbox, onConnect, onAsk }) {
  if (mailbox.status === "leaving") return html`<${UnderWay} />`;
  if (mailbox.status === "disconnected") {
    return html`
      <p>It is disconnected. ${sentence(mailbox.why)}</p>
      ${mailbox.own && onConnect && html`<div><${Button} onClick=${() => onConnect(mailbox)}>Connect again<//></div>`}`;
  }
  return html`
    <p>Nothing goes out from this mailbox any more, and no answers are read. Its campaigns are paused; you can connect it again and go on.</p>
    <div><${Button} kind="danger" onClick=${onAsk}>Disconnect …<//></div>`;
}

const UnderWay = () => html`
  <${Notice} tone="info" title="It is being disconnected">
    <p>This goes on by itself, also when you close the page. It takes up to ten minutes when a mail was being sent.</p>
    <ol>
      <li>Its campaigns are paused</li>
      <li>What was being sent is settled; what can't be found out is held for you to decide</li>
      <li>Gmail's notifications end</li>
      <li>The permission is given back at Google</li>
      <li>Our key to the mailbox is destroyed</li>
    </ol>
    <p><span class="spinner" aria-hidden="true"></span> Working …</p>
  <//>`;

function Ask({ mailbox, reload, onClose }) {
  const deed = useDeed(async () => {
    const left = await post(`mailboxes/${mailbox.id}/disconnect`);
    say(left.status === "disconnected" ? "It is disconnected." : "It is being disconnected.");
    await reload();
  });
  return html`
    <${Confirm} title=${`Disconnect ${mailbox.address}?`} word="Disconnect" deed=${deed} onClose=${onClose}>
      <p>All campaigns from it are paused at once, its colleagues' too. The permission is given back at Google and our key is destroyed.</p>
      <p>A mail that is being sent at this moment may still go out. Answers that come from now on are not seen here, until it is connected again.</p>
    <//>`;
}

function Erase({ mailbox, onClose, onDone }) {
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState("");
  const deed = useDeed(async () => {
    if (typed.trim().toLowerCase() !== mailbox.address.toLowerCase()) {
      setWrong("is not this mailbox's address");
      throw Object.assign(new Error("Type the address to show that you mean it."), { faults: [{ field: "typed", why: "" }] });
    }
    return (await call("DELETE", `mailboxes/${mailbox.id}`)).data;
  });
  return html`
    <${FormDialog} title=${`Erase ${mailbox.address}?`} word="Erase for good" kind="danger" deed=${deed} fields=${["typed"]} onClose=${onClose} onDone=${onDone}>
      <p>It is disconnected, then all that is held of it is removed, and removed again an hour later for what was under way. You get a receipt.</p>
      <p><strong>This can't be undone.</strong> A mail that is being sent at this moment may still go out.</p>
      <${TextField} label=${`Type ${mailbox.address} to go on`} value=${typed} onValue=${(value) => (setTyped(value), setWrong(""))} fault=${wrong || undefined} autocomplete="off" />
    <//>`;
}
