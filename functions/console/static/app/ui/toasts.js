// Short words about what was just done, read out by screen readers; they go by themselves.
import { html, useEffect, useState } from "../html.js";

let listener = () => {};
let number = 0;

export const say = (words, tone = "good") => listener({ id: ++number, words, tone });

export function Toasts() {
  const [shown, set] = useState([]);
  useEffect(() => {
    listener = (one) => {
      set((old) => [...old.slice(-2), one]);
      setTimeout(() => set((old) => old.filter((other) => other.id !== one.id)), 6_000);
    };
    return () => (listener = () => {});
  }, []);
  return html`<div class="toasts" role="status" aria-live="polite">
    ${shown.map((one) => html`<p key=${one.id} class=${`toast ${one.tone}`}>${one.words}</p>`)}
  </div>`;
}
