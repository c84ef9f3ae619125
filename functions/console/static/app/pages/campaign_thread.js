// One thread: what was sent to a candidate and all they answered, in the order of time, and what it comes to.
import { get, patch, post } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { go, href } from "../router.js";
import { onDay } from "../times.js";
import { Button } from "../ui/forms.js";
import { Badge, Time } from "../ui/shown.js";
import { Loaded, Notice, Problem } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { INTERESTS, KINDS, mailName, Named } from "./campaign_words.js";
import { Address } from "./mailbox_words.js";

// So many answers of one candidate are shown in full.
const SHOWN = 20;

// quiet: it was not asked for, so that focus stays where it is.
export function Thread({ campaign, one, known, put, beat, quiet }) {
  const heading = useRef(null);
  const path = `campaigns/${campaign.id}`;
  const thread = useResource(async (signal) => {
    const answer = known.find((other) => other.id === one) ?? (await get(`${path}/answers/${one}`, {}, signal));
    const timeline = await get(`${path}/candidates/${answer.enrollment}`, {}, signal);
    const ids = timeline.events.filter((event) => event.answer).map((event) => event.answer).slice(-SHOWN);
    return { timeline, answers: await Promise.all(ids.map((id) => get(`${path}/answers/${id}`, {}, signal))) };
  }, [one]);
  useEffect(() => {
    if (thread.data !== null) thread.reload();
  }, [beat]);
  useEffect(() => void (quiet || heading.current?.focus()), [quiet]);
  // What was marked here is shown at once here and in the list.
  const change = (answer) => {
    if (thread.data) thread.set({ ...thread.data, answers: thread.data.answers.map((other) => (other.id === answer.id ? answer : other)) });
    put([answer]);
  };
  const back = () => {
    const link = document.querySelector(".threads a[aria-current]");
    go(`${path}/answers`);
    // On a phone the list is there only once the answer is gone.
    setTimeout(() => link?.focus(), 50);
  };
  const { name, email } = thread.data?.timeline.candidate ?? {};
  return html`
    <section class="card thread" aria-label="The chosen answer" onKeyDown=${(event) => event.key === "Escape" && !quiet && back()}>
      <header><h2 tabindex="-1" ref=${heading}>${name || (email ? html`<${Address} of=${email} />` : "Answer")}</h2>${!quiet && html`<${Button} kind="quiet" onClick=${back}>Back to the list<//>`}</header>
      <${Loaded} of=${thread} lines=${6} missing="There is no such answer (any more).">${(told) => html`
        <${Whom} campaign=${campaign} timeline=${told.timeline} />
        <ol class="mails">${told.timeline.events.filter((event) => event.what === "sent" || event.answer).map((event) => {
          const answer = told.answers.find((other) => other.id === event.answer);
          return html`<li key=${event.answer || `${event.what}/${event.step}`}>${answer
            ? html`<${Answer} campaign=${campaign} answer=${answer} zone=${told.timeline.timezone} change=${change} />`
            : html`<${Sent} event=${event} campaign=${campaign} zone=${told.timeline.timezone} />`}</li>`;
        })}</ol>`}<//>
    </section>`;
}

const Whom = ({ campaign, timeline: { candidate } }) => html`
  <p class="row">${candidate.name && html`<span class="muted"><${Address} of=${candidate.email} /></span>`}<${Badge} of=${candidate.status} />
    <a href=${href(`campaigns/${campaign.id}/candidates/${candidate.id}`)}>All that happened</a></p>`;

const Sent = ({ event, campaign, zone }) => html`
  <p class="sent-line"><b>${event.step ? mailName(campaign.steps, event.step) : "Answer"}</b> ${event.what === "sent" ? "sent" : ""} <${Time} at=${event.at} zone=${zone} />
    ${event.subject && html`<span class="muted">: ${event.subject}</span>`}</p>`;

function Answer({ campaign, answer, zone, change }) {
  const notes = [
    answer.kind !== "person" && KINDS[answer.kind],
    answer.severity && SEVERITY[answer.severity],
    answer.different_sender && "Came from another address than the one that was written to",
    answer.forwarded && "Holds a forwarded mail",
    answer.returns_on && `Back on ${onDay(answer.returns_on)}`,
    answer.attachments.length > 0 && `Attached: ${answer.attachments.join(", ")}`,
  ].filter(Boolean);
  return html`
    <article class="answer">
      <header class="row"><${Named} name=${answer.kind === "bounce" || answer.different_sender ? "" : answer.name} address=${answer.sender} /><${Time} at=${answer.received_at} zone=${zone} /></header>
      ${answer.subject && html`<p class="subject">${answer.subject}</p>`}
      ${notes.length > 0 && html`<ul class="notes small">${notes.map((note) => html`<li key=${note}>${note}</li>`)}</ul>`}
      <${Words} campaign=${campaign} answer=${answer} change=${change} />
      ${answer.kind !== "bounce" && html`<${Interest} campaign=${campaign} answer=${answer} change=${change} />`}
    </article>`;
}

const SEVERITY = { hard: "The address does not work", soft: "For the time being it could not be delivered", policy: "The receiving server refused it" };

function Words({ campaign, answer, change }) {
  const deed = useDeed(async () => change(await post(`campaigns/${campaign.id}/answers/${answer.id}/read`)));
  if (answer.text !== null) return html`<p class="mail-text">${answer.text}</p>`;
  if (answer.faded) return html`<p class="muted">Its words were erased when the time for which your organisation keeps answers was over.</p>`;
  if (!answer.unread) return html`<p class="muted">This mailbox is connected without the right to read mails: please read it in Gmail.</p>`;
  return html`
    <${Notice}><p>This mail came from the candidate's address, but it does not answer one of ours. So it was not read: it may be about something else.
      It can be read from the mailbox now; that goes on the record of what was read and why.</p>
      <p><${Button} busy=${deed.busy} onClick=${deed.run}>Read it<//></p><//>
    <${Problem} error=${deed.error} />`;
}

// The mark is shown at once, and taken back when it could not be kept.
function Interest({ campaign, answer, change }) {
  const [wish, setWish] = useState(undefined);
  const deed = useDeed((interest) => patch(`campaigns/${campaign.id}/answers/${answer.id}`, { interest }));
  const now = wish === undefined ? answer.interest : wish;
  const mark = async (interest) => {
    setWish(interest);
    const after = await deed.run(interest);
    setWish(undefined);
    if (after) {
      change(after);
      say(interest ? `Marked: ${INTERESTS.find(([name]) => name === interest)[1].toLowerCase()}.` : "The mark was taken off.");
    }
  };
  return html`
    <div class="interest" role="group" aria-label="What does it come to?">
      ${INTERESTS.map(([name, words]) => html`
        <button type="button" key=${name} class="small" aria-pressed=${now === name ? "true" : "false"}
          onClick=${() => deed.busy || mark(now === name ? null : name)}>${words}</button>`)}
    </div>
    ${answer.proposed && !now && html`<p class="small muted">Suggested: <b>${INTERESTS.find(([name]) => name === answer.proposed)[1].toLowerCase()}</b>${answer.proposed_by && html`, because of “${answer.proposed_by}”`}.</p>`}
    ${deed.error && html`<p class="fault" role="alert">It could not be marked: ${deed.error.message}</p>`}`;
}
