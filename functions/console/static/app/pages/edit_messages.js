// The messages of a campaign that runs, to be reworded: what went out stays, and what is written is checked first.
import { patch, text } from "../api.js";
import { html, useEffect, useMemo, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { Button, Confirm } from "../ui/forms.js";
import { Notice, Problem } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { mailName } from "./campaign_words.js";
import { noContent } from "./compose_draft.js";
import { listOfText, personAt } from "./compose_list.js";
import { offeredVariables, Steps } from "./compose_messages.js";
import { finder, inOurWords, placeOf } from "./compose_parts.js";
import { MailPreview } from "./compose_preview.js";
import { useRendering } from "./compose_rendering.js";
import { askedSteps, isChanged, mergedWith, retimed, stepsOf } from "./edit_steps.js";

const EDITABLE = ["active", "paused"];

// campaign: as it is shown, with its steps; reload: called when something was saved.
export function EditMessages({ id, campaign, reload }) {
  const [seen, look] = useState(() => ({ steps: campaign.steps, revision: campaign.revision }));
  const [draft, set] = useState(() => ({ steps: stepsOf(campaign.steps) }));
  const [theirs, conflict] = useState(null);
  const [asks, ask] = useState(false);
  const changed = isChanged(draft.steps, seen.steps);
  const begin = (now) => (look({ steps: now.steps, revision: now.revision }), set({ steps: stepsOf(now.steps) }), conflict(null));
  useEffect(() => {
    // What comes anew takes the place of what was not touched.
    if (campaign.revision !== seen.revision && !changed) begin(campaign);
  }, [campaign.revision]);
  const saving = useDeed(async () => {
    try {
      const data = await patch(`campaigns/${encodeURIComponent(id)}`, { revision: seen.revision, steps: askedSteps(draft.steps) });
      begin(data);
      say(data.note ? `Saved. ${data.note}` : "Saved");
      reload();
    } catch (error) {
      if (!error.now?.steps) throw error;
      conflict(error.now);
    }
  });
  const undo = useDeed(async () => begin(theirs ?? seen));
  if (!EDITABLE.includes(campaign.status)) return html`<${Notice}>The messages of a campaign that is ${campaign.status} cannot be changed.<//>`;
  const change = (part) => set((old) => ({ ...old, ...(typeof part === "function" ? part(old) : part) }));
  return html`
    <p class="muted">New words hold for mails that did not go out yet. What candidates have stays as it was. Messages cannot be removed or moved; further ones come last.</p>
    <${Editing} id=${id} campaign=${campaign} draft=${draft} change=${change} faults=${saving.error?.faults ?? []} fixed=${seen.steps.length} />
    <${Problem} error=${saving.error && { message: saving.error.message, faults: saving.error.faults.map(inOurWords) }} label=${placeOf} />
    ${theirs && html`<${Conflict} theirs=${theirs} onMine=${() => (look({ steps: theirs.steps, revision: theirs.revision }), set((old) => ({ steps: mergedWith(old.steps, theirs.steps) })), conflict(null))}
      onTheirs=${() => ask("undo")} />`}
    <div class="actions onward">
      ${changed && html`<${Button} kind="back quiet" onClick=${() => ask("undo")}>Throw the changes away<//>`}
      <${Button} kind="primary" disabled=${!changed || Boolean(theirs)} busy=${saving.busy} onClick=${() => ask("save")}>Save the messages<//>
    </div>
    ${asks === "save" && html`<${SaveQuestion} campaign=${campaign} draft=${draft} seen=${seen} saving=${saving} onClose=${() => ask(false)} />`}
    ${asks === "undo" && html`<${Confirm} title="Throw your changes away?" word="Throw them away" deed=${undo} onClose=${() => ask(false)}><p>The messages are shown as they are in the campaign.</p><//>`}`;
}

function SaveQuestion({ campaign, draft, seen, saving, onClose }) {
  return html`<${Confirm} title="Save the messages?" word="Save" kind="primary" onClose=${onClose}
      deed=${{ ...saving, error: null, run: async () => (await saving.run(), null) }}>
    <ul>
      <li>Everything is checked first, for every candidate who can still get a mail.</li>
      <li>A mail that is just being sent may still have the old words.</li>
      ${retimed(draft.steps) && html`<li>The waits changed: candidates who wait get new times.</li>`}
      ${draft.steps.length > seen.steps.length && html`<li>Candidates who have had all messages get none of the new ones.</li>`}
      ${!campaign.may.includes("approve") && html`<li>The mailbox is a colleague's: where its owner has to approve, they have to approve anew before further mails go out.</li>`}
    </ul><//>`;
}

const Conflict = ({ theirs, onMine, onTheirs }) => html`<${Notice} tone="warn" title="Somebody else changed these messages meanwhile">
  <p>Nothing of yours was saved, and nothing of it is lost. As they are now:</p>
  <ul>${theirs.steps.map((step) => html`<li key=${step.id}><b>${mailName(theirs.steps, step.id)}</b> ${step.subject && html`<span>“${step.subject}” </span>`}<span class="clip">${(step.text || step.html || "").slice(0, 160)}</span></li>`)}</ul>
  <div class="actions"><${Button} onClick=${onMine}>Go on with mine<//><${Button} onClick=${onTheirs}>Take theirs<//></div><//>`;

function Editing({ id, campaign, draft, change, faults, fixed }) {
  const [candidate, choose] = useState(0);
  const [list, setList] = useState(null);
  const loading = useDeed(async () => setList(await candidatesOf(id)));
  const body = useMemo(() => ({
    id, mailbox: campaign.mailbox, name: campaign.name, timezone: "UTC", steps: askedSteps(draft.steps, noContent),
    ...(list?.count > 0 && { candidates: [personAt(list, candidate)] }),
  }), [id, campaign.mailbox, campaign.name, draft, list, candidate]);
  const rendering = useRendering(body);
  const [shown, show] = useState({ step: draft.steps[0]?.key, wording: 0 });
  const at = Math.max(0, draft.steps.findIndex((step) => step.key === shown.step));
  const variables = useMemo(() => offeredVariables(list), [list]);
  const all = [...faults, ...(rendering.data?.faults ?? [])].filter((one) => one.field.startsWith("steps"));
  return html`<div class="with-preview">
    <${Steps} draft=${draft} change=${change} variables=${variables} onShow=${show} shown=${shown} fault=${finder(all)} fixed=${fixed} />
    <${MailPreview} draft=${draft} list=${list} rendering=${rendering} at=${at} wording=${shown.wording} onShow=${show} candidate=${candidate} onCandidate=${choose}
      offer=${!list && html`<div><${Button} kind="small" busy=${loading.busy} onClick=${loading.run}>See it as candidates get it<//></div><${Problem} error=${loading.error} />`} />
  </div>`;
}

// The candidates with all their variables are in the export alone.
const candidatesOf = async (id) => listOfText(await text(`campaigns/${encodeURIComponent(id)}/export.csv`));
