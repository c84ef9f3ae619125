// The plan of a campaign that is written: made by a dry run, kept until something changes, and counted up.
import { post } from "../api.js";
import { useCallback, useMemo, useRef, useState } from "../html.js";
import { atTime, isoDay, onDay } from "../times.js";
import { candidatesOf } from "./compose_list.js";
import { inOurWords } from "./compose_parts.js";

export const bodyOf = (request, list) => ({ ...request, ...candidatesOf(list) });

// Returns {data, error, busy, old, run, put}; old: something was changed since. put: takes a plan that came otherwise.
export function usePlan(request, list) {
  const [state, set] = useState({ data: null, error: null, busy: false, of: null });
  const mark = useMemo(() => ({}), [request, list?.key, list?.upload, list?.count]);
  const now = useRef({});
  now.current = { request, list, mark };
  const running = useRef(null);
  const run = useCallback(async () => {
    running.current?.abort();
    const control = (running.current = new AbortController());
    const { request: asked, list: of, mark: at } = now.current;
    set((before) => ({ ...before, busy: true, error: null }));
    try {
      const data = await post("enqueue_campaign", bodyOf(asked, of), { dry_run: true }, control.signal);
      set({ data, error: null, busy: false, of: at });
    } catch (error) {
      if (error.name !== "AbortError") set((before) => ({ ...before, error: explained(error), busy: false, of: at }));
    }
  }, []);
  const put = useCallback((data) => set({ data, error: null, busy: false, of: now.current.mark }), []);
  const old = state.of !== mark;
  // An error is of what was asked then; what is mended meanwhile is not wrong any more.
  return { ...state, error: old ? null : state.error, old, run, put };
}

// The faults in words of this page; that a short name is taken is a fault of its field.
function explained(error) {
  error.faults = (error.faults ?? []).map(inOurWords);
  if (error.message.toLowerCase().startsWith("there is another campaign")) error.faults = [{ field: "id", why: "Another campaign has this short name: choose another one." }];
  return error;
}

// Returns {mails, count, first, last, days: [{date, total, mails: {step: n}}]} of a plan.
export function countedUp(plan) {
  const days = plan.calendar ?? calendarOf(plan.candidates);
  const sum = (mails) => Object.values(mails).reduce((total, one) => total + one, 0);
  let [first, last] = [null, null];
  for (const { slots } of plan.candidates) {
    for (const { due } of slots) {
      if (!first || due < first) first = due;
      if (!last || due > last) last = due;
    }
  }
  const counted = days.map((day) => ({ ...day, total: sum(day.mails) }));
  const isWhole = (plan.count ?? plan.candidates.length) === plan.candidates.length;
  return {
    count: plan.count ?? plan.candidates.length, mails: counted.reduce((total, day) => total + day.total, 0), first, last, days: counted,
    // The times of a long list's later candidates are known by their day alone.
    isWhole, lastInWords: last && (isWhole ? atTime(last) : onDay(counted.at(-1).date)), left: plan.skipped_count ?? plan.skipped.length,
  };
}

// The day of a mail is that of the mailbox's calendar, which the planner tells.
export const dayOf = (slot) => slot.day || isoDay(slot.due);

function calendarOf(candidates) {
  const days = new Map();
  for (const { slots } of candidates) {
    for (const slot of slots) {
      const date = dayOf(slot);
      if (!days.has(date)) days.set(date, {});
      days.get(date)[slot.step] = (days.get(date)[slot.step] ?? 0) + 1;
    }
  }
  return [...days].sort(([one], [other]) => (one < other ? -1 : 1)).map(([date, mails]) => ({ date, mails }));
}

// Says in lines what is another way in a plan that came in place of one that was seen.
export function differences(before, after) {
  const [one, other] = [countedUp(before), countedUp(after)];
  const found = [];
  if (one.count !== other.count) found.push(["candidates", one.count, other.count]);
  if (one.mails !== other.mails) found.push(["mails", one.mails, other.mails]);
  if (one.left !== other.left) found.push(["left out", one.left, other.left]);
  const times = new Map(before.candidates.map(({ index, slots }) => [index, slots]));
  const moved = after.candidates.filter(({ index, slots }) => {
    const seen = times.get(index);
    return seen && slots.some((slot, at) => seen[at] && Math.abs(new Date(slot.due) - new Date(seen[at].due)) > 60_000);
  });
  return { figures: found, moved: moved.length, first: [one.first, other.first], last: [one.last, other.last] };
}
