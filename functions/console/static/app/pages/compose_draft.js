// What a campaign is while it is written: its shape, where it waits for a reload, and the request it becomes.
import { ownZone } from "../times.js";
import { fromDelay, toDelay } from "./compose_delays.js";
import { fromWindow, OFFICE, toWindow } from "./compose_hours_model.js";

export const PARTS = [
  ["sender", "Sender"], ["shortlist", "Shortlist"], ["messages", "Messages"], ["plan", "Plan"], ["launch", "Launch"],
];
const LETTERS = "abcdefghij";
export const WORDING_LIMIT = LETTERS.length;
export const STEP_LIMIT = 20;

let number = 0;
// A key for a list that is drawn: it stays with a step wherever it is moved.
const newKey = () => `${Date.now().toString(36)}-${++number}`;

// wordings: one, or two and more that candidates are given by chance; files: [{name, type, size, content: base64}].
export const newStep = (id, more = {}) => ({
  key: newKey(), id, thread: "reply", delay: { count: "3", unit: "business" }, wordings: [newWording()], files: [], ...more,
});
export const newWording = (more = {}) => ({ key: newKey(), id: "", subject: "", text: "", html: "", ...more });

export const emptyDraft = () => ({
  mailbox: "", name: "", id: "", ownId: false, timezone: ownZone, hours: { ...OFFICE },
  steps: [newStep("intro", { thread: "new", delay: { count: "0", unit: "days" } })],
  cc: "", reply_to: "", signature: true, stop_on_own_answer: true, stop_elsewhere: false, stop_colleagues: false,
  contacted: { action: "skip", reason: "" },
});

// "Engineers, autumn" becomes "engineers-autumn"
export const idOf = (name) => name.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").toLowerCase()
  .replace(/[^a-z0-9]+/g, "-").slice(0, 60).replace(/^-+|-+$/g, "");

// A name for a further step that no other has.
export function freeStepId(steps) {
  for (let count = steps.length; ; count += 1) {
    const id = `follow-up-${count}`;
    if (!steps.some((one) => one.id === id)) return id;
  }
}

export const addresses = (text) => text.split(/[\s,;]+/).filter(Boolean);

// Says whether anything was written that would be missed.
export const isBlank = (draft, list) => !list && !draft.name
  && draft.steps.every((step) => step.files.length === 0
    && step.wordings.every((one) => !one.subject && !one.text && !one.html));

// The first message begins a thread wherever it stood before.
export const begins = (step, index) => index === 0 || step.thread === "new";

// Returns the step of a request. content: (file) => its content; a look at the mails does without the contents.
export function stepOf(step, index, content = (file) => file.content) {
  const [own] = step.wordings;
  const several = step.wordings.length > 1;
  return {
    id: step.id, delay: toDelay(step.delay), thread: begins(step, index) ? "new" : "reply", ...words(own, begins(step, index)),
    ...(several && { variants: step.wordings.map((one, place) => ({ id: one.id || LETTERS[place], ...words(one, begins(step, index)) })) }),
    ...(step.files.length > 0 && {
      attachments: step.files.map((file) => ({ name: file.name, type: file.type, content: content(file) })),
    }),
  };
}

const words = (one, hasSubject) => ({
  ...(one.subject && hasSubject && { subject: one.subject }),
  ...(one.text && { text: one.text }), ...(one.html && { html: one.html }),
});

// Returns the request without its candidates.
export function requestOf(draft, content) {
  const { action, reason } = draft.contacted;
  return {
    id: draft.id, mailbox: draft.mailbox, name: draft.name.trim(), timezone: draft.timezone, window: toWindow(draft.hours),
    steps: draft.steps.map((step, index) => stepOf(step, index, content)),
    cc: addresses(draft.cc), reply_to: addresses(draft.reply_to), signature: draft.signature,
    stop_on_own_answer: draft.stop_on_own_answer, stop_elsewhere: draft.stop_elsewhere,
    stop_colleagues: draft.stop_colleagues,
    ...(action === "continue" && { contacted: { action, reason: reason.trim() } }),
  };
}

// Stands for a file's content where only its name matters.
export const noContent = () => "AA==";

// Returns a step as it is edited, of a request, an export, or a campaign that runs.
export function stepFrom(asked, index) {
  const several = asked.variants ?? [];
  const base = { subject: asked.subject ?? "", text: asked.text ?? "", html: asked.html ?? "" };
  const merged = (one) => ({
    id: one.id, subject: one.subject || base.subject,
    // A body stands for the step's whole body.
    ...(one.text || one.html ? { text: one.text ?? "", html: one.html ?? "" } : { text: base.text, html: base.html }),
  });
  return newStep(asked.id ?? `step-${index + 1}`, {
    thread: asked.thread === "new" ? "new" : "reply",
    delay: fromDelay(asked.delay, asked.business_days),
    wordings: several.length ? several.map((one) => newWording(merged(one))) : [newWording(base)],
    files: (asked.attachments ?? []).filter((one) => one.content).map(({ name, type, content }) => ({
      name, type, content, size: Math.floor((content.length * 3) / 4) - (content.match(/=+$/)?.[0].length ?? 0),
    })),
  });
}

// Returns the draft of an exported campaign or of a request; it gets a new id, for the old one is taken.
export function draftFrom(asked, mailboxes = []) {
  const name = String(asked.name ?? "");
  const flag = (field, usual) => (typeof asked[field] === "boolean" ? asked[field] : usual);
  return {
    ...emptyDraft(),
    mailbox: mailboxes.includes(asked.mailbox) ? asked.mailbox : "",
    name, id: idOf(name), ownId: false, timezone: asked.timezone || ownZone, hours: fromWindow(asked.window),
    steps: (asked.steps ?? []).map(stepFrom),
    cc: (asked.cc ?? []).join(", "), reply_to: (asked.reply_to ?? []).join(", "),
    signature: flag("signature", true), stop_on_own_answer: flag("stop_on_own_answer", true),
    stop_elsewhere: flag("stop_elsewhere", false), stop_colleagues: flag("stop_colleagues", false),
    contacted: { action: asked.contacted?.action === "continue" ? "continue" : "skip", reason: asked.contacted?.reason ?? "" },
  };
}
