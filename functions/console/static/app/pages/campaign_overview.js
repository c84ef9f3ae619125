// How a campaign fares: its figures, how far it is, mails and answers by day, and each mail by itself.
import { get } from "../api.js";
import { html } from "../html.js";
import { useResource } from "../resource.js";
import { href } from "../router.js";
import { inShort } from "../times.js";
import { Figure, Figures, percent, Time } from "../ui/shown.js";
import { Loaded } from "../ui/states.js";
import { Chart } from "./campaign_chart.js";
import { isOver, useFollowing } from "./campaign_live.js";
import { Hours, Steps } from "./campaign_tables.js";
import { many, noTimes } from "./campaign_words.js";

export function Overview({ campaign, live }) {
  const { id } = campaign;
  const figures = useResource((signal) => get(`campaigns/${id}/figures`, {}, signal), [id]);
  const days = useResource((signal) => get(`campaigns/${id}/days`, {}, signal), [id]);
  const forecast = useResource((signal) => get(`campaigns/${id}/forecast`, {}, signal), [id]);
  useFollowing(figures.reload, live.beat);
  useFollowing(days.reload, live.beat, 20_000);
  useFollowing(forecast.reload, live.beat, 30_000);
  useFollowing(forecast.reload, `${campaign.status}/${campaign.planning}`, 0);
  return html`
    <section class="card"><h2>Progress</h2>
      <${Progress} campaign=${campaign} />
      <${Loaded} of=${forecast} lines=${1}>${(told) => html`<${Until} told=${told} campaign=${campaign} />`}<//></section>
    <section class="card"><h2>Figures</h2><${Loaded} of=${figures}>${(told) => html`<${Counts} told=${told} campaign=${campaign} />`}<//></section>
    <section class="card"><h2>Mails and answers by day</h2><${Loaded} of=${days} lines=${5}>${(told) => html`<${Chart} days=${told.days} />`}<//></section>
    <section class="card"><h2>Message by message</h2><${Loaded} of=${figures}>${(told) => html`<${Steps} figures=${told} steps=${campaign.steps} />`}<//></section>
    <section class="card"><${Hours} id=${id} /></section>`;
}

// Groups of statuses as they stand in the bar: [class, words, statuses].
const GROUPS = [
  ["replied", "replied", ["replied"]],
  ["sent", "got every mail, no answer", ["completed"]],
  ["stopped", "stopped (no delivery, opted out, taken out)", ["bounced", "opted_out", "failed", "cancelled"]],
  ["held", "held", ["held"]],
  ["coming", "more to come", ["waiting", "sending", "uncertain"]],
];

function Progress({ campaign }) {
  const { figures, id, may } = campaign;
  const all = figures.candidates;
  const groups = GROUPS.map(([name, words, statuses]) => [name, words, statuses, statuses.reduce((sum, one) => sum + figures[one], 0)]);
  const coming = groups.at(-1)[3] + groups.at(-2)[3];
  const link = (statuses, words) => (may.includes("read") && statuses.length === 1
    ? html`<a href=${href(`campaigns/${id}/candidates?status=${statuses[0]}`)}>${words}</a>` : words);
  return html`
    <p><b>${(all - coming).toLocaleString("en")} of ${many(all, "candidate")}</b> ${all === 1 || all - coming === 1 ? "is" : "are"} through (${percent(all ? (all - coming) / all : 0)}).</p>
    <div class="progress" aria-hidden="true">${groups.map(([name, , , count]) => count > 0 && html`
      <span key=${name} class=${`part ${name}`} style=${{ flexGrow: count }}></span>`)}</div>
    <ul class="legend">${groups.filter(([, , , count]) => count > 0).map(([name, words, statuses, count]) => html`
      <li key=${name}><span class=${`swatch ${name}`} aria-hidden="true"></span><b>${count.toLocaleString("en")}</b> ${link(statuses, words)}</li>`)}</ul>`;
}

// When the last mail will be out, and what it waits for.
function Until({ told, campaign }) {
  const paused = campaign.status === "paused";
  if (told.last === null) return html`<p class="muted">${isOver(campaign) ? "No more mails are to come." : noTimes(campaign)}</p>`;
  const full = told.days.filter((day) => day.all >= day.cap).length;
  return html`
    <p>${paused ? "Had it not been paused, the last mail would be out on " : "If nobody answers, the last mail will be out on "}<b><${Time} at=${told.last} /></b>
${!paused && ` (${many(told.mails, "mail")} to come)`}.
      ${full > 0 && html` On ${many(full, "day")} the mailbox's daily cap is reached: that holds it back.`}
      ${" "}<a href=${href(`campaigns/${campaign.id}/plan`)}>Show the plan</a></p>`;
}

const TimeToAnswer = ({ median }) => html`
  <${Figure} label="Time to answer" value=${median ? inShort(median) : "–"} note=${median && "half are quicker"} />`;

function Counts({ told, campaign }) {
  const share = (part, whole) => (whole ? `${percent(part / whole)} of those reached` : undefined);
  return html`
    <${Figures}>
      <${Figure} label="Mails sent" value=${told.sent} note=${`${told.delivered.toLocaleString("en")} delivered`} />
      <${Figure} label="Candidates reached" value=${told.reached} of=${told.enrolled} />
      <${Figure} label="Replied" value=${told.replied} note=${share(told.replied, told.reached)} />
      <${Figure} label="Interested" value=${told.interested}
        note=${told.replied ? `${percent(told.interested_of_replied)} of those who replied, ${percent(told.interested_of_reached)} of those reached` : undefined} />
      <${TimeToAnswer} median=${told.median_answer} />
      <${Figure} label="Automatic replies" value=${told.auto_replies} />
      <${Figure} label="Not deliverable" value=${told.bounced} note=${share(told.bounced, told.reached)} />
      <${Figure} label="Opted out" value=${told.opted_out} note=${share(told.opted_out, told.reached)} />
      ${campaign.held > 0 && html`<${Figure} label="Held" value=${campaign.held} note="to be decided by you" />`}
    <//>
    <p class="hint">Replies are those of people: automatic replies and failed deliveries do not count. Interested is whom you have marked so.
      Whether a mail was opened is not measured: that is unreliable, and intrusive.</p>`;
}
