// The hours of a campaign: a usual week, hours of one's own by weekday, or any time; and whose holidays are kept.
import { html } from "../html.js";
import { Button, Select, TextField } from "../ui/forms.js";
import { finder } from "./compose_parts.js";
import { COUNTRIES, WEEKDAYS } from "./compose_hours_model.js";

const names = new Intl.DisplayNames(["en"], { type: "region" });
export const countryName = (code) => names.of(code) ?? code;
const countries = COUNTRIES.map((code) => [code, countryName(code)]).sort(([, one], [, other]) => one.localeCompare(other));

const KINDS = [
  ["office", "Monday to Friday, 09:00 to 17:00", "By the candidate's own clock."],
  ["own", "Hours of my own", "By weekday, with breaks; by the candidate's own clock."],
  ["always", "Always", "Nights, weekends and holidays too."],
];

export function Hours({ hours, onHours, faults }) {
  const fault = finder(faults);
  const set = (part) => onHours({ ...hours, ...part });
  return html`
    <fieldset class="choices"><legend class="hidden-words">Hours</legend>${KINDS.map(([kind, words, hint]) => html`
      <label key=${kind} class="choice"><input type="radio" name="hours" value=${kind} checked=${hours.kind === kind} onChange=${() => set({ kind })} />
        <span>${words}<span class="hint">${hint}</span></span></label>`)}
    </fieldset>
    ${hours.kind === "own" && html`<${Week} week=${hours.week} onWeek=${(week) => set({ week })} fault=${fault} />`}
    ${fault("window") && html`<p class="fault">${fault("window")}</p>`}
    ${hours.kind !== "always" && html`<div class="pair">
      <${Select} label="No mails on public holidays of" value=${hours.country} onValue=${(country) => set({ country, part: "" })} choices=${[["", "No country"], ...countries]}
        fault=${fault("window.holidays")} hint="A candidate's own country in the shortlist goes before it." />
      ${hours.country && html`<${TextField} label="Part of the country" optional value=${hours.part} onValue=${(part) => set({ part })} maxlength="6"
        hint="Its code, such as BY for Bavaria; some holidays are kept there alone." />`}
    </div>`}`;
}

function Week({ week, onWeek, fault }) {
  const set = (day, stretches) => onWeek({ ...week, [day]: stretches });
  const all = () => onWeek({ ...week, tue: week.mon, wed: week.mon, thu: week.mon, fri: week.mon });
  return html`<div class="week">${WEEKDAYS.map(([day, name]) => html`
    <fieldset class="weekday" key=${day}><legend>${name}</legend>
      <div class="stretches">
        ${week[day].length === 0 && html`<span class="muted">no mails</span>`}
        ${week[day].map((stretch, index) => html`<${Stretch} key=${index} name=${name} stretch=${stretch}
          onStretch=${(changed) => set(day, week[day].map((one, at) => (at === index ? changed : one)))}
          onRemove=${() => set(day, week[day].filter((_, at) => at !== index))} />`)}
        <${Button} kind="quiet small" aria-label=${`Add hours on ${name}`} onClick=${() => set(day, [...week[day], week[day].length ? ["13:00", "17:00"] : ["09:00", "17:00"]])}>Add hours<//>
        ${day === "mon" && html`<${Button} kind="quiet small" onClick=${all}>Same until Friday<//>`}
      </div>
      ${fault(`window.${day}`) && html`<p class="fault">${fault(`window.${day}`)}</p>`}
    </fieldset>`)}</div>`;
}

function Stretch({ name, stretch: [from, to], onStretch, onRemove }) {
  return html`<span class="stretch">
    <input type="time" aria-label=${`${name} from`} value=${from} onInput=${(event) => onStretch([event.target.value, to])} />
    <span aria-hidden="true">–</span>
    <input type="time" aria-label=${`${name} to`} value=${to} onInput=${(event) => onStretch([from, event.target.value])} />
    <button type="button" class="icon" aria-label=${`Remove ${from} to ${to} on ${name}`} onClick=${onRemove}>✕</button>
  </span>`;
}
