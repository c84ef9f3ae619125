// The audit as a table, of a mailbox or of the org; the latest first, more at a button.
import { get } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { href } from "../router.js";
import { atTime, clock } from "../times.js";
import { Button } from "../ui/forms.js";
import { Table } from "../ui/shown.js";
import { Empty, Loaded, Problem } from "../ui/states.js";
import { ACCESS, ORG_SETTINGS, SETTINGS } from "./mailbox_words.js";

const DEEDS = {
  invited: "Invited somebody to connect their mailbox", withdrawn: "Withdrew an invitation", connected: "Connected the mailbox",
  disconnecting: "Asked for the mailbox to be disconnected", disconnected: "The mailbox was disconnected", resumed_mailbox: "Ended a break of the mailbox",
  settings_changed: "Changed settings", asked: "Asked to send from it", granted: "Allowed somebody to send", grant_ended: "Ended somebody's permission to send",
  accepted_campaign: "Started a campaign", approved_campaign: "Approved a campaign", edited_campaign: "Changed a campaign", paused_campaign: "Paused a campaign",
  resumed_campaign: "Resumed a campaign", cancelled_campaign: "Cancelled a campaign", sent: "A mail went out", read_answer: "Opened the text of a mail in Gmail",
  exported: "Saved data as a file", suppressed: "Put on the list of those who get no mail", unsuppressed: "Took off the list of those who get no mail",
  org_changed: "Changed the organisation's settings", erasing: "Asked for an erasure", erased: "An erasure was done",
};
// Of what a deed was about, ids that lead nowhere are left out.
const COUNTED = { addresses: "address", domains: "domain" };
const KINDS = { user: "colleague", step: "mail" };
const HIDDEN = ["grant", "revision", "reply", "erasure", "first", "invitation"];

export function AuditTable({ path, session }) {
  const first = useResource((signal) => get(path, {}, signal), [path]);
  const [more, setMore] = useState({ entries: [], next: null });
  const deed = useDeed(async (before) => {
    const page = await get(path, { before });
    setMore((old) => ({ entries: [...old.entries, ...page.entries], next: page.next }));
  });
  return html`<${Loaded} of=${first}>${(data) => {
    const next = more.next ?? data.next;
    const rows = together([...data.entries, ...more.entries]);
    if (!rows.length) return html`<${Empty} title="Nothing yet"><p>What is done from now on stands here.</p><//>`;
    return html`
      <${Table} label="What was done" rows=${rows} columns=${[
        ["When", (row) => (row.until ? `${atTime(row.at)} – ${clock(row.until)}` : atTime(row.at)), "when"],
        ["What", (row) => html`<span>${row.count > 1 ? `${row.count} mails went out` : DEEDS[row.deed] ?? row.deed.replaceAll("_", " ")}</span><${About} row=${row} />`],
        ["By", (row) => (row.by === "" ? "Outreach itself" : row.by === session.user ? "you" : html`<code>${row.by}</code>`)],
      ]} />
      <${Problem} error=${deed.error} />
      ${next && html`<div class="actions"><${Button} busy=${deed.busy} onClick=${() => deed.run(next)}>Show older ones<//></div>`}`;
  }}<//>`;
}

// Returns [kind, id] of what a deed was about; of mere words the id is "".
const parted = (one) => /^([a-z_]+):(\S.*)$/.exec(one)?.slice(1) ?? [one, ""];

function inWords([kind, id]) {
  const name = SETTINGS[kind] ?? ORG_SETTINGS[kind] ?? ACCESS[kind]?.name;
  if (!id) return kind.startsWith("until 2") ? `until ${atTime(kind.slice(6))}` : name ?? kind.replaceAll("_", " ");
  if (COUNTED[kind]) return id === "0" ? "" : `${id} ${id === "1" ? COUNTED[kind] : kind}`;
  return `${name ?? KINDS[kind] ?? kind.replaceAll("_", " ")} ${id.length > 20 ? `${id.slice(0, 12)}…` : id}`;
}

function About({ row }) {
  const told = row.about.map(parted).filter(([kind]) => !HIDDEN.includes(kind));
  const words = row.count > 1 ? [] : told.filter(([kind]) => kind !== "enrollment" && kind !== "campaign").map(inWords).filter(Boolean);
  const enrollment = told.find(([kind]) => kind === "enrollment")?.[1];
  const campaign = row.campaign || told.find(([kind]) => kind === "campaign")?.[1];
  if (!words.length && !campaign) return null;
  return html`<span class="about">
    ${campaign && html`<a href=${href(`campaigns/${campaign}`)}>${campaign}</a>`}
    ${row.count === 1 && campaign && enrollment && html`<a href=${href(`campaigns/${campaign}/candidates/${enrollment}`)}>the candidate</a>`}
    ${words.length > 0 && html`<span>${words.join(", ")}</span>`}
  </span>`;
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
