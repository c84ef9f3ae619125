// What is said in several places of a campaign's page: its mails, kinds of answers, interests, deeds.
import { html, useState } from "../html.js";
import { inWords } from "../times.js";
import { MailView } from "../ui/mail_view.js";

export const onTheWay = "A mail that is already being sent may still arrive.";

export const waiting = ({ figures }) =>
  figures.waiting === 1 ? "The one candidate who waits gets" : `The ${figures.waiting.toLocaleString("en")} candidates who wait get`;

// Said where mails are to come, and all times that were planned for them have gone by.
export const noTimes = ({ status }) => (status === "paused" ? "Those who wait get new times when it is resumed." : "Those who wait get new times soon.");

// "Message 2" of a step, by its place.
export function mailName(steps, id) {
  const index = steps.findIndex((one) => one.id === id);
  return index < 0 ? id : `Message ${index + 1}`;
}

// Why a mail goes at its time, cause by cause, in the words of this page: a cause names the message before by its id, which
// nobody has to know.
export const causes = (reason, steps) => reason.split("; ").map((cause) => {
  const [, counted, before] = /^(.*\bafter )(.+)$/.exec(cause) ?? [];
  if (steps.some((one) => one.id === before)) return `${counted}${mailName(steps, before).toLowerCase()}`;
  return before === "acceptance" || before === "the start" ? `${counted}the launch` : cause;
});
export const inNames = (reason, steps) => causes(reason, steps).join("; ");

export const many = (count, one, more = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

export const INTERESTS = [
  ["interested", "Interested"], ["later", "Later"], ["not_interested", "Not interested"], ["wrong_person", "Wrong person"],
];
export const KINDS = { person: "In person", automatic: "Automatic reply", bounce: "Could not be delivered", opt_out: "Wants no more mail" };

// Whose an address is, as mail programs write it: "Kim Person <kim@example.org>".
export const Named = ({ name, address }) => html`<span class="grow named"><b>${name || address || "Unknown sender"}</b>${name && address && html` <span class="muted">${`<${address}>`}</span>`}</span>`;

// In words of this page: why a candidate gets no mail, or the next one later.
const WHYS = { "skipped by the user": "taken out of the campaign", "bounced by mail": "it could not be delivered" };
export const whyInWords = (why, steps) => WHYS[why] ?? inNames(why, steps).replaceAll("_", " ");

// When a mail goes out, in words.
function delayWords(step, index) {
  const time = step.business_days > 0 ? many(step.business_days, "working day") : inWords(step.delay);
  if (time === "no time") return index === 0 ? "right after the launch" : "right after the message before";
  return index === 0 ? `${time} after the launch` : `${time} after the message before`;
}

// A mail as it was written: its templates, with the names of what is filled in.
export function StepWords({ step, number }) {
  const thread = step.thread === "reply" && number > 1 ? "answers the message before, in its thread" : "begins a new thread";
  return html`
    <article class="step-words">
      <header><h3>Message ${number}</h3><p class="small muted">${delayWords(step, number - 1)}, ${thread}</p></header>
      <${Wording} words=${step} fallback=${number > 1 ? "(the subject of the message before)" : "(no subject)"} />
      ${step.variants.map((one) => html`<section key=${one.id} class="variant"><h4>Wording ${one.id.toUpperCase()}</h4>
        <${Wording} words=${one} fallback="(the same subject)" isPart /></section>`)}
      ${step.attachments.length > 0 && html`<p class="small muted">Attached: ${step.attachments.map((one) => one.name).join(", ")}</p>`}
    </article>`;
}

const Wording = ({ words, fallback, isPart = false }) => html`
  ${(!isPart || words.subject) && html`<p class="subject">${words.subject || html`<span class="muted">${fallback}</span>`}</p>`}
  ${words.text && html`<p class="mail-text">${words.text}</p>`}
  ${words.html && html`<${AsHtml} content=${words.html} isOpen=${!words.text} />`}`;

// Drawn only while it is open: what is hidden has no height.
function AsHtml({ content, isOpen }) {
  const [open, set] = useState(isOpen);
  return html`<details open=${isOpen} onToggle=${(event) => set(event.currentTarget.open)}><summary>As HTML</summary>
    ${open && html`<${MailView} title="The mail's HTML" content=${content} />`}</details>`;
}
