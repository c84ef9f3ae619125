// The three forms by which an admin begins an erasure; each says what goes, and what stays.
import { get, post } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { FormDialog } from "../ui/form_dialog.js";
import { faultOf, Select, TextField } from "../ui/forms.js";
import { Loaded } from "../ui/states.js";

const begun = (wish) => post("settings/erasures", wish);

export function EraseCandidate({ onClose, onDone }) {
  const [address, setAddress] = useState("");
  const deed = useDeed(() => begun({ candidate: address }));
  return html`
    <${FormDialog} title="Erase a candidate?" word="Erase for good" kind="danger" deed=${deed} fields=${["candidate"]} onClose=${onClose} onDone=${onDone}>
      <p>They are stopped in all campaigns at once. Their places, mails, answers and variables are removed. Where they get no mail, that stays, by a keyed hash of their address.</p>
      <p>What is in Gmail itself stays: ask the mailboxes' owners. A mail that is being sent at this moment may still go out.</p>
      <${TextField} label="Their e-mail address" kind="email" value=${address} onValue=${setAddress} fault=${faultOf(deed.error, "candidate")} autocomplete="off" />
    <//>`;
}

export function EraseMailbox({ onClose, onDone }) {
  const list = useResource((signal) => get("mailboxes", {}, signal), []);
  const [id, setId] = useState("");
  const deed = useDeed(() => begun({ mailbox: id }));
  return html`
    <${FormDialog} title="Erase a mailbox?" word="Erase for good" kind="danger" deed=${deed} fields=${["mailbox"]} onClose=${onClose} onDone=${onDone}>
      <p>It is disconnected, then its campaigns with their candidates and answers are removed, and its record of reads. Mails in Gmail itself stay, and so does the list of those who get no mail.</p>
      <${Loaded} of=${list}>${({ mailboxes }) => html`
        <${Select} label="Mailbox" value=${id} onValue=${setId} fault=${faultOf(deed.error, "mailbox")}
          choices=${[["", "Choose …"], ...mailboxes.map((one) => [one.id, one.address])]} />`}<//>
    <//>`;
}

export function EraseOrganisation({ session, onClose, onDone }) {
  const [typed, setTyped] = useState("");
  const deed = useDeed(() => begun({ org: typed.trim() }));
  return html`
    <${FormDialog} title="Erase everything?" word="Erase everything for good" kind="danger" deed=${deed} fields=${["org"]} onClose=${onClose} onDone=${onDone}>
      <p>All mailboxes are disconnected; all campaigns, candidates, answers, settings, the list of those who get no mail and the audit are removed. While this goes on nobody can begin anything. <strong>Only the receipt stays.</strong></p>
      <${TextField} label=${`Type ${session.org} to go on`} value=${typed} onValue=${setTyped} fault=${faultOf(deed.error, "org")} autocomplete="off" />
    <//>`;
}
