// All candidates of a campaign, however many: by status, and found by address.
import { get, post } from "../api.js";
import { html, useEffect, useMemo, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { go, href, query, replace } from "../router.js";
import { atTime } from "../times.js";
import { Button, Select, TextField } from "../ui/forms.js";
import { Badge } from "../ui/shown.js";
import { Empty } from "../ui/states.js";
import { useFollowing } from "./campaign_live.js";
import { mayWrite } from "./campaign_messages.js";
import { Places } from "./campaign_places.js";
import { ROW, Rows } from "./campaign_rows.js";
import { mailName, many, whyInWords } from "./campaign_words.js";

const STATUSES = {
  waiting: "Waiting", sending: "Being sent to", uncertain: "Being settled", held: "Held", completed: "Got every mail",
  replied: "Replied", bounced: "Not deliverable", opted_out: "Opted out", failed: "Failed", cancelled: "Taken out",
};

const pathOf = (id, status) => `campaigns/${id}/candidates${status ? `?status=${status}` : ""}`;

// Where one was in the list last looked at, for when one comes back from a candidate.
let left = null;

export function Candidates({ campaign, live }) {
  const status = useStatus();
  const { id, figures } = campaign;
  const total = status ? figures[status] : figures.candidates;
  const list = useMemo(() => listOf(id, status, total), [id, status, total === 0]);
  useEffect(() => list.places.setTotal(total), [list, total]);
  // What is in view is looked at again when something has changed.
  useFollowing(() => list.places.want(...inView(list), { anew: true }), live.beat);
  const choices = [["", `All (${figures.candidates.toLocaleString("en")})`],
    ...Object.entries(STATUSES).filter(([one]) => figures[one] > 0 || one === status).map(([one, words]) => [one, `${words} (${figures[one].toLocaleString("en")})`])];
  const columns = useMemo(() => columnsOf(campaign), [id, campaign.revision]);
  return html`
    <section class="card candidates"><header><h2>Candidates</h2>
        ${mayWrite(campaign) && html`<a class="button" href=${href(`campaigns/${id}/add`)}>Add candidates</a>`}</header>
      <div class="find">
        <${Select} label="Show" value=${status} choices=${choices} onValue=${(one) => replace(pathOf(id, one))} />
        <${Search} id=${id} />
      </div>
      ${total === 0 ? html`<${Empty} title="Nobody"><p>${status ? "No candidate is in this state just now." : "This campaign has no candidates."}</p><//>`
        : html`<${List} key=${`${id}/${status}`} list=${list} columns=${columns} id=${id} label=${`${many(total, "candidate")}${status ? `, ${STATUSES[status].toLowerCase()}` : ""}`} />`}
    </section>`;
}

function List({ list, columns, id, label }) {
  useEffect(() => {
    // Whoever comes back sees what they left at once, and then what has changed.
    if (list.shown) list.places.want(...inView(list), { anew: true });
    list.shown = true;
  }, [list]);
  return html`
    <${Rows} places=${list.places} memory=${list.memory} label=${label} columns=${columns} onOpen=${(row) => go(`campaigns/${id}/candidates/${row.id}`)} />
    <p class="hint for-keys">Arrow keys go up and down, Page Up, Page Down, Home and End further; Enter opens a candidate.</p>`;
}

// The list of a campaign as it was left, with its filter.
export const backToList = (id) => (left?.key.startsWith(`${id}/`) ? left.path : `campaigns/${id}/candidates`);

function listOf(id, status, total) {
  const key = `${id}/${status}`;
  if (left?.key === key && total > 0) return left;
  left?.places.stop();
  const page = (after, limit, signal) => get(`campaigns/${id}/candidates`, { status, after, limit }, signal);
  left = { key, path: pathOf(id, status), places: new Places(total, page), memory: {} };
  return left;
}

const inView = ({ memory, places }) => {
  const first = Math.floor((memory.top ?? 0) / ROW);
  return [first, Math.min(first + 20, Math.max(first, places.length - 1))];
};

function useStatus() {
  const now = () => (query().get("status") in STATUSES ? query().get("status") : "");
  const [status, set] = useState(now);
  useEffect(() => {
    const changed = () => set(now());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return status;
}

function Search({ id }) {
  const [address, set] = useState("");
  const [none, setNone] = useState("");
  const deed = useDeed(async () => {
    setNone("");
    const { candidate } = await post(`campaigns/${id}/candidates/search`, { address: address.trim() });
    if (candidate) go(`campaigns/${id}/candidates/${candidate.id}`);
    else setNone("Nobody with this address is in this campaign.");
  });
  return html`
    <form class="search" role="search" onSubmit=${(event) => (event.preventDefault(), address.trim() && deed.run())}>
      <${TextField} label="Find by address" kind="search" autocomplete="off" value=${address} fault=${none || deed.error?.message}
        onValue=${(value) => (set(value), setNone(""), deed.clear())} />
      <${Button} busy=${deed.busy} onClick=${() => address.trim() && deed.run()}>Find<//>
    </form>`;
}

const columnsOf = ({ id, steps }) => [
  ["Candidate", (row) => html`<a tabindex="-1" href=${href(`campaigns/${id}/candidates/${row.id}`)}>${row.name || row.email}</a>
    ${row.name && html`<span class="small muted">${row.email}</span>`}`, "who"],
  ["Status", (row) => html`<${Badge} of=${row.status} />`, "state"],
  ["What is next, or why not", (row) => html`<span>${nextOf(row, steps)}</span>`, "next"],
  ["Sent", (row) => row.sent, "sent"],
  ["Marked", (row) => row.interest && html`<${Badge} of=${row.interest} />`, "mark"],
];

const AWAY = /^away, back on (.+)$/;

function nextOf(row, steps) {
  // Until somebody is back, what is due is only that day: no time has been found yet.
  const [, back] = AWAY.exec(row.why) ?? [];
  if (row.due && back) return `${mailName(steps, row.step)} once back on ${back}`;
  if (row.due) return html`${mailName(steps, row.step)} on ${atTime(row.due)}`;
  if (row.status === "replied") return `Answered after ${row.answered ? mailName(steps, row.answered).toLowerCase() : "a mail"}`;
  if (row.status === "completed") return row.last ? `Last mail on ${atTime(row.last)}` : "";
  return whyInWords(row.why, steps);
}
