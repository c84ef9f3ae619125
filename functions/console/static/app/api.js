// Calls of the interface. An answer that is no success is thrown as an ApiError: a problem (RFC 9457) in words.
import { config } from "./config.js";
import { signOut, token } from "./session.js";

export class ApiError extends Error {
  // kind: the last word of the problem's type, "offline" when nobody answered. faults: [{field, why, line?}].
  // now: what there is instead, with a conflict. retryAfter: in seconds.
  constructor({ kind, status = 0, detail, faults = [], now = null, retryAfter = 0 }) {
    super(asSentence(detail) || WORDS[kind] || "Something went wrong on our side.");
    Object.assign(this, { kind, status, faults, now, retryAfter });
  }
}

const asSentence = (words) => words && words[0].toUpperCase() + words.slice(1);

const WORDS = {
  offline: "There is no connection. What you see may be old.",
  "rate-limited": "That was often. Please wait a moment.",
  unavailable: "The service does not answer just now. Please try again in a moment.",
};

// Returns {data, tag} of a call; data is null where the answer has no JSON. body: made JSON, bytes go as they are.
export async function call(method, path, { body, query, tag, signal } = {}) {
  const url = new URL(`${config.base}/${path}`);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, value);
  }
  const headers = tag ? { "If-Match": tag } : {};
  const isRaw = body instanceof Blob || body instanceof ArrayBuffer || ArrayBuffer.isView(body);
  if (body !== undefined && !isRaw) headers["Content-Type"] = "application/json";
  const answer = await answered(url, { method, headers, signal, body: body === undefined || isRaw ? body : JSON.stringify(body) });
  return { data: await json(answer), tag: answer.headers.get("ETag") };
}

// Returns the answer to a request; an ApiError where it is no success, or where nobody answered.
async function answered(url, { headers, ...more } = {}) {
  const answer = await reached(url, {
    cache: "no-store", credentials: "omit", redirect: "error", headers: { Authorization: `Bearer ${token()}`, ...headers }, ...more,
  });
  if (!answer.ok) throw await problem(answer);
  return answer;
}

// Looking does no harm twice: a connection that breaks now and then is tried again before anybody hears of it.
async function reached(url, request) {
  const pauses = (request.method ?? "GET") === "GET" ? [300, 1_500] : [];
  for (;;) {
    try {
      return await fetch(url, request);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      if (pauses.length === 0 || !navigator.onLine) throw new ApiError({ kind: "offline" });
      await new Promise((done) => setTimeout(done, pauses.shift()));
    }
  }
}

export const get = async (path, query, signal) => (await call("GET", path, { query, signal })).data;
export const post = async (path, body, query, signal) => (await call("POST", path, { body, query, signal })).data;
export const patch = async (path, body, tag) => (await call("PATCH", path, { body, tag })).data;
export const put = async (path, body, signal) => (await call("PUT", path, { body, signal })).data;
export const remove = async (path) => (await call("DELETE", path)).data;

// Saves an answer as a file; the token goes in a header, so that a link alone would not do.
export async function download(path, name) {
  save(await (await answered(`${config.base}/${path}`)).blob(), name);
}

// Saves text or a blob as a file.
export function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Returns an answer that is no JSON.
export async function text(path) {
  return (await answered(`${config.base}/${path}`)).text();
}

// Reads an answer of JSON lines as it comes, however long it is; each: (line) => ..., called for one after the other.
export async function lines(path, each, signal) {
  const answer = await answered(`${config.base}/${path}`, { signal });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const parts = (rest + (value ?? "")).split("\n");
    rest = done ? "" : parts.pop();
    for (const part of parts) if (part) each(JSON.parse(part));
    if (done) return;
  }
}

async function json(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  return type.includes("json") ? answer.json() : null;
}

async function problem(answer) {
  const told = (await json(answer).catch(() => null)) ?? {};
  const kind = (told.type ?? "").split(":").pop() || String(answer.status);
  // The token has expired or means nothing: one signs in again, and is back on the same page.
  if (answer.status === 401) signOut();
  return new ApiError({
    kind, status: answer.status, detail: told.detail, faults: told.faults, now: told.now,
    retryAfter: Number(answer.headers.get("Retry-After") ?? 0),
  });
}
