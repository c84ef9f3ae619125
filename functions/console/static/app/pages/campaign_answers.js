// All answers to a campaign, the latest first; on a wide screen the chosen one beside them.
import { get } from "../api.js";
import { html, useCallback, useEffect, useRef, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { href } from "../router.js";
import { atTime, clock, isoDay, onDay } from "../times.js";
import { Button, Select } from "../ui/forms.js";
import { Badge, Time } from "../ui/shown.js";
import { Empty, Loaded, Notice, Problem } from "../ui/states.js";
import { Thread } from "./campaign_thread.js";
import { INTERESTS, KINDS, many, Named } from "./campaign_words.js";

const LIMIT = 50;
const newestFirst = (one, other) => other.received_at.localeCompare(one.received_at) || other.id.localeCompare(one.id);

// Returns {of, answers, next, more, put}: the first page is looked at again when a newer answer is known of.
function useAnswers(id, filters, latest) {
  const [held, hold] = useState({ answers: new Map(), next: null });
  const load = (after, signal) => get(`campaigns/${id}/answers`, { ...filters, after, limit: LIMIT }, signal);
  const put = useCallback((some) => hold((old) => ({ ...old, answers: new Map([...old.answers, ...some.map((one) => [one.id, one])]) })), []);
  const of = useResource((signal) => load("", signal), [id, filters.kind, filters.interest]);
  const filter = useRef(filters);
  useEffect(() => {
    if (of.data === null) return;
    // What has been shown further down stays; with another filter all begins anew.
    const isSame = filter.current === filters;
    filter.current = filters;
    hold((old) => ({
      answers: new Map([...(isSame ? old.answers : []), ...of.data.answers.map((one) => [one.id, one])]),
      next: isSame && old.answers.size > of.data.answers.length ? old.next : of.data.next,
    }));
  }, [of.data]);
  useEffect(() => {
    if (latest && of.data !== null && !held.answers.has(latest)) of.reload();
  }, [latest]);
  const more = useDeed(async () => {
    const page = await load(held.next);
    put(page.answers);
    hold((old) => ({ ...old, next: page.next }));
  });
  return { of, answers: [...held.answers.values()].sort(newestFirst), next: held.next, more, put };
}

const ALL = { kind: "", interest: "" };

export function Answers({ campaign, one, live }) {
  const [filters, setFilters] = useState(ALL);
  const { of, answers, next, more, put } = useAnswers(campaign.id, filters, live.latest);
  const threads = threadsOf(answers);
  const open = useOpen(one, threads);
  const chosen = open && threads.find((thread) => holds(thread, open));
  return html`
    <${Parked} parked=${campaign.parked} isAside=${Boolean(one)} />
    <div class=${`answers${one ? " chosen" : ""}`}>
      <section class="answer-list" aria-label="Answers">
        <${Filters} value=${filters} onValue=${setFilters} />
        <${Loaded} of=${of} lines=${8}>${() => (threads.length === 0
          ? html`<${None} filtered=${filters !== ALL && (filters.kind || filters.interest)} onAll=${() => setFilters(ALL)} />`
          : html`<${Threads} id=${campaign.id} threads=${threads} now=${open} />
            <${Problem} error=${more.error} />
            ${next && html`<${Button} busy=${more.busy} onClick=${more.run}>Show earlier answers<//>`}`)}<//>
      </section>
      <div class="answer-pane">${open && html`
        <${Thread} key=${chosen?.id ?? open} campaign=${campaign} one=${open} known=${answers} put=${put} beat=${live.latest} quiet=${!one} />`}</div>
    </div>`;
}

const holds = (thread, id) => thread.answers.some((answer) => answer.id === id);
const BESIDE = matchMedia("(min-width: 60rem)"); // as in campaign.css

// Which answer is open: the one asked for, and beside the list, where nothing was, the latest of when one came. It stays
// while new ones come, so that nobody loses what they read.
function useOpen(one, threads) {
  const [beside, set] = useState(BESIDE.matches);
  const last = useRef(null);
  useEffect(() => {
    const changed = () => set(BESIDE.matches);
    BESIDE.addEventListener("change", changed);
    return () => BESIDE.removeEventListener("change", changed);
  }, []);
  if (one) last.current = one;
  else if (!threads.some((thread) => holds(thread, last.current))) last.current = threads[0]?.answers[0].id ?? null;
  return one ?? (beside ? last.current : null);
}

// Of today the time, of others the day: there is little room.
const ShortTime = ({ at }) => html`<time class="time" dateTime=${at} title=${atTime(at)}>${isoDay(at) === isoDay(new Date().toISOString()) ? clock(at) : onDay(at)}</time>`;

// Those of one candidate belong together, under their latest.
function threadsOf(answers) {
  const found = new Map();
  for (const answer of answers) {
    const id = answer.enrollment || answer.id;
    if (!found.has(id)) found.set(id, { id, answers: [] });
    found.get(id).answers.push(answer);
  }
  return [...found.values()];
}

const Filters = ({ value, onValue }) => html`
  <div class="pair filters">
    <${Select} label="Kind" value=${value.kind} onValue=${(kind) => onValue({ ...value, kind })} choices=${[["", "All"], ...Object.entries(KINDS)]} />
    <${Select} label="Marked as" value=${value.interest} onValue=${(interest) => onValue({ ...value, interest })} choices=${[["", "Anything"], ...INTERESTS]} />
  </div>`;

const None = ({ filtered, onAll }) => (filtered
  ? html`<${Empty} title="None like that"><p>No answer is of this kind and mark.</p><${Button} onClick=${onAll}>Show all answers<//><//>`
  : html`<${Empty} title="No answers yet"><p>They show up here by themselves, usually within a minute of reaching the mailbox. Whoever answers gets no further mail.</p><//>`);

// Up and down go from thread to thread, Enter opens one: the links of the list in their order.
function Threads({ id, threads, now }) {
  const list = useRef(null);
  const onKeyDown = (event) => {
    const links = [...list.current.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    links[Math.min(Math.max(to, 0), links.length - 1)].focus();
  };
  return html`<ul ref=${list} class="threads" onKeyDown=${onKeyDown}>${threads.map((thread) => html`
    <${ThreadLink} key=${thread.id} id=${id} thread=${thread} isNow=${holds(thread, now)} />`)}</ul>`;
}

function ThreadLink({ id, thread, isNow }) {
  const [last] = thread.answers;
  const marked = thread.answers.find((one) => one.interest)?.interest;
  return html`
    <li><a href=${href(`campaigns/${id}/answers/${last.id}`)} aria-current=${isNow ? "true" : undefined}>
      <span class="row"><${Named} name=${last.name} address=${last.email || last.sender} /><${ShortTime} at=${last.received_at} /></span>
      <span class="excerpt">${excerpt(last)}</span>
      <span class="row tight">
        ${marked && html`<${Badge} of=${marked} />`}
        ${!marked && last.proposed && html`<span class="small muted">looks ${PROPOSED[last.proposed]}</span>`}
        ${last.kind !== "person" && html`<span class=${`badge ${last.kind === "bounce" ? "bad" : "off"}`}>${KINDS[last.kind]}</span>`}
        ${last.kind !== "bounce" && last.different_sender && html`<span class="badge off">From another address</span>`}
        ${thread.answers.length > 1 && html`<span class="small muted">${many(thread.answers.length, "answer")}</span>`}
      </span></a></li>`;
}

const PROPOSED = { interested: "interested", later: "like “later”", not_interested: "not interested", wrong_person: "like the wrong person" };

const excerpt = (answer) => (answer.unread ? "Not read yet" : answer.faded ? "Its words have been erased with time"
  : answer.text === null ? "Only its subject is known" : answer.text.trim().replace(/\s+/g, " ").slice(0, 160) || "(no words)");

// Mails that could not be worked off; only the mailbox's owner gets to see them. isAside: somebody reads an answer, and
// on a phone it stands alone.
const Parked = ({ parked, isAside }) => {
  if (parked.length === 0) return null;
  const [them, link] = parked.length === 1 ? ["it in Gmail: it", "The link opens"] : ["them in Gmail: one of them", "The links open"];
  return html`<div class=${isAside ? "parked aside" : "parked"}><${Notice} tone="warn" title=${parked.length === 1 ? "A mail in the mailbox could not be read" : `${parked.length} mails in the mailbox could not be read`}>
    <p>Please look at ${them} may be an answer. ${link} the account that this browser is signed in to first.</p>
    <ul>${parked.map((mail) => html`<li key=${mail.gmail_id}><a href=${`https://mail.google.com/mail/u/0/#all/${mail.gmail_id}`} target="_blank" rel="noopener noreferrer">Open in Gmail<span class="hidden-words"> in a new tab</span></a>, seen <${Time} at=${mail.seen_at} />: ${mail.why}</li>`)}</ul>
  <//></div>`;
};
