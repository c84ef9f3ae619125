// What a page shows when there is nothing to show: loading, empty, in error, out of date; and what a deed came to.
import { html } from "../html.js";

export const Loading = ({ lines = 3, label = "Loading" }) => html`
  <div class="skeleton" role="status" aria-label=${label}>
    ${Array.from({ length: lines }, (_, index) => html`<span key=${index} class="bone"></span>`)}
  </div>`;

export const Empty = ({ title, children }) => html`
  <div class="empty"><h2>${title}</h2>${children}</div>`;

// tone: "info", "good", "warn", "bad"
export const Notice = ({ tone = "info", title, children }) => html`
  <div class=${`notice ${tone}`} role=${tone === "bad" ? "alert" : "status"}>
    ${title && html`<strong>${title}</strong>`}${children && html`<div>${children}</div>`}
  </div>`;

// An error in words, with all its faults; again: what "Try again" does.
export function Problem({ error, again, label = (fault) => fault.field }) {
  if (!error) return null;
  const faults = error.faults ?? [];
  return html`
    <${Notice} tone="bad" title=${error.message}>
      ${faults.length > 0 && html`<ul class="faults">
        ${faults.slice(0, 50).map((fault, index) => html`<li key=${index}>
          ${fault.line ? html`<b>Line ${fault.line}</b>${" "}` : null}
          ${label(fault) ? html`<code>${label(fault)}</code>${" "}` : null}${fault.why}
        </li>`)}
        ${faults.length > 50 && html`<li>and ${faults.length - 50} more</li>`}
      </ul>`}
      ${again && html`<button class="quiet" onClick=${again}>Try again</button>`}
    <//>`;
}

// Shows what a resource holds by `children(data)`, or why it holds nothing.
export function Loaded({ of, children, lines, missing = "There is no such thing, or it is not for you." }) {
  if (of.data === null && of.error) {
    return of.error.kind === "not-found"
      ? html`<${Empty} title="Not found"><p>${missing}</p><//>`
      : html`<${Problem} error=${of.error} again=${of.reload} />`;
  }
  if (of.data === null) return html`<${Loading} lines=${lines} />`;
  return html`${of.stale && html`<${Notice} tone="warn">This may be old: ${of.error.message}<//>`}${children(of.data)}`;
}
