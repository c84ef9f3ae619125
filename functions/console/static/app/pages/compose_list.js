// Owns the shortlist in the browser: read from a file, from what was typed or from an export, with what is wrong with it.
import { asLine, asWritten, columnName, records, separatorOf } from "./compose_csv.js";

// Beyond these a shortlist goes up in parts; the interface takes no more at once.
const INLINE_ROWS = 10_000;
const INLINE_BYTES = 4_000_000;
const ROW_LIMIT = 100_000;
const FAULT_LIMIT = 200;
// So many rows are read before the page may draw again.
const BREATH = 5_000;
const OWN = new Set(["email", "timezone", "country"]);
const RESULT = "outreach_";
const ADDRESS = /^[^\s@"(),:;<>[\\\]]+@[^\s@.]+(\.[^\s@.]+)+$/;

// A shortlist: {form: "csv" | "candidates", name, size, modified, key, columns, count, rows: the first ones as objects,
// emails: of all, renamed: [[from, to]], notes, faults: [{field, why, line?}], large, and what is sent: text or candidates}.
export async function listOfFile(file, progress) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const notes = [];
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder("windows-1252").decode(bytes);
    notes.push("The file is not UTF-8; it was read as Windows-1252. Please look whether names with accents are right.");
  }
  const list = /^\s*[[{]/.test(text) ? listOfCandidates(candidatesIn(text)) : await listOfText(text, progress);
  const named = { name: file.name, size: file.size, modified: file.lastModified };
  return { ...list, ...named, notes: [...notes, ...list.notes], key: `${file.name}/${file.size}/${file.lastModified}` };
}

// What is not JSON here is a CSV that begins with a bracket, and told as such.
function candidatesIn(text) {
  const told = JSON.parse(text);
  return Array.isArray(told) ? told : told.candidates ?? [];
}

export async function listOfText(text, progress = () => {}) {
  const separator = separatorOf(text);
  const read = { rows: [], emails: [], faults: [], lines: [], seen: new Map(), zones: new Map(), columns: [], given: [], count: 0 };
  for (const record of records(text, separator)) {
    if (read.given.length === 0) takeHeader(read, record);
    else takeRow(read, record);
    if (read.count % BREATH === BREATH - 1) {
      progress(read.count);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  return listOf(read, text, separator);
}

function takeHeader(read, { line, cells }) {
  read.given = cells.map((cell) => cell.trim());
  read.columns = read.given.map((name) => (name.startsWith(RESULT) ? name : columnName(name)));
  if (!read.columns.includes("email")) {
    fault(read, { field: "email", line, why: "There is no column email. The first line names the columns." });
  }
  for (const name of new Set(read.columns)) {
    if (!name) fault(read, { field: "shortlist", line, why: "A column has no name." });
    else if (read.columns.filter((other) => other === name).length > 1) fault(read, { field: name, line, why: "Several columns have this name." });
  }
}

function takeRow(read, { line, cells }) {
  read.count += 1;
  if (cells.length !== read.columns.length) {
    fault(read, { field: "shortlist", line, why: `The line has ${cells.length} cells, the first line ${read.columns.length}.` });
  }
  const email = asWritten((cells[read.columns.indexOf("email")] ?? "").trim());
  takeAddress(read, email, line);
  takeZone(read, asWritten((cells[read.columns.indexOf("timezone")] ?? "").trim()), line);
  if (read.rows.length < INLINE_ROWS) {
    read.rows.push(Object.fromEntries(read.columns.map((name, at) => [name, asWritten((cells[at] ?? "").trim())])
      .filter(([name]) => !name.startsWith(RESULT))));
  }
}

// The zones that a list names, and what is wrong with each: a list has many rows and few zones.
function takeZone(read, zone, line) {
  if (!zone) return;
  if (!read.zones.has(zone)) read.zones.set(zone, zoneFault(zone));
  const why = read.zones.get(zone);
  if (why) fault(read, { field: "timezone", line, why });
}

function zoneFault(zone) {
  const no = `“${zone}” is no time zone; one is Europe/Berlin.`;
  if (!/^[A-Za-z]/.test(zone)) return no;
  try {
    const known = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
    // The interface minds capitals, the browser does not.
    return known !== zone && known.toLowerCase() === zone.toLowerCase() ? `“${zone}” is written ${known}.` : "";
  } catch {
    return no;
  }
}

function takeAddress(read, email, line) {
  read.emails.push(email);
  read.lines.push(line);
  const same = email.toLowerCase();
  if (!read.columns.includes("email")) return;
  if (!ADDRESS.test(email)) fault(read, { field: "email", line, why: email ? `“${email}” is no e-mail address.` : "The address is missing." });
  else if (read.seen.has(same)) fault(read, { field: "email", line, why: `The same address is on line ${read.seen.get(same)}.` });
  else read.seen.set(same, line);
}

function fault(read, one) {
  if (read.faults.length < FAULT_LIMIT) read.faults.push(one);
}

function listOf(read, text, separator) {
  const renamed = read.given.map((name, at) => [name, read.columns[at]]).filter(([from, to]) => from !== to);
  // The interface takes commas, and names that a template can use: another file is written anew.
  const same = separator === "," && renamed.length === 0;
  const sent = same ? text : [read.columns, ...[...records(text, separator)].slice(1).map((one) => one.cells)].map(asLine).join("");
  const notes = separator === "," ? [] : [`The cells are separated by ${separator === ";" ? "semicolons" : "tabs"}; that was understood.`];
  if (read.count > ROW_LIMIT) fault(read, { field: "shortlist", why: `There are ${read.count.toLocaleString("en")} rows; a campaign takes ${ROW_LIMIT.toLocaleString("en")}.` });
  return {
    form: "csv", text: sent, columns: read.columns.filter((name) => !name.startsWith(RESULT)), count: read.count,
    rows: read.rows, emails: read.emails, lines: read.lines, renamed, notes, faults: read.faults,
    large: read.count > INLINE_ROWS || sent.length > INLINE_BYTES,
  };
}

// Of an export or another request: candidates as they are, each may have words of their own.
export function listOfCandidates(given) {
  const candidates = given.filter((one) => one && typeof one === "object")
    .map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => !name.startsWith(RESULT))));
  const read = { columns: ["email"], faults: [], emails: [], lines: [], seen: new Map(), zones: new Map() };
  candidates.forEach((one, at) => {
    takeAddress(read, String(one.email ?? ""), at + 1);
    takeZone(read, String(one.timezone ?? ""), at + 1);
  });
  const columns = [...new Set(candidates.flatMap((one) => Object.keys(one)))].filter((name) => name !== "words");
  return {
    form: "candidates", candidates, columns, count: candidates.length, rows: candidates.slice(0, INLINE_ROWS),
    emails: read.emails, lines: null, renamed: [], notes: [], faults: read.faults.map((one) => ({ ...one, why: one.why.replace("on line", "in place") })),
    large: candidates.length > INLINE_ROWS,
  };
}

