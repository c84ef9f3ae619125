// How times, days and durations are written. Times are the viewer's; a candidate's own stands beside where it matters.
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map();
function format(options, zone) {
  const key = JSON.stringify([options, zone]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }));
  return formats.get(key);
}

const DAY = { weekday: "short", day: "numeric", month: "short" };
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const thisYear = (date) => date.getFullYear() === new Date().getFullYear();
const withYear = (date) => (thisYear(date) ? DAY : { ...DAY, year: "numeric" });

// "Tue, 3 Mar, 09:00"
export const atTime = (iso, zone = ownZone) => {
  const date = new Date(iso);
  return format({ ...withYear(date), ...CLOCK }, zone).format(date);
};
// "09:00"
export const clock = (iso, zone = ownZone) => format(CLOCK, zone).format(new Date(iso));
// "Tue, 3 Mar", of a time or of a date "2026-03-03"
export const onDay = (iso, zone = ownZone) => {
  const isDate = iso.length === 10;
  const date = new Date(isDate ? `${iso}T12:00:00Z` : iso);
  return format(withYear(date), isDate ? "UTC" : zone).format(date);
};
// "2026-03-03" where the clock of a zone shows that day
export function isoDay(iso, zone = ownZone) {
  const parts = format({ year: "numeric", month: "2-digit", day: "2-digit" }, zone).formatToParts(new Date(iso));
  const part = (type) => parts.find((one) => one.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

// Says whether two zones show the same clock at a time.
export const sameClock = (iso, one, other) => atTime(iso, one) === atTime(iso, other);

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const STEPS = [[60, "second"], [60, "minute"], [24, "hour"], [7, "day"], [4.35, "week"], [12, "month"], [Infinity, "year"]];
// "in 5 minutes", "yesterday"
export function ago(iso, now = Date.now()) {
  let distance = (new Date(iso) - now) / 1000;
  for (const [size, unit] of STEPS) {
    if (Math.abs(distance) < size) return relative.format(Math.round(distance), unit);
    distance /= size;
  }
  return "";
}

const PART = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
// Seconds of "P3DT2H"; none of what is no duration.
export function secondsOf(duration) {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = PART.exec(duration ?? "") ?? [];
  return Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}

const UNITS = [[86_400, "day"], [3_600, "hour"], [60, "minute"], [1, "second"]];
const SHORT = { day: "d", hour: "h", minute: "min", second: "s" };

// The two largest units of a duration that it has: [[3, "day"], [2, "hour"]].
function parts(duration) {
  let rest = Math.round(secondsOf(duration));
  const found = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) found.push([count, unit]);
  }
  return found.slice(0, 2);
}

// "3 days 2 hours" of "P3DT2H", and of as many seconds
export const inWords = (duration) =>
  parts(duration).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ") || "no time";

// "12 h 30 min", where there is little room
export const inShort = (duration) => parts(duration).map(([count, unit]) => `${count} ${SHORT[unit]}`).join(" ") || "0 s";
