// Where the candidates of a campaign stand in a long list, of which only what is looked at is loaded.
//
// Candidates are listed by their ids, which are hashes: spread evenly. So the list is cut at even distances into
// chunks of about CHUNK candidates, and any of them can be loaded by itself, without those before it. How many a chunk
// holds is a guess until it is loaded; all together they are as many as was counted.
const DIGITS = "234567abcdefghijklmnopqrstuvwxyz"; // base32, in the order in which ids are sorted
const LENGTH = 5;
const CHUNK = 150;
const LIMIT = 200; // more than nearly every chunk holds, so that one call loads it
const KEPT = 60; // chunks whose candidates are kept, so that memory stays flat while one scrolls

// The id at which a share of all ids lies below, "" for none.
function idAt(share) {
  if (share <= 0) return "";
  let rest = Math.floor(share * DIGITS.length ** LENGTH);
  let id = "";
  for (let place = 0; place < LENGTH; place++) {
    id = DIGITS[rest % DIGITS.length] + id;
    rest = Math.floor(rest / DIGITS.length);
  }
  return id;
}

export class Places {
  // page(after, limit, signal) -> {candidates, next}; changed: called when something was loaded, or failed.
  constructor(total, page) {
    Object.assign(this, { total, page, changed: () => {}, error: null, clock: 0, control: new AbortController() });
    const count = Math.max(1, Math.ceil(total / CHUNK));
    this.chunks = Array.from({ length: count }, (_, index) => ({
      after: idAt(index / count), end: index + 1 < count ? idAt((index + 1) / count) : null,
      count: null, rows: null, used: 0, loading: false,
    }));
    this.starts = [];
    this.lay();
  }

  // How many candidates there are, as counted anew.
  setTotal(total) {
    if (total === this.total) return;
    this.total = total;
    this.lay();
    this.changed();
  }

  lay() {
    const known = this.chunks.reduce((sum, chunk) => sum + (chunk.count ?? 0), 0);
    const unknown = this.chunks.filter((chunk) => chunk.count === null).length;
    const guess = unknown > 0 ? Math.max(0, this.total - known) / unknown : 0;
    let place = 0;
    this.starts = this.chunks.map((chunk) => {
      const start = Math.round(place);
      place += chunk.count ?? guess;
      return start;
    });
    this.length = Math.round(place);
  }

  // The chunk in which a place lies.
  chunkAt(index) {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.starts[middle] <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // The candidate at a place, undefined while they are not loaded.
  at(index) {
    const number = this.chunkAt(index);
    const { rows } = this.chunks[number];
    return rows?.[index - this.starts[number]];
  }

  // Loads what lies between two places and is not there; anew: also what is there, quietly.
  async want(first, last, { anew = false } = {}) {
    const wanted = this.chunks.slice(this.chunkAt(first), this.chunkAt(last) + 1);
    for (const chunk of wanted) chunk.used = ++this.clock;
    await Promise.all(wanted.filter((chunk) => !chunk.loading && (anew || chunk.rows === null)).map((chunk) => this.load(chunk)));
  }

  async load(chunk) {
    chunk.loading = true;
    try {
      chunk.rows = await this.rowsOf(chunk);
      chunk.count = chunk.rows.length;
      this.error = null;
      this.forget();
      this.lay();
    } catch (error) {
      if (error.name === "AbortError") return;
      this.error = error;
    } finally {
      chunk.loading = false;
    }
    this.changed();
  }

  async rowsOf({ after, end }) {
    const rows = [];
    for (let next = after; next !== null;) {
      const page = await this.page(next, LIMIT, this.control.signal);
      const own = page.candidates.filter((one) => end === null || one.id < end);
      rows.push(...own.map(brief));
      next = own.length < page.candidates.length ? null : page.next;
    }
    return rows;
  }

  forget() {
    const held = this.chunks.filter((chunk) => chunk.rows !== null).sort((one, other) => other.used - one.used);
    for (const chunk of held.slice(KEPT)) chunk.rows = null;
  }

  stop() {
    this.control.abort();
  }
}

// Only what a row shows is kept.
const brief = ({ id, email, name, status, why, step, due, sent, answered, interest }) =>
  ({ id, email, name, status, why, step, due, answered, interest, sent: sent.length, last: sent.at(-1)?.at ?? null });
