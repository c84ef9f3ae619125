// Which part of a campaign that is written a fault belongs to, and what is done.
import { begins } from "./compose_draft.js";

const SENDER = new Set([
  "id", "mailbox", "name", "timezone", "window", "cc", "reply_to", "signature", "stop_on_own_answer", "stop_elsewhere", "stop_colleagues",
]);

// A column of a CSV may be called like a field of the request: with a line it is a cell.
export function partOf({ field, line }) {
  const [first] = (field ?? "").split(/[.[]/);
  if (line) return "shortlist";
  if (first === "steps") return "messages";
  if (first === "contacted") return "plan";
  return SENDER.has(first) ? "sender" : "shortlist";
}

// Returns what is not there yet, in words, by part.
export function lacking(draft, list) {
  const numbered = draft.steps.map((step, index) => [`Message ${index + 1}`, begins(step, index), step.wordings]);
  return {
    sender: [
      !draft.mailbox && "a mailbox is not chosen", !draft.name.trim() && "the campaign has no name",
      !draft.id && "it has no short name", !draft.timezone && "it has no time zone",
    ].filter(Boolean),
    shortlist: [
      !list && "there is no list", list?.count === 0 && "the list is empty", list?.faults.length > 0 && "the list has to be mended",
      list?.large && !list.upload && list.faults.length === 0 && "the list is not up yet",
    ].filter(Boolean),
    messages: numbered.flatMap(([name, hasSubject, wordings]) => [
      hasSubject && !wordings[0].subject.trim() && `${name} has no subject`,
      wordings.some((one) => !one.text.trim() && !one.html.trim()) && `${name} has no text`,
    ]).filter(Boolean),
  };
}

export function doneParts(draft, list, plan) {
  const { sender, shortlist, messages } = lacking(draft, list);
  return {
    sender: sender.length === 0, shortlist: shortlist.length === 0, messages: messages.length === 0,
    plan: Boolean(plan.data && !plan.old), launch: false,
  };
}

// Finds the faults of a field in words: (field) => words or undefined. tried: whether what is merely missing counts yet.
export const finder = (faults, tried = true) => (...fields) => {
  const found = faults.filter((one) => fields.includes(one.field) && !one.line && (tried || !isMissing(one)));
  return [...new Set(found.map((one) => one.why))].join("; ") || undefined;
};

export const isMissing = ({ why }) => /^is missing|is needed|says nothing of its own/.test(why);

const NAMES = { id: "Short name", mailbox: "Mailbox", name: "Name", timezone: "Time zone", window: "Hours", cc: "Copy to", reply_to: "Answers also to" };
// "steps[0].subject" is "Message 1, subject" to who wrote it.
export function placeOf({ field, line }) {
  if (line) return field === "shortlist" ? "" : field;
  const step = /^steps\[(\d+)\](?:\.variants\[(\d+)\])?(?:\.(\w+))?/.exec(field);
  if (step) return [`Message ${Number(step[1]) + 1}`, step[2] && `wording ${"ABCDEFGHIJ"[step[2]]}`, step[3]].filter(Boolean).join(", ");
  const candidate = /^candidates\[(\d+)\](?:\.(\w+))?/.exec(field);
  if (candidate) return [`Candidate ${Number(candidate[1]) + 1}`, candidate[2]].filter(Boolean).join(", ");
  return NAMES[field.split(/[.[]/)[0]] ?? field;
}

// Returns a fault whose words name the places as they are called here.
export const inOurWords = (fault) => ({ ...fault, why: fault.why.replace(/steps\[\d+\](\.variants\[\d+\])?(\.\w+)?/g, (field) => `“${placeOf({ field })}”`) });
