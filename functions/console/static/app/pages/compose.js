// A new campaign, from who writes to the launch: one page in five parts, each of which may be looked at at any time.
import { get } from "../api.js";
import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { useResource } from "../resource.js";
import { go, href, query } from "../router.js";
import { Button } from "../ui/forms.js";
import { Loaded, Notice } from "../ui/states.js";
import { PARTS, isBlank, requestOf } from "./compose_draft.js";
import { Launch } from "./compose_launch.js";
import { Messages } from "./compose_messages.js";
import { Plan } from "./compose_plan.js";
import { usePlan } from "./compose_planning.js";
import { Sender, usable } from "./compose_sender.js";
import { Shortlist } from "./compose_shortlist.js";
import { Start } from "./compose_start.js";
import { useDraft } from "./compose_store.js";
import { useUpload } from "./compose_upload.js";
import { doneParts, partOf } from "./compose_parts.js";

const SHOWN = { sender: Sender, shortlist: Shortlist, messages: Messages, plan: Plan, launch: Launch };
const known = (part) => (SHOWN[part] ? part : "sender");

// Which part is shown stands behind the path, so that "back" goes to the part before.
function usePart() {
  const [part, set] = useState(() => known(query().get("part")));
  useEffect(() => {
    const changed = () => set(known(query().get("part")));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return part;
}

export function Compose({ session }) {
  const mailboxes = useResource((signal) => get("mailboxes", undefined, signal), []);
  const kept = useDraft(session);
  return html`<${Loaded} of=${mailboxes} lines=${6}>${({ mailboxes: all }) => (kept.ready
    ? html`<${Composing} kept=${kept} session=${session} mailboxes=${all} />` : null)}<//>`;
}

// Where there is one mailbox only, nobody has to choose it.
function useOnlyMailbox({ draft, change }, mailboxes) {
  const offered = usable(mailboxes);
  useEffect(() => {
    if (!draft.mailbox && offered.length === 1) change({ mailbox: offered[0].id });
  }, [draft.mailbox, offered.length]);
}

// A part that was gone to is announced like a page of its own.
function useHeading(part) {
  const heading = useRef(null);
  const before = useRef(part);
  useEffect(() => {
    if (before.current === part) return;
    before.current = part;
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [part]);
  return heading;
}

// A browser asks by itself, in its own words, before it throws away what is not kept.
function useQuestionBeforeLeaving(isNeeded) {
  useEffect(() => {
    if (!isNeeded) return undefined;
    const ask = (event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isNeeded]);
}

// An upload that ended by itself is not up any more.
function useEndedUpload({ setList }, faults) {
  const isGone = faults.some((one) => one.field === "upload");
  useEffect(() => {
    if (isGone) setList((old) => old && { ...old, upload: undefined, open: undefined });
  }, [isGone]);
}

function Composing({ kept, session, mailboxes }) {
  const { draft, list, change } = kept;
  const part = usePart();
  const request = useMemo(() => requestOf(draft), [draft]);
  const plan = usePlan(request, list);
  const upload = useUpload();
  const faults = plan.error?.faults ?? [];
  const heading = useHeading(part);
  useOnlyMailbox(kept, mailboxes);
  useQuestionBeforeLeaving(Boolean(upload.state || kept.lost));
  useEndedUpload(kept, faults);
  const Part = SHOWN[part];
  return html`
    <div class="title"><h1 tabindex="-1">New campaign</h1>
      <${Start} kept=${kept} mailboxes=${mailboxes} blank=${isBlank(draft, list)} /></div>
    <${Parts} now=${part} done=${doneParts(draft, list, plan)} faults=${faults} />
    ${kept.lost && html`<${Notice} tone="warn" title="This tab has no room to keep everything">A reload would lose ${kept.lost}.<//>`}
    <section class="compose-part" aria-labelledby="part-heading">
      <h2 id="part-heading" tabindex="-1" ref=${heading}>${PARTS.find(([one]) => one === part)[1]}</h2>
      <${Part} draft=${draft} list=${list} change=${change} kept=${kept} request=${request} plan=${plan} upload=${upload}
        session=${session} mailboxes=${mailboxes} faults=${faults.filter((one) => partOf(one) === part)} />
    </section>
    <${Onward} now=${part} />`;
}

function Parts({ now, done, faults }) {
  return html`<nav class="parts" aria-label="Parts of the campaign"><ol>${PARTS.map(([part, words], index) => {
    const wrong = faults.filter((one) => partOf(one) === part).length;
    const state = wrong ? `${wrong === 1 ? "1 thing" : `${wrong} things`} to mend` : done[part] ? "done" : "";
    return html`<li key=${part}><a href=${href(`campaigns/new?part=${part}`)} aria-current=${part === now ? "step" : undefined}
        class=${wrong ? "wrong" : done[part] ? "done" : ""}>
      <span class="number" aria-hidden="true">${wrong ? "!" : done[part] ? "✓" : index + 1}</span>
      <span>${words}${state && html`<span class="hidden-words">, ${state}</span>`}</span></a></li>`;
  })}</ol></nav>`;
}

function Onward({ now }) {
  const at = PARTS.findIndex(([part]) => part === now);
  const [before, after] = [PARTS[at - 1], PARTS[at + 1]];
  const to = ([part]) => () => go(`campaigns/new?part=${part}`);
  return html`<div class="actions onward">
    ${before && html`<${Button} kind="back" onClick=${to(before)}>Back: ${before[1]}<//>`}
    ${after && html`<${Button} kind="primary" onClick=${to(after)}>Next: ${after[1]}<//>`}
  </div>`;
}
