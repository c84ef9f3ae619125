// Who gets which mail on a day, and why then.
import { html, useMemo, useState } from "../html.js";
import { onDay } from "../times.js";
import { Button } from "../ui/forms.js";
import { Table, Time } from "../ui/shown.js";
import { inNames, mailName } from "./campaign_words.js";
import { personAt } from "./compose_list.js";
import { dayOf } from "./compose_planning.js";

const PAGE = 10;

export function DayList({ date, plan, list, steps, timezone, isWhole }) {
  const [shown, show] = useState(PAGE);
  const mails = useMemo(() => plan.candidates
    .flatMap(({ index, email, slots }) => slots.filter((slot) => dayOf(slot) === date).map((slot) => ({ ...slot, index, email, id: `${index}/${slot.step}` })))
    .sort((one, other) => (one.due < other.due ? -1 : 1)), [plan, date]);
  const zone = (row) => personAt(list, row.index).timezone || timezone;
  return html`<section class="stack tight day-list"><h4>${onDay(date)}: ${mails.length.toLocaleString("en")} ${mails.length === 1 ? "mail" : "mails"}${isWhole ? "" : " to the first 10,000 candidates"}</h4>
    <${Table} label=${`Mails of ${onDay(date)}`} rows=${mails.slice(0, shown)} columns=${[
      ["Time", (row) => html`<${Time} at=${row.due} zone=${zone(row)} />`],
      ["Candidate", (row) => html`${personAt(list, row.index).name || row.email}`],
      ["Message", (row) => mailName(steps, row.step)],
      ["Why then", (row) => html`<span class="muted small">${inNames(row.reason, steps)}</span>`],
    ]} />
    ${mails.length > shown && html`<div><${Button} kind="quiet" onClick=${() => show(shown + 100)}>Show more<//></div>`}
  </section>`;
}
