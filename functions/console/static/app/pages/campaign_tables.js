// How each mail of a campaign fared, by variant too, and at which hours mails go out and answers come.
import { get } from "../api.js";
import { html } from "../html.js";
import { useDeed } from "../resource.js";
import { useState } from "../html.js";
import { Button } from "../ui/forms.js";
import { percent, Table } from "../ui/shown.js";
import { Problem } from "../ui/states.js";

export function Steps({ figures, steps }) {
  const rows = figures.steps.flatMap((step, index) => [
    { id: step.id, name: `Message ${index + 1}`, words: steps.find((one) => one.id === step.id)?.subject, ...step.all },
    ...Object.entries(step.variants).map(([variant, one]) => ({ id: `${step.id}/${variant}`, name: `Wording ${variant.toUpperCase()}`, of: `Message ${index + 1}`, ...one })),
  ]);
  const share = (part, whole) => html`${part.toLocaleString("en")}${whole > 0 && html`<span class="muted"> · ${percent(part / whole)}</span>`}`;
  return html`
    <${Table} label="Message by message" rows=${rows} columns=${[
      ["Message", (row) => (row.of ? html`<span class="of-step"><span class="hidden-words">${row.of}, </span>${row.name}</span>`
        : html`${row.name}${row.words && html` <span class="small muted template">${row.words}</span>`}`)],
      ["Sent", (row) => row.sent.toLocaleString("en"), "number"],
      ["Replied to it", (row) => share(row.replied, row.sent), "number"],
      ["Interested", (row) => share(row.interested, row.sent), "number"],
    ]} />
    <p class="hint">An answer counts for the last mail that the candidate had before it.</p>`;
}

const WEEK = { mon: "Monday", tue: "Tuesday", wed: "Wednesday", thu: "Thursday", fri: "Friday", sat: "Saturday", sun: "Sunday" };

// It takes hundreds of counts: only when somebody asks.
export function Hours({ id }) {
  const [told, set] = useState(null);
  const deed = useDeed(async () => set(await get(`campaigns/${id}/figures`, { hours: true })));
  return html`
    <header><h2>Weekdays and hours</h2>
      <${Button} busy=${deed.busy} onClick=${deed.run}>${told ? "Count again" : "Count them"}<//></header>
    <p class="muted">When mails went out and when answers came, by each candidate's own clock.</p>
    <${Problem} error=${deed.error} />
    ${told && html`<${Week} title="Mails sent" week=${told.sent_hours} /><${Week} title="Answers" week=${told.answer_hours} />`}`;
}

function Week({ title, week }) {
  const days = Object.keys(WEEK);
  const all = days.flatMap((day) => week[day] ?? []);
  const most = Math.max(...all, 0);
  const used = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => days.some((day) => week[day]?.[hour] > 0));
  if (used.length === 0) return html`<h3>${title}</h3><p class="muted">None yet.</p>`;
  const hours = Array.from({ length: used.at(-1) - used[0] + 1 }, (_, index) => used[0] + index);
  return html`
    <h3>${title}</h3>
    <div class="scrolls" tabindex="0" role="region" aria-label=${`${title} by weekday and hour`}>
      <table class="hours"><caption class="hidden-words">${title} by weekday and hour</caption>
        <thead><tr><td></td>${hours.map((hour) => html`<th scope="col" key=${hour}>${String(hour).padStart(2, "0")}</th>`)}</tr></thead>
        <tbody>${days.map((day) => html`<tr key=${day}><th scope="row">${WEEK[day]}</th>
          ${hours.map((hour) => html`<${Cell} key=${hour} count=${week[day]?.[hour] ?? 0} most=${most} />`)}</tr>`)}</tbody>
      </table></div>`;
}

const Cell = ({ count, most }) => html`<td class=${`heat heat-${count === 0 ? 0 : Math.ceil((count / most) * 4)}`}>${count || html`<span class="hidden-words">0</span>`}</td>`;
