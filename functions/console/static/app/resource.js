// What a page shows of the interface: loaded, kept while it is loaded again, and looked at again while it is seen.
import { useCallback, useEffect, useRef, useState } from "./html.js";

// Returns {data, error, loading, stale, reload, set}. load(signal) -> data; inputs: what it depends on, null for not
// yet; every: milliseconds between two looks while the page is seen, or a function (data) -> milliseconds (0: no more).
export function useResource(load, inputs, { every = 0 } = {}) {
  const [state, put] = useState({ data: null, error: null, loading: true });
  const turn = useRef(0);
  const loading = useRef(load);
  loading.current = load;

  const look = useCallback(async (keep, signal) => {
    const own = ++turn.current;
    put((old) => ({ data: keep ? old.data : null, error: keep ? old.error : null, loading: true }));
    try {
      const data = await loading.current(signal);
      if (own === turn.current) put({ data, error: null, loading: false });
    } catch (error) {
      if (own === turn.current && error.name !== "AbortError") put((old) => ({ ...old, error, loading: false }));
    }
  }, []);

  useEffect(() => {
    if (inputs === null) return undefined;
    const control = new AbortController();
    look(false, control.signal);
    return () => (turn.current++, control.abort());
  }, inputs ?? [null]);

  const pause = typeof every === "function" ? (state.data === null ? 0 : every(state.data)) : every;
  useEffect(() => {
    if (!pause || inputs === null) return undefined;
    // After errors less often, so that a service in trouble is left in peace.
    const wait = state.error ? Math.max(pause, state.error.retryAfter * 1000, 15_000) : pause;
    const again = () => document.visibilityState === "visible" && look(true);
    const timer = setInterval(again, wait);
    document.addEventListener("visibilitychange", again);
    addEventListener("online", again);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
      removeEventListener("online", again);
    };
  }, [pause, Boolean(state.error), ...(inputs ?? [null])]);

  const reload = useCallback(() => look(true), [look]);
  const set = useCallback((data) => (turn.current++, put({ data, error: null, loading: false })), []);
  return { ...state, stale: state.data !== null && state.error !== null, reload, set };
}

// Returns {run, busy, error, clear}: run does a deed once at a time, and returns what came of it, undefined for an error.
export function useDeed(deed) {
  const [state, put] = useState({ busy: false, error: null });
  const running = useRef(false);
  const doing = useRef(deed);
  doing.current = deed;
  const run = useCallback(async (...given) => {
    if (running.current) return undefined;
    running.current = true;
    put({ busy: true, error: null });
    try {
      const result = await doing.current(...given);
      put({ busy: false, error: null });
      return result ?? null;
    } catch (error) {
      put({ busy: false, error });
      return undefined;
    } finally {
      running.current = false;
    }
  }, []);
  return { ...state, run, clear: useCallback(() => put({ busy: false, error: null }), []) };
}

// Returns a value once it has rested for some milliseconds.
export function useRested(value, milliseconds) {
  const [rested, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return rested;
}
