// Calls of the interface. An answer that is no success is thrown as an ApiError: a problem (RFC 9457) in words.
import { config } from "./config.js";
import { signOut, token } from "./session.js";

export class ApiError extends Error {
  // kind: the last word of the problem's type, "offline" when nobody answered. faults: [{field, why, line?}].
  // now: what there is instead, with a conflict. retryAfter: in seconds.
  constructor({ kind, status = 0, detail, faults = [], now = null, retryAfter = 0 }) {
    super(detail || WORDS[kind] || "Something went wrong on our side.");
    Object.assign(this, { kind, status, faults, now, retryAfter });
  }
}

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
  const headers = { Authorization: `Bearer ${token()}` };
  if (tag) headers["If-Match"] = tag;
  const isRaw = body instanceof Blob || body instanceof ArrayBuffer || ArrayBuffer.isView(body);
  if (body !== undefined && !isRaw) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(url, {
      method, headers, signal, cache: "no-store", credentials: "omit", redirect: "error",
      body: body === undefined || isRaw ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError({ kind: "offline" });
  }
  if (answer.ok) return { data: await json(answer), tag: answer.headers.get("ETag") };
  throw await problem(answer);
}

export const get = async (path, query, signal) => (await call("GET", path, { query, signal })).data;
export const post = async (path, body, query, signal) => (await call("POST", path, { body, query, signal })).data;
export const patch = async (path, body, tag) => (await call("PATCH", path, { body, tag })).data;
export const put = async (path, body, signal) => (await call("PUT", path, { body, signal })).data;
export const remove = async (path) => (await call("DELETE", path)).data;

// Saves an answer as a file; the token goes in a header, so that a link alone would not do.
export async function download(path, name) {
  const answer = await fetch(`${config.base}/${path}`, { headers: { Authorization: `Bearer ${token()}` } });
  if (!answer.ok) throw await problem(answer);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
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
