// The steps of a campaign that runs, on their way into the editor and back into a request.
import { stepFrom, stepOf } from "./compose_draft.js";

const words = (step) => JSON.stringify(step.wordings.map(({ subject, text, html }) => [subject, text, html]));
const delay = (step) => `${step.delay.count} ${step.delay.unit}`;

// original: the step as it is in the campaign; kept: its files, whose contents are not here.
export const stepsOf = (steps) => steps.map((step, index) => {
  const edited = stepFrom(step, index);
  return { ...edited, original: step, kept: step.attachments ?? [], before: { words: words(edited), delay: delay(edited), thread: edited.thread } };
});

// Returns the steps of a request: words that nobody touched go back as they came, so that they count as the same.
export const askedSteps = (steps, content) => steps.map((step, index) => {
  const { original, before } = step;
  if (!original) return stepOf(step, index, content);
  const asked = stepOf({ ...step, files: [] }, index);
  const same = words(step) === before.words ? untouched(original, asked) : asked;
  const thread = step.thread === before.thread ? original.thread : step.thread;
  const files = step.files.length > 0 || step.dropsFiles ? { attachments: stepOf(step, index, content).attachments ?? [] } : {};
  // A look at the mails asks of no stored file but that it is there.
  const stored = content && step.kept.length > 0 && !files.attachments
    ? { attachments: step.kept.map(({ name, type }) => ({ name, type, content: content() })) } : files;
  return { ...same, thread, ...stored };
});

function untouched(original, { id, delay: wait, thread }) {
  const { subject, text, html: source, variants = [] } = original;
  return {
    id, delay: wait, thread, ...(subject && { subject }), ...(text && { text }), ...(source && { html: source }),
    ...(variants.length > 0 && { variants }),
  };
}

export const isChanged = (steps, seen) => steps.length !== seen.length || steps.some((step) => !step.before || words(step) !== step.before.words
  || delay(step) !== step.before.delay || step.thread !== step.before.thread || step.files.length > 0 || step.dropsFiles);

// Says whether any wait is another one, so that candidates get new times.
export const retimed = (steps) => steps.some((step) => step.before && delay(step) !== step.before.delay);

// Returns what was typed here on top of what somebody else saved meanwhile.
export function mergedWith(mine, theirs) {
  const fresh = stepsOf(theirs);
  const found = fresh.map((step) => {
    const own = mine.find((one) => one.id === step.id);
    return own ? { ...own, original: step.original, kept: own.dropsFiles ? own.kept : step.kept, before: step.before } : step;
  });
  return [...found, ...mine.filter((one) => !one.original && !theirs.some((step) => step.id === one.id))];
}