// Returns what of a request holds the candidates.
export function candidatesOf(list) {
  if (!list) return {};
  if (list.upload) return { upload: list.upload };
  return list.form === "csv" ? { shortlist: list.text } : { candidates: list.candidates };
}

// Returns what goes up in parts, and its format.
export const fileOf = (list) => (list.form === "csv"
  ? { format: "csv", blob: new Blob([list.text]) }
  : { format: "ndjson", blob: new Blob(list.candidates.map((one) => `${JSON.stringify(one)}\n`)) });

// Returns who has a place in the request: {email, name?}; rows of a long list beyond the first have an address alone.
export const personAt = (list, index) => list?.rows[index] ?? { email: list?.emails?.[index] ?? "" };

// Returns what a candidate is called where they are named.
export function nameAt(list, index) {
  const { name, email } = personAt(list, index);
  return name || email || `Candidate ${index + 1}`;
}

// Returns the variables of the shortlist that a template may use.
export const variablesOf = (list) => (list?.columns ?? []).filter((name) => !OWN.has(name) && name !== "name");

// Returns the columns in which some of the first rows have nothing: they want a word in place of it.
export function gaps(list) {
  const found = new Map();
  for (const row of list?.rows ?? []) {
    for (const name of list.columns) if (!row[name]) found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
}
