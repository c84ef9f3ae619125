// One candidate: all that was planned, went out and came back, each with its reason; and what can be done about it.
import { get, post } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { href } from "../router.js";
import { onDay } from "../times.js";
import { Button, Confirm } from "../ui/forms.js";
import { Badge, Time } from "../ui/shown.js";
import { Loaded, Problem } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { backToList } from "./campaign_candidates.js";
import { useFollowing } from "./campaign_live.js";
import { causes, mailName, onTheWay, whyInWords } from "./campaign_words.js";
import { deedTold } from "./deed_words.js";
import { Address } from "./mailbox_words.js";

const sentence = (words, begins) => `${begins ? words.charAt(0).toUpperCase() + words.slice(1) : words}.`;

const LIVE = ["waiting", "sending", "uncertain", "held"];

export function Candidate({ campaign, one, live }) {
  const heading = useRef(null);
  const path = `campaigns/${campaign.id}/candidates/${one}`;
  const shown = useResource((signal) => get(path, {}, signal), [path]);
  useFollowing(shown.reload, live.beat, 5_000);
  useEffect(() => heading.current?.focus(), [shown.data === null]);
  const done = () => (shown.reload(), live.touch());
  return html`
    <p><a href=${href(backToList(campaign.id))}>← To the candidates</a></p>
    <${Loaded} of=${shown} lines=${8} missing="There is no such candidate in this campaign.">${({ candidate, timezone, events }) => html`
      <section class="card"><header>
          <h2 tabindex="-1" ref=${heading}>${candidate.name || html`<${Address} of=${candidate.email} />`}</h2><${Badge} of=${candidate.status} />
          ${candidate.interest && html`<${Badge} of=${candidate.interest} />`}</header>
        <p class="muted">${candidate.name && html`<${Address} of=${candidate.email} /> · `}clock of ${timezone.replaceAll("_", " ")}</p>
        ${candidate.why && candidate.status !== "held" && html`<p>${candidate.status === "waiting" && "The next mail waits: "}${sentence(whyInWords(candidate.why, campaign.steps), candidate.status !== "waiting")}</p>`}
        ${candidate.status === "held" && html`<${Held} campaign=${campaign} candidate=${candidate} path=${path} done=${done} />`}
        ${LIVE.includes(candidate.status) && campaign.may.includes("stop") && html`<${Skip} candidate=${candidate} path=${path} done=${done} />`}
      </section>
      <section class="card"><h2>What happened, and what is to come</h2><${Events} events=${events} zone=${timezone} campaign=${campaign} candidate=${candidate} /></section>`}<//>`;
}

function Skip({ candidate, path, done }) {
  const [asked, ask] = useState(false);
  const deed = useDeed(async () => {
    await post(`${path}/skip`);
    say("They get no more mail of this campaign.");
    done();
  });
  return html`
    <p class="actions"><${Button} kind="danger" aria-haspopup="dialog" onClick=${() => ask(true)}>Take out of the campaign<//></p>
    ${asked && html`<${Confirm} title="Take this candidate out?" word="Take out" deed=${deed} onClose=${() => ask(false)}>
      <p>${candidate.name || candidate.email} gets no more mail of this campaign. This cannot be undone; what went out and came back stays. ${onTheWay}</p><//>`}`;
}

// Nobody could find out whether a mail went out: a person looks, and says.
function Held({ campaign, candidate, path, done }) {
  const name = mailName(campaign.steps, candidate.step);
  const deed = useDeed(async (wasSent) => {
    try {
      const { outcome } = await post(`${path}/decision`, { was_sent: wasSent });
      say(outcome === "sent" ? "It counts as sent." : "It gets a new time, and goes out then.");
    } finally {
      done();
    }
  });
  return html`
    <div class="notice warn"><strong>${name} is held</strong>
      <p>Gmail did not say whether it went out, and it could not be found out later. It is not sent again by itself, so that nobody gets it twice.</p>
      <ol><li>Open the mailbox in Gmail, and look in <b>Sent</b>: search for <code>in:sent to:<${Address} of=${candidate.email} /></code>.</li>
        <li>Is ${name.toLowerCase()} among what you find? Then it went out. If it lies in Drafts, or is nowhere, it did not.</li></ol>
      ${campaign.may.includes("write") ? html`<div class="actions">
        <${Button} busy=${deed.busy} onClick=${() => deed.run(true)}>It went out<//>
        <${Button} busy=${deed.busy} onClick=${() => deed.run(false)}>It did not<//></div>
        <p class="small">Gmail is asked once more before your word counts.</p>` : html`<p>The mailbox's owner or the campaign's author decides.</p>`}
      <${Problem} error=${deed.error} /></div>`;
}

function Events({ events, ...given }) {
  const { zone } = given;
  return html`<ol class="timeline">${events.map((event, index) => html`
    <li key=${index} class=${event.what === "planned" ? "planned" : ""}>
      <span class="at"><${Time} at=${event.at} zone=${zone} /></span><${Event} event=${event} ...${given} /></li>`)}
    ${events.length === 0 && html`<li>Nothing yet.</li>`}</ol>`;
}

function Event({ event, zone, campaign, candidate }) {
  const name = event.step && mailName(campaign.steps, event.step);
  const why = event.why && html`<${Reasons} why=${event.why} steps=${campaign.steps} />`;
  if (event.what === "planned") {
    const now = event.step === candidate.step ? UNDER_WAY[candidate.status] : undefined;
    return html`<div><b>${name} ${now ?? "is planned"}</b>${why}</div>`;
  }
  if (event.what === "sent") {
    const late = event.planned && Math.abs(new Date(event.at) - new Date(event.planned)) > 120_000;
    return html`<div><b>${name} was sent</b>${event.subject && html`<p>${event.subject}</p>`}
      ${late && html`<p class="small muted">It had been planned for <${Time} at=${event.planned} zone=${zone} />.</p>`}${why}</div>`;
  }
  if (event.what === "deed") return html`<div><b>${deedTold(event)}</b></div>`;
  return html`<div><b>${ANSWERS[event.what] ?? "An answer came"}</b>${name && html`<span class="muted"> after ${name.toLowerCase()}</span>`}
    ${event.returns_on && html`<p>Back on ${onDay(event.returns_on)}: no mail before that.</p>`}
    ${event.subject && html`<p><a href=${href(`campaigns/${campaign.id}/answers/${event.answer}`)}>${event.subject}</a></p>`}
    ${!event.subject && event.answer && html`<p><a href=${href(`campaigns/${campaign.id}/answers/${event.answer}`)}>Show it</a></p>`}
    ${event.what === "bounce" && SEVERITY[event.why] && html`<p class="small muted">${SEVERITY[event.why]}</p>`}</div>`;
}

const UNDER_WAY = { sending: "is being sent", uncertain: "is being settled", held: "is held" };
const ANSWERS = { person: "They answered", automatic: "An automatic reply came", bounce: "It could not be delivered", opt_out: "They asked for no more mail" };
const SEVERITY = { hard: "The address does not work.", soft: "For the time being only.", policy: "The receiving server refused it." };

function Reasons({ why, steps }) {
  return html`<details class="small"><summary>Why then?</summary><ul>${causes(why, steps).map((cause, index) => html`<li key=${index}>${cause}</li>`)}</ul></details>`;
}
