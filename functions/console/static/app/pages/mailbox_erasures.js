// Erasures: how far one is, and its receipt. Who is no admin finds those again that they asked for on this device.
import { get } from "../api.js";
import { html } from "../html.js";
import { useResource } from "../resource.js";
import { Time } from "../ui/shown.js";
import { Notice } from "../ui/states.js";

const OWN = "outreach.erasures";
const known = () => JSON.parse(localStorage.getItem(OWN) ?? "[]");

// Keeps the id of an erasure, and nothing else of it: its receipt comes an hour later at the earliest.
export const remember = (erasure) => localStorage.setItem(OWN, JSON.stringify([...new Set([erasure.id, ...known()])].slice(0, 20)));

// Returns the erasures that were asked for on this device and can be seen by who is signed in.
export function useOwnErasures() {
  return useResource(async (signal) => {
    const found = await Promise.allSettled(known().map((id) => get(`settings/erasures/${id}`, {}, signal)));
    return found.filter((one) => one.status === "fulfilled").map((one) => one.value);
  }, [], { every: (all) => (all.some((one) => one.stage !== "done") ? 15_000 : 0) });
}

export function OwnErasures() {
  const { data } = useOwnErasures();
  if (!data?.length) return null;
  return html`
    <details class="stack" open=${data.some((one) => one.stage !== "done")}>
      <summary>What you had erased (${data.length})</summary>
      <div class="stack">${data.map((one) => html`<${Receipt} key=${one.id} erasure=${one} />`)}</div>
    </details>`;
}

const KINDS = { candidate: "A candidate", mailbox: "A mailbox", org: "All data of the organisation" };
const STAGES = {
  marked: ["It has begun", "Nothing new is taken in. It waits for what is being sent at this moment, then removes everything."],
  swept: ["Everything was removed once", "It is removed once more later, for what was under way then."],
  done: ["Done", ""],
};
// What is counted in a receipt, one of it and many.
const NAMES = {
  campaigns: ["campaign"], enrollments: ["place in a campaign", "places in campaigns"], replies: ["answer"], contacts: ["contact"],
  correspondence: ["thread or Message-ID", "threads and Message-IDs"], days: ["day of the calendar", "days of the calendar"], attachments: ["attachment"],
  reads: ["entry of the record of reads", "entries of the record of reads"], chains: ["end of the record of reads", "ends of the record of reads"],
  pending: ["undecided mail"], events: ["event"], mailboxes: ["mailbox", "mailboxes"], inboxes: ["live connection"], audit: ["entry of the audit", "entries of the audit"],
  suppressions: ["entry of the list of those who get no mail", "entries of the list of those who get no mail"], invitations: ["invitation"],
  connections: ["wish to connect", "wishes to connect"], oauth_states: ["start of a consent", "starts of a consent"], usage: ["count of use", "counts of use"],
};
function counted(name, count) {
  const [one, many = `${one}s`] = NAMES[name] ?? [name.replaceAll("_", " "), name.replaceAll("_", " ")];
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

export function Receipt({ erasure }) {
  const [title, says] = STAGES[erasure.stage] ?? [erasure.stage, ""];
  const gone = Object.entries(erasure.deleted ?? {}).filter(([, count]) => count > 0);
  return html`
    <article class="card receipt" aria-label=${`${KINDS[erasure.kind]}: ${title}`}>
      <header><h3>${KINDS[erasure.kind]}: ${title.toLowerCase()}</h3></header>
      <p class="muted">Asked for <${Time} at=${erasure.asked_at} />. Receipt <code>${erasure.id.slice(0, 12)}</code></p>
      ${says && html`<p>${says}${erasure.stage === "swept" && erasure.wake_at && html` Next: <${Time} at=${erasure.wake_at} />.`}</p>`}
      ${erasure.done_at && html`<p>Done <${Time} at=${erasure.done_at} />.
        ${erasure.backups_until && html` The last backup that may still hold it expires <${Time} at=${erasure.backups_until} />.`}</p>`}
      ${gone.length > 0 && html`<div><strong>What is gone</strong><ul>
        ${gone.map(([name, count]) => html`<li key=${name}>${counted(name, count)}</li>`)}</ul></div>`}
      ${erasure.kept?.length > 0 && html`<details><summary>What is kept, and why</summary><ul>
        ${erasure.kept.map((one) => html`<li key=${one.what}>${one.what}: ${one.why}</li>`)}</ul></details>`}
    </article>`;
}

export const ErasureBegun = () => html`
  <${Notice} tone="info" title="The erasure has begun">Its receipt grows below; you find it again on this page. It takes a little more than an hour.<//>`;
