// The audit as a table, of a mailbox or of the org; the latest first, more at a button.
import { get } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { href } from "../router.js";
import { atTime, clock } from "../times.js";
import { Button } from "../ui/forms.js";
import { Table } from "../ui/shown.js";
import { Empty, Loaded, Problem } from "../ui/states.js";
import { deedWords } from "./deed_words.js";
import { ACCESS, Address, ORG_SETTINGS, SETTINGS } from "./mailbox_words.js";

const COUNTED = { addresses: "address", domains: "domain" };
const KINDS = { user: "colleague" };
const PEOPLE = ["user", "grant"];
// Ids that lead nowhere from here.
const HIDDEN = ["grant", "step", "revision", "reply", "erasure", "first", "invitation"];

// readsAll: who looks may look at each candidate too.
export function AuditTable({ path, session, readsAll }) {
  const first = useResource((signal) => get(path, {}, signal), [path]);
  const [more, setMore] = useState({ entries: [], people: {}, next: null });
  const deed = useDeed(async (before) => {
    const page = await get(path, { before });
    setMore((old) => ({ entries: [...old.entries, ...page.entries], people: { ...old.people, ...page.people }, next: page.next }));
  });
  return html`<${Loaded} of=${first}>${(data) => {
    const next = more.next ?? data.next;
    const rows = together([...data.entries, ...more.entries]);
    const people = { ...data.people, ...more.people };
    if (!rows.length) return html`<${Empty} title="Nothing yet"><p>What is done from now on stands here.</p><//>`;
    return html`
      <${Table} label="What was done" rows=${rows} columns=${[
        ["When", (row) => (row.until ? `${atTime(row.at)} – ${clock(row.until)}` : atTime(row.at)), "when"],
        ["What", (row) => html`<${Deed} row=${row} people=${people} readsAll=${readsAll} />`],
        ["By", (row) => (row.by === "" ? "Outreach itself" : row.by === session.user ? "you" : html`<${Person} id=${row.by} people=${people} />`)],
      ]} />
      <${Problem} error=${deed.error} />
      ${next && html`<div class="actions"><${Button} busy=${deed.busy} onClick=${() => deed.run(next)}>Show older ones<//></div>`}`;
  }}<//>`;
}

// Who has neither a mailbox nor a grant is known by their id alone.
const Person = ({ id, people }) => (people[id] ? html`<${Address} of=${people[id]} />` : html`<code title="Only the id of this user is on record">${id}</code>`);

// Returns [kind, id] of what a deed was about; of mere words the id is "".
const parted = (one) => /^([a-z_]+):(\S.*)$/.exec(one)?.slice(1) ?? [one, ""];

function inWords([kind, id]) {
  const name = SETTINGS[kind] ?? ORG_SETTINGS[kind] ?? ACCESS[kind]?.name;
  if (!id) return kind.startsWith("until 2") ? `until ${atTime(kind.slice(6))}` : name ?? kind.replaceAll("_", " ");
  if (COUNTED[kind]) return id === "0" ? "" : `${id} ${id === "1" ? COUNTED[kind] : kind}`;
  return `${name ?? KINDS[kind] ?? kind.replaceAll("_", " ")} ${id.length > 20 ? `${id.slice(0, 12)}…` : id}`;
}

function Deed({ row, people, readsAll }) {
  const [words, about] = deedWords(row);
  const told = about.map(parted).filter(([kind, id]) => people[id] || !HIDDEN.includes(kind));
  const of = (kind) => told.find((one) => one[0] === kind)?.[1];
  const campaign = row.campaign || of("campaign");
  const rest = row.count > 1 ? [] : told.filter(([kind]) => kind !== "enrollment" && kind !== "campaign")
    .map((one) => (PEOPLE.includes(one[0]) && people[one[1]]) || inWords(one)).filter(Boolean);
  return html`
    <span>${row.count > 1 ? `${row.count} mails went out` : words}</span>
    ${(rest.length > 0 || campaign) && html`<span class="about">
      ${campaign && html`<a href=${href(`campaigns/${campaign}`)}>${campaign}</a>`}
      ${readsAll && row.count === 1 && campaign && of("enrollment") && html`<a href=${href(`campaigns/${campaign}/candidates/${of("enrollment")}`)}>the candidate</a>`}
      ${rest.length > 0 && html`<span>${rest.join(", ")}</span>`}
    </span>`}`;
}

// Mails that went out one after the other for one campaign are one row, or nothing else would be seen.
function together(entries) {
  const rows = [];
  for (const entry of entries) {
    const last = rows.at(-1);
    const goesOn = last && entry.deed === "sent" && last.deed === "sent" && entry.campaign === last.campaign
      && entry.by === last.by && atTime(entry.at).slice(0, -5) === atTime(last.at).slice(0, -5);
    if (goesOn) Object.assign(last, { at: entry.at, until: last.until ?? last.at, count: last.count + 1 });
    else rows.push({ ...entry, count: 1 });
  }
  return rows;
}
