// Small things that pages show over and over: statuses, times in two zones, figures, tabs, tables that fit a phone.
import { html, useEffect, useRef } from "../html.js";
import { href } from "../router.js";
import { ago, atTime, ownZone, sameClock } from "../times.js";

// Words and tone of what a campaign, candidate, mailbox, answer may be; what is not here is shown as it is.
const WORDS = {
  accepting: ["starting", "info"], undoing: ["being undone", "warn"], active: ["running", "good"], paused: ["paused", "warn"],
  cancelled: ["cancelled", "off"], finished: ["finished", "off"], unapproved: ["waits for approval", "warn"],
  waiting: ["waiting", "info"], sending: ["sending", "info"], uncertain: ["being settled", "warn"], held: ["held", "bad"],
  completed: ["all sent", "off"], replied: ["replied", "good"], bounced: ["bounced", "bad"], opted_out: ["opted out", "bad"],
  failed: ["failed", "bad"],
  connected: ["connected", "good"], disconnected: ["disconnected", "bad"], leaving: ["disconnecting", "warn"],
  interested: ["interested", "good"], not_interested: ["not interested", "off"], not_now: ["not now", "warn"], later: ["later", "warn"], full: ["full", "warn"],
  wrong_person: ["wrong person", "warn"], question: ["question", "info"],
  given: ["holds", "good"], asked: ["asked for", "warn"], ended: ["ended", "off"],
};

export function Badge({ of, title }) {
  const [words, tone] = WORDS[of] ?? [String(of).replaceAll("_", " "), "info"];
  return html`<span class=${`badge ${tone}`} title=${title}>${words}</span>`;
}

// A time in the viewer's zone; with `zone`, a candidate's own beside it where their clock shows another one.
export const Time = ({ at, zone, relative = false }) => html`
  <span class="time"><time dateTime=${at} title=${`${atTime(at)} (${ownZone})`}>${relative ? ago(at) : atTime(at)}</time>
  ${zone && !sameClock(at, ownZone, zone) && html` <span class="muted theirs">${atTime(at, zone)} in ${zone.split("/").pop().replaceAll("_", " ")}</span>`}
  </span>`;

export const Figure = ({ label, value, of, note }) => html`
  <div class="figure"><dt>${label}</dt><dd><b class=${typeof value === "string" ? "words" : undefined}>${typeof value === "number" ? value.toLocaleString("en") : value ?? "–"}</b>
    ${of !== undefined && html`<span class="muted"> of ${of.toLocaleString("en")}</span>`}
    ${note && html`<span class="note">${note}</span>`}</dd></div>`;

export const Figures = ({ children }) => html`<dl class="figures">${children}</dl>`;

export const percent = (share) => (share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`);

// Links that look like tabs: each is a page of its own. tabs: [[path, words, count?], ...]
export function Tabs({ label, tabs, now }) {
  const bar = useRef(null);
  // On a phone the bar scrolls: the one that is open is brought into sight, and the page stays where it is.
  useEffect(() => {
    const open = bar.current.querySelector("[aria-current]");
    if (open) bar.current.scrollLeft = open.offsetLeft - (bar.current.clientWidth - open.offsetWidth) / 2;
  }, [now]);
  return html`
    <nav class="tabs" ref=${bar} aria-label=${label}><ul>${tabs.map(([to, words, count]) => html`
      <li key=${to}><a href=${href(to)} aria-current=${to === now ? "page" : undefined}>${words}${count > 0 && html` <span class="count">${count.toLocaleString("en")}</span>`}</a></li>`)}
    </ul></nav>`;
}

// A table whose rows become cards on a phone. columns: [[words, (row) => cell, className?], ...]
export const Table = ({ label, columns, rows, id = (row) => row.id, onOpen }) => html`
  <div class="table"><table aria-label=${label}>
    <thead><tr>${columns.map(([words, , name]) => html`<th scope="col" key=${words} class=${name}>${words}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${id(row)} class=${onOpen ? "opens" : undefined}
        onClick=${onOpen && ((event) => event.target.closest("a, button, input, select") || onOpen(row))}>
      ${columns.map(([words, cell, name], index) => index === 0
        ? html`<th scope="row" key=${words} data-label=${words} class=${name}>${cell(row)}</th>`
        : html`<td key=${words} data-label=${words} class=${name}>${cell(row)}</td>`)}
    </tr>`)}</tbody>
  </table></div>`;
