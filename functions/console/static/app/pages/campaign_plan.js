// What is to come of a campaign, day by day, and what holds its last mail back.
import { get } from "../api.js";
import { html } from "../html.js";
import { useResource } from "../resource.js";
import { onDay } from "../times.js";
import { Badge, Time } from "../ui/shown.js";
import { Empty, Loaded, Notice } from "../ui/states.js";
import { isOver, useFollowing } from "./campaign_live.js";
import { causes, mailName, many, noTimes } from "./campaign_words.js";

export function Plan({ campaign, live }) {
  const { id } = campaign;
  const forecast = useResource((signal) => get(`campaigns/${id}/forecast`, {}, signal), [id]);
  useFollowing(forecast.reload, live.beat, 20_000);
  useFollowing(forecast.reload, `${campaign.status}/${campaign.planning}`, 0);
  return html`<${Loaded} of=${forecast} lines=${8}>${(told) => (told.last === null
    ? isOver(campaign) ? html`<${Empty} title="Nothing is to come"><p>All mails of this campaign are out, or their candidates were stopped.</p><//>`
      : html`<${Empty} title="There are no times just now"><p>${noTimes(campaign)}</p><//>`
    : html`<${Coming} told=${told} campaign=${campaign} />`)}<//>`;
}

function Coming({ told, campaign }) {
  return html`
    ${campaign.status === "paused" && html`<${Notice} tone="warn" title="These times are those from before the pause">Those who wait get new ones when it is resumed.<//>`}
    <section class="card"><h2>The last mail</h2>
      <p>If nobody answers, ${many(told.mails, "more mail")} ${told.mails === 1 ? "goes" : "go"} out; the last one on <b><${Time} at=${told.last} /></b>. Answers make it fewer.</p>
      ${told.reasons.length > 0 && html`<details><summary>Why not earlier?</summary><ol class="reasons">${told.reasons.map((slot) => html`
        <li key=${slot.step}><b>${mailName(campaign.steps, slot.step)}</b>, <${Time} at=${slot.due} />
          <ul>${causes(slot.reason, campaign.steps).map((cause, index) => html`<li key=${index}>${cause}</li>`)}</ul></li>`)}</ol>
        <p class="hint">These are the times of the candidate whose mail is the last, by their own clock.</p></details>`}
    </section>
    <section class="card"><h2>Day by day</h2><${Months} days=${told.days} />
      <p class="hint">By the mailbox's calendar. The last column counts other campaigns' mails too: “7 of 12” leaves room for five more on that day, “full” leaves none.</p></section>`;
}

function Months({ days }) {
  const months = grouped(days);
  const most = Math.max(...days.map((day) => day.mails));
  return html`${[...months].map(([month, some]) => html`
    <section key=${month} class="stack tight"><h3>${new Date(`${month}-15T12:00:00Z`).toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" })}</h3>
      <ul class="plan-days">${some.map((day) => html`<li key=${day.date}>
        <span class="when">${onDay(day.date)}</span>
        <span class="bar" aria-hidden="true"><span style=${{ width: `${Math.max(1, (day.mails / most) * 100)}%` }}></span></span>
        <span class="number">${many(day.mails, "mail")}</span>
        <span class="small muted">${day.all >= day.cap ? html`<${Badge} of="full" />` : `${day.all} of ${day.cap}`}</span></li>`)}</ul></section>`)}`;
}

function grouped(days) {
  const months = new Map();
  for (const day of days) months.set(day.date.slice(0, 7), [...(months.get(day.date.slice(0, 7)) ?? []), day]);
  return months;
}
