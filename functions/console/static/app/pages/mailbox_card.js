// One mailbox in the list: how it is, what may be done with it, and what it needs.
import { get, remove } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { href } from "../router.js";
import { onDay } from "../times.js";
import { Button, Confirm } from "../ui/forms.js";
import { Badge, Time } from "../ui/shown.js";
import { Notice } from "../ui/states.js";
import { ACCESS, Address, capToday, Fact, termsOf } from "./mailbox_words.js";

export function MailboxCard({ one, session, onConnect, onChanged }) {
  const mayLook = one.own || session.role === "admin";
  return html`
    <section class="card" aria-label=${one.address}>
      <header>
        <h3><a href=${href(`mailboxes/${one.id}`)}><${Address} of=${one.address} /></a></h3>
        <${Badge} of=${one.status} />
      </header>
      <${Trouble} one=${one} onConnect=${onConnect} />
      <dl class="facts">
        <${Fact} label="Sends as">${one.sender_name}<//>
        ${one.own && html`<${OwnFacts} one=${one} />`}
        ${mayLook && one.access && html`<${Fact} label="Access">${ACCESS[one.access]?.short ?? one.access}<//>`}
      </dl>
      ${one.grants.map((grant) => html`<${HeldGrant} key=${grant.id} grant=${grant} onChanged=${onChanged} />`)}
      ${one.own && html`<div class="actions">
        ${one.status === "connected" && html`<a class="button small" href=${href("campaigns/new")}>New campaign</a>`}
        <a class="button small" href=${href(`mailboxes/${one.id}/settings`)}>Settings</a>
        <a class="button small" href=${href(`mailboxes/${one.id}/people`)}>Who may send</a>
      </div>`}
      ${!one.own && one.status === "connected" && one.grants.some((grant) => grant.holds) && html`
        <div><a class="button small" href=${href("campaigns/new")}>New campaign</a></div>`}
    </section>`;
}

function OwnFacts({ one }) {
  const settings = useResource((signal) => get(`mailboxes/${one.id}/settings`, {}, signal), [one.id]);
  const grants = useResource((signal) => get(`mailboxes/${one.id}/grants`, {}, signal), [one.id]);
  const { limits, timezone } = settings.data ?? {};
  const hold = grants.data?.grants.filter((grant) => grant.holds) ?? [];
  const asked = grants.data?.grants.filter((grant) => grant.status === "asked") ?? [];
  return html`
    <${Fact} label="Mails today">${one.status !== "connected" ? "none" : limits ? `at most ${capToday(limits, one.connected_at, timezone)}` : "…"}<//>
    <${Fact} label="Who may send">${hold.length ? `you and ${hold.map((grant) => grant.email).join(", ")}` : "you alone"}
      ${asked.length > 0 && html` <a href=${href(`mailboxes/${one.id}/people`)}>${asked.length === 1 ? `${asked[0].email} asks` : `${asked.length} colleagues ask`}</a>`}<//>`;
}

// What keeps a mailbox from sending, or answers from coming in at once.
export function Trouble({ one, onConnect }) {
  if (one.status === "disconnected" && one.own) {
    return html`
      <${Notice} tone="bad" title="Nothing goes out from this mailbox">
        <p>${one.why ? `${sentence(one.why)} ` : ""}Its candidates wait; when it is connected again, what came in meanwhile is worked off first, then they go on.</p>
        <${Button} onClick=${() => onConnect(one)}>Connect again<//>
      <//>`;
  }
  if (one.status === "disconnected") {
    return html`<${Notice} tone="warn" title="Nothing goes out from this mailbox">${one.why ? sentence(one.why) : "Its owner has to connect it again."}<//>`;
  }
  return html`
    ${one.status === "leaving" && html`<${Notice} tone="warn" title="It is being disconnected">Nothing new goes out. A mail that was already being sent may still arrive.<//>`}
    ${one.paused_until && html`<${Notice} tone="warn" title="It takes a break">${sentence(one.paused_why)} It goes on by itself: <${Time} at=${one.paused_until} />.<//>`}
    ${one.watch_failed && html`<${Notice} tone="warn" title="Answers may show late">Gmail does not tell us of new mail just now (${one.watch_failed}). It is looked at from time to time, and before each follow-up.<//>`}`;
}

export const sentence = (words) => (words ? `${words[0].toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}` : "");

function HeldGrant({ grant, onChanged }) {
  const [asks, setAsks] = useState(false);
  const isWish = grant.status === "asked";
  const deed = useDeed(async () => (await remove(`mailboxes/${grant.mailbox}/grants/${grant.id}`), await onChanged()));
  return html`
    <div class="row">
      <p class="grow">${isWish ? `You asked on ${onDay(grant.at)} for ${termsOf(grant)}. Its owner has not decided yet.`
        : grant.holds ? `You may send ${termsOf(grant)}.` : `You could send ${termsOf(grant)}: that time is over.`}</p>
      <${Button} kind="small" onClick=${() => setAsks(true)}>${isWish ? "Take back" : "Give up"}<//>
    </div>
    ${asks && html`<${Confirm} title=${isWish ? "Take back what you asked for?" : "Give up this permission?"} word=${isWish ? "Take back" : "Give up"} deed=${deed} onClose=${() => setAsks(false)}>
      ${isWish ? "You can ask again later." : "Your campaigns that rest on it are paused at once. A mail that is being sent at this moment may still go out."}
    <//>`}`;
}
