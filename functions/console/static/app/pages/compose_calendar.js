// A calendar of what goes out: months as one knows them, with the mails of each day.
import { html, useState } from "../html.js";
import { onDay } from "../times.js";
import { Button } from "../ui/forms.js";
import { mailName } from "./campaign_words.js";

const AT_ONCE = 2;
const WEEK = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const monthName = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const utc = (date) => new Date(`${date}T00:00:00Z`);

// Returns the dates of a month in weeks from Monday on, null where another month is.
function weeksOf(month) {
  const first = utc(`${month}-01`);
  const before = (first.getUTCDay() + 6) % 7;
  const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const cells = [...Array(before).fill(null), ...Array.from({ length }, (_, day) => `${month}-${String(day + 1).padStart(2, "0")}`)];
  while (cells.length % 7) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

function monthsBetween(first, last) {
  const found = [];
  for (let at = utc(`${first}-01`); at <= utc(`${last}-01`); at = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1))) {
    found.push(at.toISOString().slice(0, 7));
  }
  return found;
}

export function Calendar({ days, steps, chosen, onChoose }) {
  const [from, go] = useState(0);
  const byDate = new Map(days.map((day) => [day.date, day]));
  const months = monthsBetween(days[0].date.slice(0, 7), days.at(-1).date.slice(0, 7));
  const most = Math.max(...days.map((day) => day.total));
  const shown = months.slice(from, from + AT_ONCE);
  return html`
    ${months.length > AT_ONCE && html`<div class="actions">
      <${Button} kind="small" disabled=${from === 0} onClick=${() => go(Math.max(0, from - AT_ONCE))}>Earlier months<//>
      <${Button} kind="small" disabled=${from + AT_ONCE >= months.length} onClick=${() => go(from + AT_ONCE)}>Later months<//></div>`}
    <div class="months">${shown.map((month) => html`<table class="month" key=${month}><caption>${monthName.format(utc(`${month}-01`))}</caption>
      <thead><tr>${WEEK.map((day) => html`<th scope="col" key=${day}>${day}</th>`)}</tr></thead>
      <tbody>${weeksOf(month).map((week, index) => html`<tr key=${index}>${week.map((date, at) => html`<td key=${at}>
        ${date && html`<${Cell} date=${date} day=${byDate.get(date)} most=${most} steps=${steps} isChosen=${date === chosen} onChoose=${onChoose} />`}</td>`)}</tr>`)}</tbody>
    </table>`)}</div>
    <ul class="legend" aria-label="Messages">${steps.map(({ id }, index) => html`<li key=${id}><span class=${`key step-${index % 4}`} aria-hidden="true"></span>${mailName(steps, id)}</li>`)}</ul>`;
}

function Cell({ date, day, most, steps, isChosen, onChoose }) {
  const number = Number(date.slice(8));
  if (!day) return html`<span class="day"><span class="date">${number}</span></span>`;
  const parts = steps.map(({ id }, index) => [mailName(steps, id), day.mails[id] ?? 0, index]).filter(([, count]) => count > 0);
  const [weekday, ...month] = onDay(date).split(/ \d+ /);
  return html`<button type="button" class="day has" aria-pressed=${isChosen ? "true" : "false"} onClick=${() => onChoose(date)}>
    <span class="date"><span class="hidden-words">${weekday} </span>${number}<span class="hidden-words"> ${month.join(" ")}: </span></span>
    <span><b>${day.total.toLocaleString("en")}</b><span class="hidden-words"> ${day.total === 1 ? "mail" : "mails"}, ${parts.map(([name, count]) => `${name}: ${count}`).join(", ")}</span></span>
    <span class="bars" aria-hidden="true">${parts.map(([name, count, index]) => html`<span key=${name} class=${`step-${index % 4}`} style=${{ width: `${Math.max(6, (count / most) * 100)}%` }}></span>`)}</span>
  </button>`;
}
