// The hours in which mails go out, as one types them, and as the interface takes them.
export const WEEKDAYS = [
  ["mon", "Monday"], ["tue", "Tuesday"], ["wed", "Wednesday"], ["thu", "Thursday"], ["fri", "Friday"], ["sat", "Saturday"], ["sun", "Sunday"],
];
const NAMES = WEEKDAYS.map(([name]) => name);
const NINE_TO_FIVE = [["09:00", "17:00"]];
const OFFICE_WEEK = { mon: NINE_TO_FIVE, tue: NINE_TO_FIVE, wed: NINE_TO_FIVE, thu: NINE_TO_FIVE, fri: NINE_TO_FIVE, sat: [], sun: [] };

// kind: "office", "own", "always"; week: stretches [from, to] by weekday; country, part: whose holidays are kept.
export const OFFICE = Object.freeze({ kind: "office", week: OFFICE_WEEK, country: "", part: "" });

// ISO 3166 codes of the countries whose holidays the planner knows.
export const COUNTRIES = (
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC " +
  "CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD " +
  "GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH " +
  "KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW " +
  "MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC " +
  "SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UK UM US " +
  "UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
).split(" ");

export function toWindow({ kind, week, country, part }) {
  if (kind === "always") return "always";
  const holidays = country ? { holidays: part.trim() ? `${country}-${part.trim().toUpperCase()}` : country } : {};
  if (kind === "office") return { "mon-fri": ["09:00-17:00"], ...holidays };
  const open = NAMES.filter((day) => week[day].length > 0);
  // A day that ends at midnight is typed as 00:00.
  const written = ([from, to]) => `${from}-${to === "00:00" ? "24:00" : to}`;
  return { ...Object.fromEntries(open.map((day) => [day, week[day].map(written)])), ...holidays };
}

export function fromWindow(window) {
  if (window === "always") return { ...OFFICE, kind: "always" };
  if (!window || typeof window !== "object") return { ...OFFICE };
  const [country, ...part] = String(window.holidays ?? "").split("-");
  const week = Object.fromEntries(NAMES.map((day) => [day, []]));
  for (const [days, given] of Object.entries(window)) {
    if (days === "holidays") continue;
    const stretches = [given].flat().map((one) => String(one).split("-").map((time) => time.trim().replace("24:00", "00:00")));
    for (const day of named(days)) week[day] = stretches;
  }
  const kind = JSON.stringify(week) === JSON.stringify(OFFICE_WEEK) ? "office" : "own";
  return { kind, week, country, part: part.join("-") };
}

function named(days) {
  const [first, last = first] = days.split("-");
  const [at, end] = [NAMES.indexOf(first), NAMES.indexOf(last)];
  if (at < 0 || end < 0) return [];
  return Array.from({ length: ((end - at + 7) % 7) + 1 }, (_, more) => NAMES[(at + more) % 7]);
}

// Says in a line when mails go out.
export function hoursInWords({ kind, week, country, part }, nameOf) {
  const but = country && kind !== "always" ? `, not on holidays of ${nameOf(country)}${part ? ` (${part.toUpperCase()})` : ""}` : "";
  if (kind === "always") return "at any time";
  if (kind === "office") return `Monday to Friday, 09:00 to 17:00${but}`;
  const runs = [];
  for (const [day, name] of WEEKDAYS) {
    const hours = week[day].map((one) => one.join("–")).join(", ");
    if (runs.at(-1)?.hours === hours) runs.at(-1).last = name;
    else runs.push({ first: name, last: name, hours });
  }
  const days = ({ first, last }) => (first === last ? first : `${first} to ${last}`);
  return runs.filter(({ hours }) => hours).map((run) => `${days(run)} ${run.hours}`).join("; ") + but;
}
