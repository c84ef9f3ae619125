// Part 1: who writes, under which name, in which hours, and what else holds for the whole campaign.
import { html } from "../html.js";
import { href } from "../router.js";
import { Check, Select, TextField } from "../ui/forms.js";
import { Empty, Notice } from "../ui/states.js";
import { addresses, idOf } from "./compose_draft.js";
import { Hours } from "./compose_hours.js";
import { finder } from "./compose_parts.js";

const holding = (mailbox) => mailbox.grants.filter((one) => one.holds);
export const usable = (mailboxes) => mailboxes.filter((one) => one.status === "connected" && (one.own || holding(one).length > 0));
// The one campaign that a colleague was given leave for, where it is one alone.
const onlyFor = (mailbox) => (mailbox && !mailbox.own && holding(mailbox).every((one) => one.campaign) ? holding(mailbox)[0].campaign : null);
export const needsApproval = (mailbox) => Boolean(mailbox && !mailbox.own && holding(mailbox).every((one) => one.approval));
export const zones = Intl.supportedValuesOf("timeZone");

export function Sender({ draft, change, mailboxes, faults }) {
  const fault = finder(faults);
  const offered = usable(mailboxes);
  if (offered.length === 0) {
    return html`<${Empty} title="Connect a mailbox first">
      <p>A campaign goes out from a Gmail mailbox: your own, or one whose owner has let you write from it.</p>
      <p><a class="button primary" href=${href("mailboxes")}>To the mailboxes</a></p><//>`;
  }
  return html`
    <div class="card"><h3>From whom</h3><${From} draft=${draft} change=${change} offered=${offered} fault=${fault} /></div>
    <div class="card"><h3>When mails may go out</h3>
      <${Hours} hours=${draft.hours} onHours=${(hours) => change({ hours })} faults=${faults} />
      <${TextField} label="Time zone" value=${draft.timezone} onValue=${(timezone) => change({ timezone: timezone.trim() })} list="zones" autocomplete="off"
        hint="Holds for candidates who have none in the shortlist; all others get their mails by their own clock."
        fault=${fault("timezone") ?? (draft.timezone && !zones.includes(draft.timezone) && draft.timezone !== "UTC" ? "There is no such time zone; one is Europe/Berlin." : undefined)} />
      <datalist id="zones">${zones.map((zone) => html`<option key=${zone} value=${zone} />`)}</datalist>
    </div>
    <${More} draft=${draft} change=${change} fault=${fault} faults=${faults} />`;
}

function From({ draft, change, offered, fault }) {
  const chosen = offered.find((one) => one.id === draft.mailbox);
  const only = onlyFor(chosen);
  const setName = (name) => change((old) => ({ name, ...(!old.ownId && { id: idOf(name) }) }));
  return html`
    <${Select} label="Mailbox" value=${chosen ? draft.mailbox : ""} onValue=${(mailbox) => change({ mailbox })} fault=${fault("mailbox")}
      choices=${[["", "Choose a mailbox"], ...offered.map((one) => [one.id, `${one.sender_name || one.address} <${one.address}>${one.own ? "" : ", by leave of its owner"}`])]} />
    ${needsApproval(chosen) && html`<${Notice}>Its owner has to approve the campaign before the first mail goes out.<//>`}
    ${only && draft.id !== only && html`<${Notice} tone="warn">You may write from this mailbox for one campaign alone.
      ${" "}<button type="button" class="quiet" onClick=${() => change({ id: only, ownId: true })}>Use its short name ${only}</button><//>`}
    <div class="pair">
      <${TextField} label="Name of the campaign" value=${draft.name} onValue=${setName} fault=${fault("name")} maxlength="200"
        hint="For you and your colleagues; candidates see it only if a message says it." />
      <${TextField} label="Short name" value=${draft.id} onValue=${(id) => change({ id, ownId: id !== "" })} fault=${fault("id")} maxlength="64"
        hint="Made from the name; letters, digits, _ and -. It stays with the campaign, and no other may have it." />
    </div>`;
}

function More({ draft, change, fault, faults }) {
  // A fault of one address of several names it.
  const wrong = (field) => [fault(field), ...faults.filter((one) => one.field.startsWith(`${field}[`))
    .map((one) => `${addresses(draft[field])[Number(/\d+/.exec(one.field))] ?? ""} ${one.why}`)].filter(Boolean).join("; ") || undefined;
  const set = (field) => (value) => change({ [field]: value });
  const differs = draft.cc || draft.reply_to || !draft.signature || !draft.stop_on_own_answer || draft.stop_elsewhere || draft.stop_colleagues;
  return html`<details class="card more" open=${Boolean(differs)}><summary><h3>More options</h3></summary>
    <div class="pair">
      <${TextField} label="Copy to colleagues" optional value=${draft.cc} onValue=${set("cc")} fault=${wrong("cc")} placeholder="hana@example.com, leo@example.com"
        hint="They get a copy of every mail, and candidates see their addresses." />
      <${TextField} label="Answers also to" optional value=${draft.reply_to} onValue=${set("reply_to")} fault=${wrong("reply_to")}
        hint="Answers always come to the sender too, or they would not be found." />
    </div>
    <fieldset><legend>What goes along, and what stops a candidate</legend>
      <${Check} label="Put the mailbox's signature under each mail" value=${draft.signature} onValue=${set("signature")} />
      <${Check} label="Stop when I write to a candidate by hand" value=${draft.stop_on_own_answer} onValue=${set("stop_on_own_answer")}
        hint="Your own mail in the thread counts as taking over." />
      <${Check} label="An answer stops the candidate's other campaigns too" value=${draft.stop_elsewhere} onValue=${set("stop_elsewhere")} />
      <${Check} label="An answer stops candidates of the same company here" value=${draft.stop_colleagues} onValue=${set("stop_colleagues")} />
    </fieldset>
    <p class="hint">An answer, an opt-out or a bounce always stops the candidate who sent it. There is no switch for that.</p>
  </details>`;
}
