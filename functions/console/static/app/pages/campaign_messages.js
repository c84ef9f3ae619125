// The mails of a campaign as they were written, and the ways to change them and to add candidates.
import { html } from "../html.js";
import { href } from "../router.js";
import { Empty } from "../ui/states.js";
import { StepWords } from "./campaign_words.js";
import { AddCandidates } from "./edit_candidates.js";
import { EditMessages } from "./edit_messages.js";

// Says whether the viewer may let something else, or more, go out.
export const mayWrite = ({ may, status }) => may.includes("write") && ["active", "paused"].includes(status);

export function Messages({ campaign, one, live }) {
  const { id, steps } = campaign;
  if (steps.length === 0) return html`<${Empty} title="No messages to show"><p>The messages of this campaign are not for you to read.</p><//>`;
  if (one === "edit") {
    return html`<p><a href=${href(`campaigns/${id}/messages`)}>← The messages as they are</a></p>
      <h2>Edit the messages</h2><${EditMessages} id=${id} campaign=${campaign} reload=${live.touch} />`;
  }
  return html`
    <section class="card"><header><h2>The messages</h2>
        ${mayWrite(campaign) && html`<a class="button" href=${href(`campaigns/${id}/messages/edit`)}>Edit the messages</a>`}</header>
      <p class="muted">As they were written: what stands in double braces is filled in for each candidate.</p>
      ${steps.map((step, index) => html`<${StepWords} key=${step.id} step=${step} number=${index + 1} />`)}
    </section>`;
}

export const Adding = ({ campaign, live }) => html`
  <p><a href=${href(`campaigns/${campaign.id}/candidates`)}>← All candidates</a></p>
  <section class="stack"><h2>Add candidates</h2>
    ${mayWrite(campaign) ? html`<${AddCandidates} id=${campaign.id} campaign=${campaign} done=${() => live.touch()} />`
      : html`<p class="card">Nobody can be added to this campaign (any more), or not by you.</p>`}</section>`;
