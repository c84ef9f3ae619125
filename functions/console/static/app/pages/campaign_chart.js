// Mails and answers by day: a picture for the eye, and the same as a table.
import uPlot from "uplot";
import { html, useEffect, useRef, useState } from "../html.js";
import { isoDay, onDay } from "../times.js";
import { Table } from "../ui/shown.js";
import { many } from "./campaign_words.js";

const HEIGHT = 240;
const DAY = 86_400;
const seconds = (date) => Date.parse(`${date}T00:00:00Z`) / 1000;
const dateOf = (time) => new Date(time * 1000).toISOString().slice(0, 10);

export function Chart({ days }) {
  const [pointed, point] = useState(null);
  const sum = (name) => days.reduce((total, day) => total + day[name], 0);
  if (sum("sent") + sum("planned") + sum("answers") === 0) return html`<p class="muted">Nothing has gone out, and nothing is planned.</p>`;
  const coming = sum("planned") > 0 ? ` and ${many(sum("planned"), "mail")} to come` : "";
  const told = `${many(sum("sent"), "mail")} sent${coming}, ${many(sum("answers"), "answer")}, `
    + `from ${onDay(days[0].date)} to ${onDay(days.at(-1).date)}.`;
  const day = pointed && days.find((one) => one.date === pointed);
  return html`
    <figure class="chart">
      <ul class="legend">
        <li><span class="swatch chart-sent" aria-hidden="true"></span>mails sent</li>
        <li><span class="swatch chart-planned" aria-hidden="true"></span>mails to come</li>
        <li><span class="swatch chart-answers" aria-hidden="true"></span>answers</li>
      </ul>
      <${Plot} days=${days} label=${told} onPoint=${point} />
      <figcaption class="small muted">${pointed ? `${onDay(pointed)}: ${inNumbers(day)}` : told}</figcaption>
    </figure>
    <details><summary>Show as a table</summary>
      <div class="scrolls" tabindex="0" role="region" aria-label="Mails and answers by day">
        <${Table} label="Mails and answers by day" rows=${days} id=${(one) => one.date} columns=${COLUMNS} /></div>
    </details>`;
}

const inNumbers = (day) => {
  if (!day) return "nothing";
  const { sent, planned, answers } = day;
  return [sent > 0 && `${sent} sent`, planned > 0 && `${planned} to come`, answers > 0 && many(answers, "answer")].filter(Boolean).join(", ") || "nothing";
};

const COLUMNS = [
  ["Day", (day) => onDay(day.date)],
  ["Sent", (day) => day.sent, "number"],
  ["To come", (day) => day.planned, "number"],
  ["Answers", (day) => day.answers, "number"],
];

// The picture is drawn anew when figures, width, or the viewer's colours change.
function Plot({ days, label, onPoint }) {
  const ref = useRef(null);
  const dark = useDark();
  useEffect(() => {
    const plot = new uPlot(options(ref.current, onPoint), columns(days), ref.current);
    const sized = new ResizeObserver(() => plot.setSize({ width: ref.current.clientWidth, height: HEIGHT }));
    sized.observe(ref.current);
    return () => (sized.disconnect(), plot.destroy());
  }, [JSON.stringify(days), dark]);
  return html`<div ref=${ref} class="plot" role="img" aria-label=${label}></div>`;
}

function useDark() {
  const asked = matchMedia("(prefers-color-scheme: dark)");
  const [dark, set] = useState(asked.matches);
  useEffect(() => {
    const changed = () => set(asked.matches);
    asked.addEventListener("change", changed);
    return () => asked.removeEventListener("change", changed);
  }, []);
  return dark;
}

// Every day from the first to the last has its place, also one without anything: [times, sent and to come, sent, answers].
function columns(days) {
  const known = new Map(days.map((day) => [day.date, day]));
  const [first, last] = [seconds(days[0].date), seconds(days.at(-1).date)];
  const times = Array.from({ length: Math.round((last - first) / DAY) + 1 }, (_, index) => first + index * DAY);
  const of = (name) => times.map((time) => known.get(dateOf(time))?.[name] ?? 0);
  const [sent, planned, answers] = [of("sent"), of("planned"), of("answers")];
  const today = seconds(isoDay(new Date().toISOString()));
  return [times, sent.map((one, index) => one + planned[index] || null), sent.map((one) => one || null), answers.map((one, index) => (times[index] > today ? null : one))];
}

function options(element, onPoint) {
  const style = getComputedStyle(element);
  const color = (name) => style.getPropertyValue(name).trim();
  const bars = uPlot.paths.bars({ size: [0.7, 36], radius: 0.15 });
  const axis = { stroke: color("--muted"), font: `12px ${style.fontFamily}`, grid: { stroke: color("--line"), width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth, height: HEIGHT,
    tzDate: (time) => uPlot.tzDate(new Date(time * 1000), "UTC"),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { range: (_, least, most) => [least - DAY * 0.7, most + DAY * 0.7] }, y: { range: (_, __, most) => [0, Math.max(5, most * 1.1)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 30, space: 60, incrs: [1, 2, 7, 14, 28, 56, 112].map((count) => count * DAY), values: (_, ticks) => ticks.map((time) => onDay(dateOf(time)).replace(/^\w+,? /, "")) },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000] },
    ],
    series: [
      {},
      { fill: color("--chart-planned"), stroke: color("--chart-1"), width: 1, paths: bars, points: { show: false } },
      { fill: color("--chart-1"), stroke: color("--chart-1"), width: 1, paths: bars, points: { show: false } },
      { stroke: color("--chart-answers"), width: 2, points: { show: true, size: 6, fill: color("--chart-answers") } },
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx === null || plot.cursor.idx === undefined || plot.cursor.left < 0 ? null : dateOf(plot.data[0][plot.cursor.idx]))] },
  };
}
