// The editing of a thing that has a tag (ETag): what was typed stays, whatever becomes of the thing meanwhile.
import { call } from "./api.js";
import { useDeed, useResource } from "./resource.js";
import { useState } from "./html.js";
import { say } from "./ui/toasts.js";

// What was typed and not saved, by path; it outlasts a look at another page, and goes with this one.
const drafts = new Map();

// shape: (thing) => {field: value} as the form has it; body: ({field: value}) => what is sent of the changed fields.
// Returns {of, values, set, changed, save, discard, theirs}; theirs: [{field, before, now}] that others changed.
export function useEditing(path, shape, body) {
  const of = useResource((signal) => call("GET", path, { signal }), [path]);
  const [draft, putDraft] = useState(() => drafts.get(path) ?? {});
  const [theirs, setTheirs] = useState([]);
  const keep = (next) => (drafts.set(path, next), putDraft(next));
  const base = of.data ? shape(of.data.data) : {};
  const values = { ...base, ...draft };
  const changed = Object.keys(draft).filter((field) => draft[field] !== base[field]);
  const deed = useDeed(async () => {
    const asked = body(Object.fromEntries(changed.map((field) => [field, draft[field]])));
    try {
      of.set(await call("PATCH", path, { body: asked, tag: of.data.tag }));
    } catch (error) {
      if (error.status === 412) {
        const fresh = await call("GET", path);
        const now = shape(fresh.data);
        setTheirs(Object.keys(now).filter((field) => now[field] !== base[field])
          .map((field) => ({ field, before: base[field], now: now[field] })));
        of.set(fresh);
      }
      throw error;
    }
    keep({});
    setTheirs([]);
    say("Saved.");
  });
  return {
    of, values, changed, theirs, save: deed,
    set: (field, value) => keep({ ...draft, [field]: value }),
    discard: () => (keep({}), setTheirs([]), deed.clear()),
  };
}
