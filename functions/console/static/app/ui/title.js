// The title of the document: what a tab, the history and a screen reader call a page.
import { useEffect } from "../html.js";

export function useTitle(...words) {
  const title = [...words.filter(Boolean), "Outreach"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
