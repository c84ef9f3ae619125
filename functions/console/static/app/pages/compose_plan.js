// Part 4: the plan, before anything is sent: when each mail goes, to whom none goes, and why.
import { html, useEffect, useMemo, useState } from "../html.js";
import { href } from "../router.js";
import { atTime } from "../times.js";
import { Button } from "../ui/forms.js";
import { Figure, Figures } from "../ui/shown.js";
import { Empty, Loading, Notice, Problem } from "../ui/states.js";
import { Calendar } from "./compose_calendar.js";
import { Contacted } from "./compose_contacted.js";
import { DayList } from "./compose_day.js";
import { nameAt } from "./compose_list.js";
import { PARTS } from "./compose_draft.js";
import { lacking, partOf, placeOf } from "./compose_parts.js";
import { PlanTable } from "./compose_plan_table.js";
import { countedUp } from "./compose_planning.js";

export function Plan(props) {
  const { draft, list, plan } = props;
  const missing = missingParts(draft, list);
  useEffect(() => {
    if (missing.length === 0 && plan.old && !plan.busy) plan.run();
  }, []);
  if (missing.length > 0 && !plan.data) return html`<${Missing} parts=${missing} />`;
  return html`
    ${plan.error && html`<${Refused} error=${plan.error} again=${plan.run} />`}
    ${plan.busy && !plan.data && html`<div class="card"><${Loading} lines=${5} label="The plan is being made" /><p class="hint">The plan is being made${list?.large ? "; for a long list this takes a minute or so" : ""}.</p></div>`}
    ${plan.data && (plan.old || plan.busy) && html`<${Notice} tone="warn" title="This plan is out of date">Something was changed since.
      ${" "}<${Button} kind="quiet" busy=${plan.busy} onClick=${plan.run}>Plan again<//><//>`}
    ${!plan.data && !plan.busy && !plan.error && html`<div><${Button} kind="primary" onClick=${plan.run}>Make the plan<//></div>`}
    ${plan.data && html`<${Planned} ...${props} />`}`;
}

// Returns [[part, words, what], ...] of the parts that are not whole yet.
export function missingParts(draft, list) {
  const found = lacking(draft, list);
  return PARTS.filter(([part]) => found[part]?.length > 0).map(([part, words]) => [part, words, found[part].join(", ")]);
}

export const Missing = ({ parts }) => html`<${Empty} title="Not everything is there yet">
  <ul class="plain">${parts.map(([part, words, what]) => html`<li key=${part}><a href=${href(`campaigns/new?part=${part}`)}>${words}</a>: ${what}</li>`)}</ul><//>`;

// The faults stand beside their fields too; here they lead to them.
export function Refused({ error, again }) {
  const faults = error.faults ?? [];
  const parts = PARTS.filter(([part]) => part !== "plan" && faults.some((one) => partOf(one) === part || (part === "messages" && /Message \d/.test(one.why))));
  return html`<${Problem} error=${{ message: faults.length ? "There is no plan yet: this is to be mended first" : error.message, faults }} again=${faults.length ? undefined : again} label=${placeOf} />
    ${parts.length > 0 && html`<p class="actions">${parts.map(([part, words]) => html`<a key=${part} class="button" href=${href(`campaigns/new?part=${part}`)}>To ${words}</a>`)}</p>`}`;
}

function Planned({ draft, list, change, plan, mailboxes }) {
  const { data } = plan;
  const total = useMemo(() => countedUp(data), [data]);
  const [day, choose] = useState(null);
  useEffect(() => choose(total.days[0]?.date ?? null), [total]);
  return html`
    <div class="card"><h3>In short</h3><${Figures}>
      <${Figure} label="Candidates" value=${total.count} of=${list?.count} />
      <${Figure} label="Mails in all" value=${total.mails} note="if nobody answers" />
      <${Figure} label="Days with mails" value=${total.days.length} />
      <${Figure} label="Left out" value=${data.skipped_count ?? data.skipped.length} />
    <//>
    ${total.first && html`<p>The first mail goes <b>${atTime(total.first)}</b>, the last one <b>${total.lastInWords}</b>, by your clock. Whoever answers gets no further ones.</p>`}
    </div>
    ${data.contacted.length > 0 && html`<${Contacted} plan=${plan} draft=${draft} change=${change} list=${list} mailboxes=${mailboxes} />`}
    <${Findings} lint=${data.lint} list=${list} lookedAt=${data.looked_at} count=${total.count} />
    ${total.days.length > 0 && html`<div class="card"><h3>Day by day</h3>
      <p class="hint">By the mailbox's calendar. Choose a day to see who gets what, and why then.</p>
      <${Calendar} days=${total.days} steps=${draft.steps} chosen=${day} onChoose=${choose} />
      ${day && html`<${DayList} key=${day} date=${day} plan=${data} list=${list} steps=${draft.steps} timezone=${draft.timezone} isWhole=${total.isWhole} />`}
    </div>`}
    ${total.count > 0 && html`<${PlanTable} plan=${data} list=${list} steps=${draft.steps} timezone=${draft.timezone} count=${total.count} />`}
    <${LeftOut} skipped=${data.skipped} count=${data.skipped_count ?? data.skipped.length} list=${list} />`;
}

function Findings({ lint, list, lookedAt, count }) {
  if (lint.length === 0) return null;
  const who = ({ examples = [], candidates }) => {
    const more = candidates - examples.length;
    return examples.length === 0 ? "" : ` (for ${examples.map((at) => nameAt(list, at)).join(", ")}${more > 0 ? ` and ${more.toLocaleString("en")} more` : ""})`;
  };
  return html`<${Notice} tone="warn" title="Worth a look before the launch"><ul>${lint.map((one, index) => html`<li key=${index}>
    <b>${placeOf(one)}</b>: ${one.why}${who(one)}</li>`)}</ul>
    ${lookedAt < count && html`<p>${lookedAt.toLocaleString("en")} of all mails were looked through, spread evenly.</p>`}<//>`;
}

function LeftOut({ skipped, count, list }) {
  const [all, show] = useState(false);
  if (skipped.length === 0) return null;
  const shown = all ? skipped : skipped.slice(0, 10);
  return html`<div class="card"><h3>Who gets no mail</h3>
    <ul class="plain">${shown.map(({ index, reason }) => html`<li key=${index}><b>${nameAt(list, index)}</b> ${reason}</li>`)}</ul>
    ${skipped.length > shown.length && !all && html`<div><${Button} kind="quiet" onClick=${() => show(true)}>${skipped.length === count ? "Show all" : "Show"} ${skipped.length.toLocaleString("en")}<//></div>`}
    ${all && count > skipped.length && html`<p class="muted">and ${(count - skipped.length).toLocaleString("en")} more</p>`}
  </div>`;
}
