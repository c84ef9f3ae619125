// The plan candidate by candidate: each message's time with its reason.
import { html, useMemo, useState } from "../html.js";
import { Button, TextField } from "../ui/forms.js";
import { Table, Time } from "../ui/shown.js";
import { inNames, mailName } from "./campaign_words.js";
import { personAt } from "./compose_list.js";

const PAGE = 10;

export function PlanTable({ plan, list, steps, timezone, count }) {
  const [sought, seek] = useState("");
  const [page, turn] = useState(0);
  const found = useMemo(() => {
    const wanted = sought.trim().toLowerCase();
    return wanted ? plan.candidates.filter(({ index, email }) => `${personAt(list, index).name ?? ""} ${email}`.toLowerCase().includes(wanted)) : plan.candidates;
  }, [plan, list, sought]);
  const rows = found.slice(page * PAGE, (page + 1) * PAGE);
  const several = steps.some((step) => step.wordings.length > 1);
  const columns = [
    ["Candidate", ({ index, email }) => html`<span class="who">${personAt(list, index).name || email}${personAt(list, index).name && html`<span class="muted small">${email}</span>`}</span>`],
    ...steps.map((step, at) => [mailName(steps, step.id), ({ index, slots }) => slots[at] && html`<${Time} at=${slots[at].due} zone=${personAt(list, index).timezone || timezone} /><span class="why">${inNames(slots[at].reason, steps)}</span>`]),
    ...(several ? [["Wordings", ({ variants }) => Object.entries(variants).map(([step, one]) => `${mailName(steps, step)}: ${one.toUpperCase()}`).join(", ")]] : []),
  ];
  return html`<div class="card"><h3>Candidate by candidate</h3>
    ${count > plan.candidates.length && html`<p class="hint">The first ${plan.candidates.length.toLocaleString("en")} of ${count.toLocaleString("en")}.</p>`}
    ${count > 5 && html`<${TextField} label="Find a candidate" kind="search" value=${sought} onValue=${(text) => (seek(text), turn(0))} />`}
    ${rows.length ? html`<${Table} label="The plan by candidate" columns=${columns} rows=${rows} id=${(row) => row.index} />` : html`<p class="muted">Nobody is called so.</p>`}
    ${found.length > PAGE && html`<div class="actions"><${Button} kind="small" disabled=${page === 0} onClick=${() => turn(page - 1)}>Before<//>
      <span role="status">${page * PAGE + 1} to ${Math.min(found.length, (page + 1) * PAGE)} of ${found.length.toLocaleString("en")}</span>
      <${Button} kind="small" disabled=${(page + 1) * PAGE >= found.length} onClick=${() => turn(page + 1)}>After<//></div>`}
  </div>`;
}
