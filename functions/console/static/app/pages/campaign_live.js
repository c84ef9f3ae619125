// How a campaign is kept up to date while it is seen: a cheap look every few seconds, and the rest only when that
// showed a change.
import { get } from "../api.js";
import { useCallback, useEffect, useRef, useState } from "../html.js";
import { useResource } from "../resource.js";
import { say } from "../ui/toasts.js";

const QUICK = 4_000;
const CALM = 10_000;
const OVER = 30_000;
// So many looks without a change, then it is looked at less often.
const STILL = 20;
const COMING = ["waiting", "sending", "uncertain"];

// Says whether nobody is left to whom anything could go out.
export const isOver = ({ status, figures }) =>
  status === "cancelled" || COMING.every((name) => figures[name] === 0);

// Returns {campaign, pulse, beat, latest, touch}: the campaign with its newest figures; beat: goes up with every
// change; latest: id of the latest answer; touch: to be called after a deed of one's own.
export function useLive(id) {
  const campaign = useResource((signal) => get(`campaigns/${id}`, {}, signal), [id]);
  const [state, set] = useState({ beat: 0, pace: QUICK, still: 0 });
  const pulse = useResource((signal) => get(`campaigns/${id}/pulse`, {}, signal), [id], { every: state.pace });
  const before = useRef(null);

  useEffect(() => {
    const now = pulse.data;
    if (now === null) return;
    const old = before.current;
    before.current = now;
    const changed = old !== null && JSON.stringify(old) !== JSON.stringify(now);
    set(({ beat, still }) => {
      const calm = changed ? 0 : still + 1;
      return { beat: changed ? beat + 1 : beat, still: calm, pace: isOver(now) ? OVER : calm > STILL ? CALM : QUICK };
    });
    if (changed && isAnotherState(old, now)) campaign.reload();
    if (old !== null && isNewer(now.latest, old.latest)) say("A new answer has come.", "info");
  }, [pulse.data]);

  const touch = useCallback(() => (campaign.reload(), pulse.reload()), []);
  const data = campaign.data && { ...campaign.data, ...pulse.data };
  return { campaign: { ...campaign, data }, pulse, beat: state.beat, latest: pulse.data?.latest?.id ?? null, touch };
}

const isAnotherState = (old, now) =>
  ["status", "why", "revision", "planning"].some((name) => old[name] !== now[name]) || old.latest?.id !== now.latest?.id;

const isNewer = (now, old) => Boolean(now) && now.id !== old?.id && (!old || now.received_at >= old.received_at);

// Loads again when `beat` has changed, but not more often than every `pause` milliseconds: what costs many counts.
export function useFollowing(reload, beat, pause = 10_000) {
  const last = useRef({ beat, at: Date.now() });
  useEffect(() => {
    if (last.current.beat === beat) return undefined;
    const wait = Math.max(0, last.current.at + pause - Date.now());
    const timer = setTimeout(() => {
      last.current = { beat, at: Date.now() };
      reload();
    }, wait);
    return () => clearTimeout(timer);
  }, [beat]);
}
