// Reads CSV as a spreadsheet writes it, and writes it as the interface takes it.

// Yields {line, cells} of each record that is not empty; a quoted cell may span lines (RFC 4180).
export function* records(text, separator = ",") {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const begins = line;
    const cells = [];
    for (;;) {
      let cell;
      if (text[at] === '"') {
        [cell, at] = quoted(text, at);
        line += count(cell, "\n");
        // What stands behind the closing quote belongs to the cell in no spreadsheet; it is kept, and seen.
        const end = endOf(text, at, separator);
        cell += text.slice(at, end);
        at = end;
      } else {
        const end = endOf(text, at, separator);
        cell = text.slice(at, end);
        at = end;
      }
      cells.push(cell);
      if (text[at] !== separator) break;
      at += 1;
    }
    if (text[at] === "\r") at += 1;
    if (text[at] === "\n") at += 1;
    line += 1;
    if (cells.some((cell) => cell.trim())) yield { line: begins, cells };
  }
}

function quoted(text, from) {
  let cell = "";
  let at = from + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) return [cell + text.slice(at), text.length];
    cell += text.slice(at, end);
    if (text[end + 1] !== '"') return [cell, end + 1];
    cell += '"';
    at = end + 2;
  }
}

function endOf(text, from, separator) {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") at += 1;
  return at;
}

const count = (text, sign) => text.split(sign).length - 1;

// Returns what separates the cells, by the first line: spreadsheets of some countries write semicolons, and what is
// copied from a sheet has tabs.
export function separatorOf(text) {
  const first = text.slice(0, text.search(/[\r\n]|$/));
  return [",", ";", "\t"].reduce((best, one) => (count(first, one) > count(first, best) ? one : best));
}

const asCell = (cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
export const asLine = (cells) => `${cells.map(asCell).join(",")}\r\n`;

const KNOWN = {
  e_mail: "email", mail: "email", email_address: "email", e_mail_address: "email", mail_address: "email",
  full_name: "name", time_zone: "timezone", tz: "timezone",
};

// Returns a column's name as templates can use it: "First Name" becomes "first_name".
export function columnName(given) {
  const name = given.trim();
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
  const lower = plain.toLowerCase();
  if (KNOWN[lower]) return KNOWN[lower];
  if (["email", "name", "timezone", "language", "country"].includes(lower)) return lower;
  if (/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)) return name;
  return (/^[A-Za-z_]/.test(plain) ? lower : plain && `column_${lower}`).slice(0, 64) || name;
}

// Undoes the apostrophe that keeps a spreadsheet from taking a cell for a formula, as the interface does.
export const asWritten = (cell) => (/^'+[=+\-@＝＋－＠\t\r]/.test(cell) ? cell.slice(1) : cell);
