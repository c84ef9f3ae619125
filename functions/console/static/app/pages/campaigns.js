// The list of campaigns, the latest first; for a newcomer the way to the first one.
import { get } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { go, href } from "../router.js";
import { atTime, onDay } from "../times.js";
import { Button } from "../ui/forms.js";
import { Badge, Table } from "../ui/shown.js";
import { Empty, Loaded, Problem } from "../ui/states.js";
import { useTitle } from "../ui/title.js";
import { many } from "./campaign_words.js";

const LIMIT = 50;

const page = async (after, signal) => get("campaigns", { after, limit: LIMIT, figures: true }, signal);

async function load(signal) {
  const [list, held] = await Promise.all([page("", signal), get("mailboxes", {}, signal)]);
  return { ...list, mailboxes: held.mailboxes };
}

export function Campaigns() {
  useTitle("Campaigns");
  const shown = useResource(load, [], { every: 30_000 });
  return html`
    <div class="title"><h1 tabindex="-1">Campaigns</h1>
      ${shown.data?.mailboxes.length > 0 && html`<a class="button primary" href=${href("campaigns/new")}>New campaign</a>`}
    </div>
    <${Loaded} of=${shown} lines=${6}>${(data) =>
      data.campaigns.length > 0 ? html`<${List} first=${data} />`
        : data.mailboxes.length > 0 ? html`<${FirstCampaign} mailbox=${data.mailboxes[0]} />`
        : html`<${FirstMailbox} />`}
    <//>`;
}

const FirstMailbox = () => html`
  <${Empty} title="Connect your mailbox first">
    <p>Campaigns go out from your own Gmail, and the answers come back to it. Connect it once; then write your first campaign.</p>
    <a class="button primary" href=${href("mailboxes")}>Connect a mailbox</a>
  <//>`;

const FirstCampaign = ({ mailbox }) => html`
  <${Empty} title="No campaigns yet">
    <p>Write a few mails, add a list of candidates, and look at the plan. Nothing goes out from ${mailbox.address} before you have said so.</p>
    <a class="button primary" href=${href("campaigns/new")}>New campaign</a>
  <//>`;

function List({ first }) {
  const [more, setMore] = useState({ campaigns: [], next: undefined });
  const next = more.next === undefined ? first.next : more.next;
  const deed = useDeed(async () => {
    const found = await page(next);
    setMore((old) => ({ campaigns: [...old.campaigns, ...found.campaigns], next: found.next }));
  });
  // The first page is loaded again while one looks at it: what it has now need not be shown once more further down.
  const ids = new Set(first.campaigns.map((one) => one.id));
  const rows = [...first.campaigns, ...more.campaigns.filter((one) => !ids.has(one.id))];
  const address = new Map(first.mailboxes.map((one) => [one.id, one.address]));
  return html`
    <section class="card"><${Table} label="Campaigns" rows=${rows} onOpen=${(one) => go(`campaigns/${one.id}`)} columns=${columns(address)} /></section>
    <${Problem} error=${deed.error} />
    ${next && html`<p class="actions"><${Button} busy=${deed.busy} onClick=${deed.run}>Show more<//></p>`}`;
}

const columns = (address) => [
  ["Campaign", (one) => html`<a class="campaign-link" href=${href(`campaigns/${one.id}`)}>${one.name}</a>`],
  ["Status", (one) => html`<${Status} of=${one} />`],
  ["Progress", (one) => html`<${Progress} of=${one} />`],
  ["From", (one) => html`<span class="stack-words"><span>${address.get(one.mailbox) ?? "a mailbox you have no part in"}</span>
    ${one.author_email !== address.get(one.mailbox) && html`<span class="small muted">by ${one.author_email}</span>`}</span>`],
  ["Started", (one) => html`<time class="time nowrap" dateTime=${one.accepted_at} title=${atTime(one.accepted_at)}>${onDay(one.accepted_at)}</time>`],
];

const Status = ({ of }) => html`<span class="stack-words">
  <span><${Badge} of=${of.status} />${isUnapproved(of) && html` <${Badge} of="unapproved" />`}</span>
  ${of.status === "paused" && of.why && html`<span class="small muted">${of.why}</span>`}</span>`;

// Only while it is known that nobody has approved it yet.
const isUnapproved = (one) => one.needs_approval && one.approved_at === null && ["active", "paused"].includes(one.status);

function Progress({ of }) {
  const people = many(of.candidates, "candidate");
  if (!of.figures) return html`<span>${people}</span>`;
  const { sent, replied, waiting } = of.figures;
  return html`<span class="stack-words"><span>${people}</span>
    <span class="small muted">${[many(sent, "mail") + " sent", `${replied.toLocaleString("en")} replied`, waiting > 0 && `${waiting.toLocaleString("en")} waiting`].filter(Boolean).join(", ")}</span></span>`;
}
