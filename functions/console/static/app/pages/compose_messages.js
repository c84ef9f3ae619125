// Part 3: the messages, and beside them the mail as a candidate will get it.
import { html, useMemo, useRef, useState } from "../html.js";
import { Button } from "../ui/forms.js";
import { freeStepId, newStep, noContent, requestOf, STEP_LIMIT } from "./compose_draft.js";
import { gaps, personAt, variablesOf } from "./compose_list.js";
import { finder } from "./compose_parts.js";
import { MailPreview } from "./compose_preview.js";
import { useRendering } from "./compose_rendering.js";
import { StepEditor } from "./compose_step.js";

const FOR_THE_SENDER = ["sender_name", "sender_first_name", "sender_email", "campaign_name"];

// Returns [[name, howManyEmpty]], the candidate's own first.
export function offeredVariables(list) {
  const empty = gaps(list);
  const own = list ? [...(list.columns.includes("name") ? ["first_name", "name"] : []), ...variablesOf(list)] : ["first_name", "name"];
  return [...new Set([...own, "email", ...FOR_THE_SENDER])].map((name) => [name, name === "first_name" ? empty.get("name") ?? 0 : empty.get(name) ?? 0]);
}

export function Messages({ draft, list, change, faults, plan }) {
  const [candidate, choose] = useState(0);
  const body = useMemo(() => {
    const person = list && list.count > 0 ? personAt(list, candidate) : null;
    return { ...requestOf(draft, noContent), ...(person && { candidates: [person] }) };
  }, [draft, list, candidate]);
  const rendering = useRendering(body);
  const [shown, show] = useState({ step: draft.steps[0]?.key, wording: 0 });
  const at = Math.max(0, draft.steps.findIndex((step) => step.key === shown.step));
  return html`<div class="with-preview">
    <${Steps} draft=${draft} change=${change} variables=${useMemo(() => offeredVariables(list), [list])} onShow=${show} shown=${{ ...shown, at }}
      fault=${finder([...faults, ...(rendering.data?.faults ?? [])], Boolean(plan.data || plan.error))} />
    <${MailPreview} draft=${draft} list=${list} rendering=${rendering} at=${at} wording=${shown.wording} onShow=${show}
      candidate=${candidate} onCandidate=${choose} />
  </div>`;
}

// Also where the steps of a campaign that runs are edited: fixed, how many of them keep their place.
export function Steps({ draft, change, variables, onShow, shown, fault, fixed = 0 }) {
  const end = useRef(null);
  const put = (steps) => change({ steps });
  const set = (key, part) => change((old) => ({ steps: old.steps.map((step) => (step.key === key ? { ...step, ...part } : step)) }));
  const add = () => {
    const step = newStep(freeStepId(draft.steps));
    put([...draft.steps, step]);
    onShow({ step: step.key, wording: 0 });
    // Drawn first, then gone to.
    setTimeout(() => end.current?.querySelector("section:last-of-type textarea, section:last-of-type input")?.focus());
  };
  const move = (from, to) => {
    const steps = [...draft.steps];
    steps.splice(to, 0, ...steps.splice(from, 1));
    put(steps);
  };
  return html`<div class="stack steps" ref=${end}>
    ${fault("steps") && html`<p class="fault">${fault("steps")}</p>`}
    ${draft.steps.map((step, index) => html`<${StepEditor} key=${step.key} step=${step} index=${index} steps=${draft.steps} variables=${variables}
      set=${(part) => set(step.key, part)} fault=${fault} isFixed=${index < fixed} fixed=${fixed} wording=${shown.step === step.key ? shown.wording : 0}
      onShow=${(wording) => onShow({ step: step.key, wording })} onMove=${(to) => move(index, to)}
      onRemove=${() => put(draft.steps.filter((one) => one !== step))} />`)}
    ${draft.steps.length < STEP_LIMIT && html`<div><${Button} onClick=${add}>Add ${draft.steps.length ? "a follow-up" : "a message"}<//></div>`}
  </div>`;
}
