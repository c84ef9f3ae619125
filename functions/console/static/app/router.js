// Which page is shown: the part of the URL behind "#", which never leaves the browser.
import { useEffect, useState } from "./html.js";

const path = () => location.hash.replace(/^#\/?/, "").split("?")[0];

export const query = () => new URLSearchParams(location.hash.split("?")[1] ?? "");
export const href = (to) => `#/${to}`;
export const go = (to) => (location.hash = href(to));

// Takes the place of the present entry of the history: for what is no page of its own, such as a filter.
export function replace(to) {
  history.replaceState(null, "", href(to));
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function usePath() {
  const [now, set] = useState(path);
  useEffect(() => {
    const changed = () => set(path());
    // It may have changed since it was drawn.
    changed();
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return now;
}

// Returns [page, ids] of the first route that fits: {":id" stands for anything, "campaigns/:id": Page}.
export function matched(routes, now) {
  const parts = now.split("/");
  for (const [pattern, page] of Object.entries(routes)) {
    const wanted = pattern.split("/");
    if (wanted.length !== parts.length) continue;
    const ids = {};
    const fits = wanted.every((name, index) => {
      if (name.startsWith(":")) ids[name.slice(1)] = decodeURIComponent(parts[index]);
      return name.startsWith(":") ? parts[index] !== "" : name === parts[index];
    });
    if (fits) return [page, ids];
  }
  return [null, {}];
}
