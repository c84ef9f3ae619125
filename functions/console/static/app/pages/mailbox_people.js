// Who may send from a mailbox: what is asked for, what is given, what has ended; and what colleagues send from it.
import { get, remove } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { href } from "../router.js";
import { onDay } from "../times.js";
import { Button, Confirm } from "../ui/forms.js";
import { Badge, Table } from "../ui/shown.js";
import { Loaded, Notice } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { GiveDialog, TermsDialog } from "./mailbox_grant_forms.js";
import { termsOf } from "./mailbox_words.js";

export function MailboxPeople({ mailbox }) {
  const grants = useResource((signal) => get(`mailboxes/${mailbox.id}/grants`, {}, signal), [mailbox.id], { every: 30_000 });
  // What is open: null, or {give}, {change: grant}, {end: grant}.
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  // What a deed is about is gone before its dialog is, so that the focus is not left on it.
  const done = (words) => async () => {
    await grants.reload();
    close();
    say(words);
  };
  return html`
    <${Loaded} of=${grants}>${({ grants: all }) => html`
      <${Asked} some=${all.filter((one) => one.status === "asked")} mailbox=${mailbox} onOpen=${setOpen} />
      <${Given} some=${all.filter((one) => one.holds)} mailbox=${mailbox} onOpen=${setOpen} />
      <${Over} some=${all.filter((one) => one.status === "ended" || (one.status === "given" && !one.holds))} />`}<//>
    <${OfColleagues} mailbox=${mailbox} />
    ${open?.give && html`<${GiveDialog} mailbox=${mailbox} onClose=${close} onDone=${done("Allowed. They find the mailbox under Mailboxes.")} />`}
    ${open?.change && html`<${TermsDialog} mailbox=${mailbox} grant=${open.change} onClose=${close} onDone=${done("Saved.")} />`}
    ${open?.end && html`<${EndDialog} grant=${open.end} onClose=${close} onDone=${done(open.end.status === "asked" ? "Declined." : "Ended.")} />`}`;
}

function Asked({ some, mailbox, onOpen }) {
  if (!some.length) return null;
  return html`
    <section class="card" aria-label="Colleagues ask">
      <h2>Colleagues ask</h2>
      ${some.map((grant) => html`
        <div class="row" key=${grant.id}>
          <p class="grow"><b>${grant.email}</b> asks to send ${termsOf(grant, "your")}. <span class="muted">${onDay(grant.at)}</span></p>
          ${mailbox.own && html`<${Button} kind="primary small" onClick=${() => onOpen({ change: grant })} aria-label=${`Allow ${grant.email} …`}>Allow …<//>`}
          <${Button} kind="small" onClick=${() => onOpen({ end: grant })} aria-label=${`Decline ${grant.email}`}>Decline<//>
        </div>`)}
    </section>`;
}

function Given({ some, mailbox, onOpen }) {
  return html`
    <section class="card" aria-label="May send">
      <header><h2>May send</h2>
        ${mailbox.own && html`<${Button} onClick=${() => onOpen({ give: true })}>Let a colleague send<//>`}</header>
      ${some.length === 0
        ? html`<p class="muted">${mailbox.own ? "Only you send from this mailbox." : "Only its owner sends from this mailbox."} Whoever is allowed to sends in its owner's name, and sees the answers to their campaigns.</p>`
        : html`<${Table} label="Who may send" rows=${some} columns=${[
          ["Who", (grant) => grant.email],
          ["What", (grant) => termsOf(grant, mailbox.own ? "your" : "the owner's")],
          ["Since", (grant) => onDay(grant.at), "when"],
          ["", (grant) => html`<div class="actions end">
            ${mailbox.own && html`<${Button} kind="small" onClick=${() => onOpen({ change: grant })} aria-label=${`Change what ${grant.email} may send`}>Change<//>`}
            <${Button} kind="small danger" onClick=${() => onOpen({ end: grant })} aria-label=${`End what ${grant.email} may send`}>End<//></div>`],
        ]} />`}
    </section>`;
}

const Over = ({ some }) => some.length > 0 && html`
  <details class="card">
    <summary>Earlier ones (${some.length})</summary>
    <${Table} label="Earlier permissions" rows=${[...some].reverse()} columns=${[
      ["Who", (grant) => grant.email],
      ["What", (grant) => termsOf(grant)],
      ["Over since", (grant) => onDay(grant.status === "ended" ? grant.at : grant.until), "when"],
    ]} />
  </details>`;

function EndDialog({ grant, onClose, onDone }) {
  const isWish = grant.status === "asked";
  const deed = useDeed(async () => (await remove(`mailboxes/${grant.mailbox}/grants/${grant.id}`), await onDone()));
  return html`
    <${Confirm} title=${isWish ? `Decline what ${grant.email} asks for?` : `Stop ${grant.email} from sending?`} word=${isWish ? "Decline" : "End it"} deed=${deed} onClose=${onClose}>
      ${isWish ? html`<p>They can ask again.</p>`
        : html`<p>Their campaigns from this mailbox that rest on it are paused at once, and they see the answers no more. Candidates wait; you can go on with a campaign yourself.</p>
          <p>A mail that is being sent at this moment may still go out.</p>`}
    <//>`;
}

// A list may not say yet when a campaign was approved: then nothing is claimed.
const waits = (one) => one.needs_approval && one.approved_at === null && ["active", "paused"].includes(one.status);

// Campaigns in the owner's name that somebody else wrote.
function OfColleagues({ mailbox }) {
  const found = useResource((signal) => get("campaigns", { limit: 200 }, signal), [mailbox.id]);
  const some = (found.data?.campaigns ?? []).filter((one) => one.mailbox === mailbox.id
    && one.author_email.toLowerCase() !== mailbox.address.toLowerCase());
  if (!found.data && !found.error) return null;
  return html`
    <section class="card" aria-label="What colleagues send from it">
      <h2>What colleagues send from it</h2>
      <${Loaded} of=${found}>${() => (some.length === 0
        ? html`<p class="muted">Nothing.</p>`
        : html`
          ${mailbox.own && some.filter(waits).map((one) => html`<${Notice} key=${one.id} tone="warn" title=${`“${one.name || one.id}” waits for your approval`}>
            ${one.author_email} wrote it for ${one.candidates === 1 ? "1 candidate" : `${one.candidates.toLocaleString("en")} candidates`}. No mail goes out before you approve it.
            ${" "}<a href=${href(`campaigns/${one.id}`)}>Look at it</a><//>`)}
          <${Table} label="Campaigns of colleagues" rows=${some} columns=${[
          ["Campaign", (one) => html`<a href=${href(`campaigns/${one.id}`)}>${one.name || one.id}</a>`],
          ["By", (one) => one.author_email],
          ["State", (one) => html`<${Badge} of=${one.status} />${waits(one) ? html` <${Badge} of="unapproved" />` : ""}`],
          ["Candidates", (one) => one.candidates.toLocaleString("en"), "number"],
        ]} />`)}<//>
    </section>`;
}
