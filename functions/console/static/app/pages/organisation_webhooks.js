// The organisation's webhooks: who hears of what happens, the secret that is shown once, the replay of what was missed.
import { get, post, remove } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { onDay } from "../times.js";
import { Copied } from "../ui/copying.js";
import { FormDialog } from "../ui/form_dialog.js";
import { Button, Check, Confirm, Dialog, faultOf, TextField } from "../ui/forms.js";
import { Table } from "../ui/shown.js";
import { Empty, Loaded } from "../ui/states.js";
import { say } from "../ui/toasts.js";

const TYPES = {
  "candidate.sent": "a mail went out", "candidate.replied": "somebody answered", "candidate.interested": "somebody is interested",
  "candidate.bounced": "an address bounced", "candidate.opted_out": "somebody opted out", "candidate.completed": "all mails to somebody are out",
  "mailbox.disconnected": "a mailbox was disconnected",
};

export function OrganisationWebhooks() {
  const list = useResource((signal) => get("settings/webhooks", {}, signal), []);
  // What is open: null, or {add}, {made}, {remove: webhook}, {replay: webhook}.
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  const add = () => setOpen({ add: true });
  return html`
    <section class="card" aria-label="Webhooks">
      <header><h2>Webhooks</h2><${Button} kind="primary" onClick=${add}>Add a webhook<//></header>
      <p class="muted">Your applicant system hears of what happens, at an address of its own. Each event comes at least once, signed after the Standard Webhooks specification and numbered for each candidate.</p>
      <${Loaded} of=${list}>${({ webhooks }) => (webhooks.length === 0
        ? html`<${Empty} title="No webhook yet"><p>Without one nothing leaves Outreach.</p><//>`
        : html`<${List} webhooks=${webhooks} onOpen=${setOpen} />`)}<//>
    </section>
    ${open?.add && html`<${Add} onClose=${close} onDone=${(made) => (setOpen({ made }), list.reload())} />`}
    ${open?.made && html`<${Made} made=${open.made} onClose=${close} />`}
    ${open?.remove && html`<${Remove} one=${open.remove} onClose=${close} onDone=${() => (say("Removed."), list.reload())} />`}
    ${open?.replay && html`<${Replay} one=${open.replay} onClose=${close} />`}`;
}

const List = ({ webhooks, onOpen }) => html`<${Table} label="Webhooks" rows=${webhooks} columns=${[
  ["Address", (one) => html`<span class="url">${one.url}</span>${one.gone && html`<span class="about"><span class="badge bad">says that it is gone</span></span>`}`],
  ["Hears of", (one) => (one.types.length ? one.types.map((type) => TYPES[type] ?? type).join(", ") : "everything")],
  ["Since", (one) => onDay(one.created_at)],
  ["", (one) => html`<div class="actions end">
    <${Button} kind="small" onClick=${() => onOpen({ replay: one })} aria-label=${`Deliver again to ${one.url}`}>Deliver again<//>
    <${Button} kind="small danger" onClick=${() => onOpen({ remove: one })} aria-label=${`Remove ${one.url}`}>Remove<//></div>`],
]} />`;

function Add({ onClose, onDone }) {
  const [url, setUrl] = useState("https://");
  const [types, setTypes] = useState([]);
  const deed = useDeed(() => post("settings/webhooks", { url, types }));
  const tick = (type) => (on) => setTypes((old) => (on ? [...old, type] : old.filter((one) => one !== type)));
  return html`
    <${FormDialog} title="Add a webhook" word="Add" deed=${deed} fields=${["url"]} onClose=${onClose} onDone=${onDone}>
      <${TextField} label="Address" kind="url" value=${url} onValue=${setUrl} fault=${faultOf(deed.error, "url")} hint="A public https address. It has to answer within ten seconds; redirects are not followed." />
      <fieldset>
        <legend>What it hears of</legend>
        <p class="hint">Nothing ticked means everything. An event names the candidate's address and name.</p>
        <div class="checks">${Object.entries(TYPES).map(([type, words]) => html`<${Check} key=${type} label=${words} value=${types.includes(type)} onValue=${tick(type)} />`)}</div>
      </fieldset>
    <//>`;
}

const Made = ({ made, onClose }) => html`
  <${Dialog} title="The webhook's secret" onClose=${onClose} actions=${html`<${Button} kind="primary" onClick=${onClose}>I have it<//>`}>
    <p>With it the other side checks that an event comes from here. <strong>It is shown this once</strong>: when it is lost, remove the webhook and add it again.</p>
    <${Copied} label="Secret" value=${made.secret} hint="Any library of the Standard Webhooks specification takes it." />
  <//>`;

function Remove({ one, onClose, onDone }) {
  const deed = useDeed(async () => (await remove(`settings/webhooks/${one.id}`), await onDone()));
  return html`
    <${Confirm} title="Remove this webhook?" word="Remove" deed=${deed} onClose=${onClose}>
      <p class="url">${one.url}</p><p>It hears of nothing any more. What is being delivered at this moment may still arrive.</p>
    <//>`;
}

// Delivers the log again, page after page, until its end.
function Replay({ one, onClose }) {
  const [since, setSince] = useState(() => new Date(Date.now() - 86_400_000 - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16));
  const deed = useDeed(async () => {
    let [events, from] = [0, since ? new Date(since).toISOString() : ""];
    while (from) {
      const page = await post(`settings/webhooks/${one.id}/replay`, undefined, { since: from });
      events += page.events;
      from = page.next === from ? null : page.next;
    }
    return events;
  });
  const done = (events) => (onClose(), say(events === 1 ? "1 event is delivered again." : `${events.toLocaleString("en")} events are delivered again.`));
  return html`
    <${FormDialog} title="Deliver again" word="Deliver again" deed=${deed} fields=${["since"]} onClose=${onClose} onDone=${done}>
      <p>All events since then go to this webhook once more, those that it missed among them. Events are kept for 30 days; their <code>webhook-id</code> stays the same.</p>
      <p class="url">${one.url}</p>
      <${TextField} label="Since" kind="datetime-local" value=${since} onValue=${setSince} fault=${faultOf(deed.error, "since")} hint="In your own time zone." />
    <//>`;
}
