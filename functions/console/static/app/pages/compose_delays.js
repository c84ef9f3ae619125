// How long a step waits, as one types it: a number and a unit.
export const UNITS = [["business", "working days"], ["days", "days"], ["hours", "hours"], ["minutes", "minutes"]];

// Returns what the interface takes: "3 business days", "P3D", "PT5H".
export function toDelay({ count, unit }) {
  const number = String(count).trim();
  if (!/^\d+$/.test(number)) return "";
  const plain = Number(number);
  if (unit === "business" && plain > 0) return `${plain} business day${plain === 1 ? "" : "s"}`;
  if (unit === "hours") return `PT${plain}H`;
  if (unit === "minutes") return `PT${plain}M`;
  return `P${plain}D`;
}

const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/;

// businessDays: as a campaign that runs tells them, beside a delay of zero.
export function fromDelay(delay = "P0D", businessDays = 0) {
  const business = Number(businessDays) || Number(/^(\d+) business days?$/.exec(delay)?.[1] ?? 0);
  if (business) return { count: String(business), unit: "business" };
  const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = ISO.exec(delay) ?? [];
  const total = (Number(weeks) * 7 + Number(days)) * 1440 + Number(hours) * 60 + Number(minutes) + Math.ceil(Number(seconds) / 60);
  if (total % 1440 === 0) return { count: String(total / 1440), unit: "days" };
  if (total % 60 === 0) return { count: String(total / 60), unit: "hours" };
  return { count: String(total), unit: "minutes" };
}

// "3 working days after message 1"; before: what the message before is called, nothing where there is none.
export function delayInWords({ count, unit }, before) {
  if (Number(count) === 0) return before ? `right after ${before}` : "as soon as the hours allow";
  const words = UNITS.find(([one]) => one === unit)[1];
  return `${count} ${Number(count) === 1 ? words.slice(0, -1) : words} after ${before || "the launch"}`;
}
