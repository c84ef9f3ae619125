// What is done to a campaign as a whole; each asks first, and says honestly what happens.
import { download, get, post } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { Button, Confirm, Dialog, TextField } from "../ui/forms.js";
import { Time } from "../ui/shown.js";
import { Loaded, Notice, Problem } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { many, onTheWay, StepWords, waiting } from "./campaign_words.js";

// A deed of a campaign that is read anew after it; what the answer notes is said.
function useSteering({ campaign, live }, name, said, body) {
  return useDeed(async () => {
    try {
      const { note } = await post(`campaigns/${campaign.id}/${name}`, body);
      say([said, note].filter(Boolean).join(" "));
    } finally {
      live.touch();
    }
  });
}

export function Pause({ onClose, ...given }) {
  const [why, setWhy] = useState("");
  const deed = useSteering(given, "pause", "Paused.", { why });
  return html`
    <${Confirm} title="Pause this campaign?" word="Pause" kind="primary" deed=${deed} onClose=${onClose}>
      <p>From now on nothing more goes out. Answers are still found and shown. ${onTheWay}</p>
      <p>When you resume it, those who wait get new times in the same order.</p>
      <${TextField} label="Why" optional maxlength="500" hint="Shown with the campaign, for whoever else looks at it." value=${why} onValue=${setWhy} />
    <//>`;
}

function resumed(campaign) {
  const { waiting: count } = campaign.figures;
  if (count === 0) return "Nobody waits for a mail just now; answers go on being found.";
  const times = count === 1 ? "a new time, from now on" : "new times, from now on and in the same order as before";
  return `${waiting(campaign)} ${times}. Mails may go out within minutes, where the hours allow.`;
}

export function Resume({ onClose, ...given }) {
  const deed = useSteering(given, "resume", "It goes on.");
  return html`
    <${Confirm} title="Resume this campaign?" word="Resume" kind="primary" deed=${deed} onClose=${onClose}>
      <p>${resumed(given.campaign)}</p>
    <//>`;
}

export function Cancel({ onClose, ...given }) {
  const [why, setWhy] = useState("");
  const deed = useSteering(given, "cancel", "Cancelled.", { why });
  return html`
    <${Confirm} title="Cancel this campaign for good?" word="Cancel campaign" deed=${deed} onClose=${onClose}>
      <p><b>This cannot be undone.</b> Whoever still waits gets no more mail of this campaign, and their times are given to other campaigns.
        What went out, the answers and the figures stay.</p>
      <p>${onTheWay} If you only need a break, pause it instead.</p>
      <${TextField} label="Why" optional maxlength="500" value=${why} onValue=${setWhy} />
    <//>`;
}

export function Export({ campaign, onClose }) {
  const csv = useDeed(() => download(`campaigns/${campaign.id}/export.csv`, `${campaign.id}.csv`));
  const json = useDeed(() => download(`campaigns/${campaign.id}/export.json`, `${campaign.id}.json`));
  return html`
    <${Dialog} title="Export this campaign" onClose=${onClose} actions=${html`<${Button} kind="quiet" onClick=${onClose}>Close<//>`}>
      <p>Both hold every candidate with their details, what went out and what came back. They are personal data: keep them as you would keep the mails.</p>
      <div class="actions">
        <${Button} kind="primary" busy=${csv.busy} onClick=${csv.run}>Table for a spreadsheet (CSV)<//>
        <${Button} busy=${json.busy} onClick=${json.run}>Everything, to be used again (JSON)<//></div>
      <p class="hint">The JSON file also has the mails themselves, and a new campaign can be started from it.</p>
      <${Problem} error=${csv.error ?? json.error} />
    <//>`;
}

// The owner sees all that they approve: the words, how many, until when.
export function Approve({ campaign, live, onClose }) {
  const forecast = useResource((signal) => get(`campaigns/${campaign.id}/forecast`, {}, signal), [campaign.id, campaign.revision]);
  const [seen] = useState(campaign.revision);
  const deed = useSteering({ campaign, live }, "approve", "Approved.", { revision: seen });
  const changed = campaign.revision !== seen;
  const actions = html`<${Button} kind="quiet" onClick=${onClose}>Back<//>
    <${Button} kind="primary" busy=${deed.busy} disabled=${changed} onClick=${async () => (await deed.run()) !== undefined && onClose()}>Approve<//>`;
  return html`
    <${Dialog} title="Approve this campaign?" wide onClose=${onClose} actions=${actions}>
      <p>${campaign.author_email} wrote it. It goes out <b>from your mailbox and in your name</b> to
        ${" "}<b>${campaign.figures.candidates.toLocaleString("en")}</b> ${campaign.figures.candidates === 1 ? "candidate" : "candidates"}, and their answers come to you. Those who wait get new times once you approve.</p>
      <${Loaded} of=${forecast} lines=${1}>${({ mails, last }) => html`<p class="muted">${many(mails, "mail")} at most if nobody answers${last && html`; as planned now, the last one on <${Time} at=${last} />`}.</p>`}<//>
      ${campaign.steps.map((step, index) => html`<${StepWords} key=${step.id} step=${step} number=${index + 1} />`)}
      ${changed && html`<${Notice} tone="warn" title="It was changed since you opened this">Close this, look at it as it is now, and approve that.<//>`}
      <${Problem} error=${deed.error} />
    <//>`;
}
