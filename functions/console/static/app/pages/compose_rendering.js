// The mails of a campaign while it is typed, as the interface would write them for one candidate.
import { post } from "../api.js";
import { useEffect, useState } from "../html.js";
import { useRested } from "../resource.js";
import { inOurWords } from "./compose_parts.js";

const REST = 500;
const TRIES_AGAIN = 5_000;

// Returns {data, error, busy}; data is the last one that came, however old. body: of the request, with one candidate.
export function useRendering(body) {
  const wanted = JSON.stringify(body);
  const rested = useRested(wanted, REST);
  const [turn, again] = useState(0);
  const [state, put] = useState({ data: null, error: null, of: null });
  useEffect(() => {
    const control = new AbortController();
    let timer;
    post("enqueue_campaign/rendering", JSON.parse(rested), undefined, control.signal).then(
      (data) => put({ data: { ...data, faults: data.faults.map(inOurWords) }, error: null, of: rested }),
      (error) => {
        if (error.name === "AbortError") return;
        put((old) => ({ ...old, error, of: rested }));
        timer = setTimeout(() => again((old) => old + 1), Math.max(TRIES_AGAIN, error.retryAfter * 1000));
      },
    );
    return () => (control.abort(), clearTimeout(timer));
  }, [rested, turn]);
  return { data: state.data, error: state.error, busy: state.of !== wanted };
}
