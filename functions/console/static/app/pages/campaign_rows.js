// A list of any length of which only the rows in view are drawn; all of it can be reached by keyboard.
import { html, useEffect, useLayoutEffect, useReducer, useRef, useState } from "../html.js";
import { Problem } from "../ui/states.js";

export const ROW = 60; // a row's height in pixels, the same for all
const HEAD = 40;
const OVER = 6; // rows drawn above and below those in view
const REST = 60; // milliseconds after which what one has scrolled to is loaded

// places: see Places; columns: [[words, (row) => cell, className?], ...]; memory: an object in which the place is kept
// for when one comes back; onOpen(row).
export function Rows({ places, label, columns, memory, onOpen }) {
  const box = useRef(null);
  const [view, setView] = useState({ top: memory.top ?? 0, height: 600 });
  const [active, setActive] = useState(memory.active ?? -1);
  usePlaces(places, box, view, setActive);
  useMeasured(box, memory.top ?? 0, setView);
  // Whoever comes back goes on where they were.
  useEffect(() => void (memory.active >= 0 && box.current.focus({ preventScroll: true })), []);
  useEffect(() => void Object.assign(memory, { top: view.top, active }), [view.top, active]);
  const fits = Math.max(1, Math.floor((view.height - HEAD) / ROW));
  const first = Math.max(0, Math.floor(view.top / ROW) - OVER);
  const last = Math.min(places.length - 1, Math.ceil((view.top + view.height) / ROW) + OVER);
  const choose = (index) => {
    const to = Math.min(Math.max(index, 0), places.length - 1);
    setActive(to);
    reveal(box.current, to, view.height - HEAD);
  };
  const onKeyDown = (event) => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + fits, PageUp: active - fits, Home: 0, End: places.length - 1 }[event.key];
    if (to !== undefined) choose(to);
    else if (event.key === "Enter" && places.at(active)) onOpen(places.at(active));
    else return;
    event.preventDefault();
  };
  const drawn = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  // The chosen row is there for screen readers, also when it has been scrolled out of view.
  if (active >= 0 && active < places.length && (active < first || active > last)) drawn.push(active);
  return html`
    <${Problem} error=${places.error} again=${() => places.want(first, last)} />
    <div ref=${box} class="rows" style=${{ maxHeight: `${HEAD + places.length * ROW + 2}px` }} role="grid" tabindex="0" aria-label=${label} aria-rowcount=${places.length + 1} aria-colcount=${columns.length}
      aria-activedescendant=${active >= 0 ? `row-${active}` : undefined} onKeyDown=${onKeyDown}
      onFocus=${(event) => event.target === box.current && active < 0 && setActive(Math.ceil(view.top / ROW))}>
      <div role="rowgroup" class="rows-head" style=${{ height: `${HEAD}px` }}><div role="row" aria-rowindex="1" class="one-row">
        ${columns.map(([words, , name]) => html`<span role="columnheader" key=${words} class=${name}>${words}</span>`)}</div></div>
      <div role="rowgroup" class="rows-body" style=${{ height: `${places.length * ROW}px` }}>
        ${drawn.map((index) => html`<${Row} key=${index} index=${index} row=${places.at(index)} columns=${columns}
          isActive=${index === active} onOpen=${(row) => (setActive(index), onOpen(row))} />`)}</div>
    </div>`;
}

function Row({ index, row, columns, isActive, onOpen }) {
  return html`
    <div role="row" id=${`row-${index}`} aria-rowindex=${index + 2} aria-selected=${isActive ? "true" : "false"} class=${`one-row${isActive ? " active" : ""}`}
      style=${{ height: `${ROW}px`, transform: `translateY(${index * ROW}px)` }} onClick=${(event) => row && !event.target.closest("a") && onOpen(row)}>
      ${columns.map(([words, cell, name]) => html`<span role="gridcell" key=${words} class=${name}>${row ? cell(row) : html`<span class="bone"><span class="hidden-words">Loading</span></span>`}</span>`)}
    </div>`;
}

// Loads what is in view once scrolling rests. When more is known of what lies above, rows get other places: what one
// looks at stays where it is, and whoever went to the end stays there.
function usePlaces(places, box, view, setActive) {
  const [, again] = useReducer((count) => count + 1, 0);
  const anchor = useRef(null);
  const index = Math.floor(view.top / ROW);
  const chunk = places.chunkAt(index);
  anchor.current = { chunk, start: places.starts[chunk], end: places.length - 1, isSeen: places.at(index) !== undefined };
  useEffect(() => {
    places.changed = () => {
      const { chunk: kept, start, end, isSeen } = anchor.current;
      const moved = places.starts[kept] - start;
      const last = places.length - 1;
      if (isSeen && moved !== 0 && box.current) {
        box.current.scrollTop += moved * ROW;
        setActive((active) => (active < 0 ? active : active >= end ? last : Math.min(Math.max(active + moved, 0), last)));
      }
      again();
    };
    return () => (places.changed = () => {});
  }, [places]);
  useEffect(() => {
    const last = Math.min(places.length - 1, index + Math.ceil(view.height / ROW));
    const timer = setTimeout(() => places.want(index, Math.max(index, last)), REST);
    return () => clearTimeout(timer);
  }, [places, index, view.height, places.length]);
}

function useMeasured(box, top, setView) {
  useLayoutEffect(() => {
    const element = box.current;
    setView((old) => ({ ...old, height: element.clientHeight }));
    element.scrollTop = top;
    let frame = 0;
    const look = () => {
      frame = 0;
      setView({ top: element.scrollTop, height: element.clientHeight });
    };
    const soon = () => (frame ||= requestAnimationFrame(look));
    const sized = new ResizeObserver(soon);
    sized.observe(element);
    element.addEventListener("scroll", soon, { passive: true });
    return () => (sized.disconnect(), cancelAnimationFrame(frame), element.removeEventListener("scroll", soon));
  }, []);
}

function reveal(element, index, height) {
  const top = index * ROW;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + ROW > element.scrollTop + height) element.scrollTop = top + ROW - height;
}
