// Keeps what is being written in this tab, so that a reload or an ended session loses nothing; each user has their own.
import { useCallback, useEffect, useRef, useState } from "../html.js";
import { emptyDraft, isBlank } from "./compose_draft.js";
import { listOfCandidates, listOfText } from "./compose_list.js";

// A longer shortlist is not kept: of its file the first rows are, so that mails can still be looked at.
const KEPT_LENGTH = 1_000_000;
const KEPT_ROWS = 20;
const REST = 300;

const keyOf = ({ org, user }) => `outreach.draft.${org}.${user}`;

function keptList(list) {
  if (!list) return null;
  const { form, name, size, modified, key } = list;
  const small = !list.large && (form === "csv" ? list.text.length : JSON.stringify(list.candidates).length) < KEPT_LENGTH;
  if (small) return { form, name, size, modified, key, text: list.text, candidates: list.candidates, typed: list.typed };
  const { columns, count, upload, open } = list;
  return { form, name, size, modified, key, columns, count, upload, open, rows: list.rows.slice(0, KEPT_ROWS), partly: true };
}

async function listOfKept(kept) {
  if (!kept) return null;
  if (kept.partly) return { ...kept, large: true, emails: kept.rows.map((row) => row.email), faults: [], notes: [], renamed: [] };
  const list = kept.form === "csv" ? await listOfText(kept.text) : listOfCandidates(kept.candidates);
  const { name, size, modified, key, typed } = kept;
  return { ...list, name, size, modified, key, typed };
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

// Writes as much as there is room for; returns what did not fit.
function write(key, draft, list) {
  const kept = keptList(list);
  const withoutFiles = { ...draft, steps: draft.steps.map((step) => ({ ...step, files: [] })) };
  const tries = [["", { draft, list: kept }], ["attachments", { draft: withoutFiles, list: kept }], ["attachments and shortlist", { draft: withoutFiles, list: null }]];
  for (const [lost, state] of tries) {
    try {
      sessionStorage.setItem(key, JSON.stringify(state));
      return lost;
    } catch {
      continue;
    }
  }
  return "everything";
}

// Returns {draft, list, change, setList, clear, lost, ready}. change: takes the fields that are new, or a function.
export function useDraft(session) {
  const key = keyOf(session);
  const [draft, setDraft] = useState(() => ({ ...emptyDraft(), ...read(key)?.draft }));
  const [list, setList] = useState(null);
  const [ready, setReady] = useState(false);
  const [lost, setLost] = useState("");
  const now = useRef({});
  now.current = { draft, list };

  useEffect(() => {
    let off = false;
    listOfKept(read(key)?.list).then((found) => off || (found && setList(found), setReady(true)), () => setReady(true));
    return () => (off = true);
  }, [key]);

  const save = useCallback(() => {
    const { draft: one, list: other } = now.current;
    if (isBlank(one, other) && !one.mailbox) sessionStorage.removeItem(key);
    else setLost(write(key, one, other));
  }, [key]);
  useEffect(() => {
    if (!ready) return undefined;
    const timer = setTimeout(save, REST);
    return () => clearTimeout(timer);
  }, [draft, list, ready]);
  const done = useRef(false);
  useEffect(() => {
    // Whoever leaves for another page within the rest loses nothing either.
    const leave = () => ready && !done.current && save();
    addEventListener("pagehide", leave);
    return () => (removeEventListener("pagehide", leave), leave());
  }, [ready, save]);

  const change = useCallback((part) => setDraft((old) => ({ ...old, ...(typeof part === "function" ? part(old) : part) })), []);
  const clear = useCallback((kept = {}) => (setDraft({ ...emptyDraft(), ...kept }), setList(null)), []);
  // What was launched is not kept any more.
  const forget = useCallback(() => ((done.current = true), sessionStorage.removeItem(key)), [key]);
  return { draft, list, change, setList, clear, forget, lost, ready };
}
