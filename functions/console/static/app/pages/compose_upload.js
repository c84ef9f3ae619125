// Sends a long shortlist up in parts; it goes on where it was, after a lost connection and after a reload.
import { get, post, put, remove } from "../api.js";
import { useCallback, useRef, useState } from "../html.js";
import { fileOf } from "./compose_list.js";

const AT = "enqueue_campaign/uploads";
// Waits between tries of a part, in milliseconds; then the user is asked.
const PAUSES = [1_000, 3_000, 8_000, 20_000];
const PASSING = ["offline", "unavailable", "rate-limited"];

// Returns {start, cancel, state}; state: null, or {sent, of, error, waiting}. start(list, open?) returns the list with
// its `upload`; open: the id of an upload that was begun with the same file.
export function useUpload() {
  const [state, put] = useState(null);
  const control = useRef(null);
  const open = useRef(null);

  const start = useCallback(async (list, begun, onOpen) => {
    control.current?.abort();
    control.current = new AbortController();
    put({ sent: 0, of: 0, error: null });
    try {
      const done = await sendUp(list, begun, control.current.signal, put, (id) => ((open.current = id), onOpen(id)));
      put(null);
      return { ...list, upload: done, open: done };
    } catch (error) {
      put((old) => (error.name === "AbortError" ? null : { ...old, waiting: false, error }));
      return null;
    }
  }, []);

  const cancel = useCallback(async () => {
    control.current?.abort();
    put(null);
    const id = open.current;
    open.current = null;
    // It ends by itself in a day; nothing hangs on this.
    if (id) await remove(`${AT}/${id}`).catch(() => {});
  }, []);

  return { start, cancel, state };
}

async function sendUp(list, begun, signal, tell, onOpen) {
  const { format, blob } = fileOf(list);
  let upload = begun && (await get(`${AT}/${begun}`, undefined, signal).catch((error) => {
    if (error.kind === "not-found") return null;
    throw error;
  }));
  if (!upload || upload.bytes !== blob.size) upload = await post(AT, { format, bytes: blob.size }, undefined, signal);
  onOpen(upload.id);
  while (upload.missing.length > 0) {
    for (const number of upload.missing) {
      // Counted by what is there, for a list of missing parts may be cut off.
      tell({ sent: upload.parts - upload.missing.length + upload.missing.indexOf(number), of: upload.parts, error: null });
      const part = blob.slice(number * upload.part_bytes, (number + 1) * upload.part_bytes);
      await persistently(async () => put(`${AT}/${upload.id}/parts/${number}`, await part.arrayBuffer(), signal), signal, tell);
    }
    upload = await persistently(() => get(`${AT}/${upload.id}`, undefined, signal), signal, tell);
  }
  return upload.id;
}

async function persistently(deed, signal, tell) {
  for (let tried = 0; ; tried += 1) {
    try {
      return await deed();
    } catch (error) {
      if (!PASSING.includes(error.kind) || tried >= PAUSES.length) throw error;
      tell((old) => ({ ...old, waiting: true }));
      await rest(Math.max(PAUSES[tried], error.retryAfter * 1000), signal);
    }
  }
}

function rest(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const ended = () => (clearTimeout(timer), reject(new DOMException("ended", "AbortError")));
    const timer = setTimeout(() => (signal.removeEventListener("abort", ended), removeEventListener("online", again), resolve()), milliseconds);
    const again = () => (clearTimeout(timer), signal.removeEventListener("abort", ended), removeEventListener("online", again), resolve());
    signal.addEventListener("abort", ended, { once: true });
    addEventListener("online", again, { once: true });
  });
}
