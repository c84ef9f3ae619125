// The record of reads: what was read of a mailbox, day by day, and why. It may be long, so it is gone through, not kept.
import { download, lines } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { atTime, isoDay, onDay } from "../times.js";
import { Button } from "../ui/forms.js";
import { Table } from "../ui/shown.js";
import { Empty, Notice, Problem } from "../ui/states.js";

const LATEST = 100;
// What a read is, by Gmail's method and what was asked for of it.
const WHAT = {
  "history.list ids": "Asked which mails are new", "messages.list ids": "Listed mails by their ids", "messages.get metadata": "Headers of mails",
  "messages.get raw": "Whole mail", "drafts.list ids": "Listed own drafts", "drafts.get metadata": "Headers of own drafts", "labels.list ids": "Listed labels",
};
const whatOf = ({ method, format }) => WHAT[`${method} ${format}`] ?? `${method} (${format})`;

// Goes through the record; returns {days: [{id, day, what, why, count, mails}], latest, runs, whole: ids of mails that were read}.
async function gone(path, signal, told) {
  const days = new Map();
  const found = { latest: [], runs: 0, whole: new Set() };
  await lines(path, (line) => {
    if (!line.entries) return;
    found.runs += 1;
    if (found.runs % 500 === 0) told(found.runs);
    const day = isoDay(line.at);
    for (const entry of line.entries) {
      const what = whatOf(entry);
      const id = `${day} ${what} ${entry.why}`;
      const row = days.get(id) ?? { id, day, what, why: entry.why, count: 0, mails: 0 };
      row.count += 1;
      row.mails += entry.ids.length;
      if (entry.format === "raw") entry.ids.forEach((one) => found.whole.add(one));
      days.set(id, row);
      found.latest.push({ id: `${line.number} ${found.latest.length}`, at: line.at, what, why: entry.why, mails: entry.ids.length });
    }
    if (found.latest.length > 2 * LATEST) found.latest.splice(0, found.latest.length - LATEST);
  }, signal);
  return { ...found, days: [...days.values()].sort((one, other) => other.day.localeCompare(one.day)), latest: found.latest.slice(-LATEST).reverse() };
}

export function Reads({ mailbox }) {
  const path = `mailboxes/${mailbox.id}/reads`;
  const [found, setFound] = useState(null);
  const [runs, setRuns] = useState(0);
  const control = useRef(null);
  useEffect(() => () => control.current?.abort(), []);
  const deed = useDeed(async () => {
    control.current = new AbortController();
    setFound(await gone(path, control.current.signal, setRuns));
  });
  const saving = useDeed(() => download(path, `reads-${mailbox.id}.jsonl`));
  return html`
    <section class="card" aria-label="What was read, and why">
      <h2>What was read, and why</h2>
      <p class="muted">Every read from your mailbox is on record, each tied to the one before, so that nothing can be taken out unnoticed. The text of a mail is fetched only where it answers a campaign, or at your click.</p>
      <div class="actions">
        <${Button} busy=${deed.busy} onClick=${deed.run}>${found ? "Look again" : "Show what was read"}<//>
        <${Button} busy=${saving.busy} onClick=${saving.run}>Save the whole record<//>
        ${deed.busy && html`<span class="muted" role="status">Going through it${runs > 0 ? `: ${runs.toLocaleString("en")} so far` : ""} …</span>`}
      </div>
      <${Problem} error=${deed.error?.name === "AbortError" ? null : deed.error ?? saving.error} />
      ${found && html`<${Shown} found=${found} />`}
      <p class="hint">Whoever runs Outreach checks the saved record with <code>python -m lib.entrypoint.verify_reads FILE</code>: it says whether anything was removed or altered.</p>
    </section>`;
}

function Shown({ found }) {
  if (found.runs === 0) return html`<${Empty} title="Nothing was read yet"><p>Reads begin with the first campaign.</p><//>`;
  const whole = found.whole.size;
  return html`
    <${Notice} tone="info">${whole === 0 ? "No mail was read with its text." : whole === 1 ? "1 mail was read with its text." : `${whole.toLocaleString("en")} mails were read with their text.`}<//>
    <${Table} label="Reads by day" rows=${found.days} columns=${[
      ["Day", (row) => onDay(row.day), "when"],
      ["What was read", (row) => row.what],
      ["Why", (row) => row.why],
      ["Times", (row) => row.count.toLocaleString("en"), "number"],
      ["Mails", (row) => (row.mails ? row.mails.toLocaleString("en") : "none"), "number"],
    ]} />
    <details><summary>The latest ${found.latest.length}, one by one</summary>
      <${Table} label="The latest reads" rows=${found.latest} columns=${[
        ["When", (row) => atTime(row.at), "when"], ["What was read", (row) => row.what], ["Why", (row) => row.why], ["Mails", (row) => row.mails || "none", "number"],
      ]} />
    </details>`;
}
