// A mail's own HTML, shown in a sandbox (mail.html) that runs none of it, and as high as it is.
import { html, useEffect, useRef, useState } from "../html.js";

export function MailView({ title, content }) {
  const frame = useRef(null);
  const [height, setHeight] = useState(80);
  const latest = useRef(content);
  latest.current = content;
  const show = () => frame.current?.contentWindow?.postMessage({ html: latest.current }, "*");
  useEffect(() => {
    // A sandbox has no origin: whom a message is from is told by its window alone.
    const heard = ({ source, data }) => {
      if (source !== frame.current?.contentWindow) return;
      if (data?.ready) show();
      if (data?.height) setHeight(Math.min(Math.ceil(data.height) + 2, 2000));
    };
    addEventListener("message", heard);
    return () => removeEventListener("message", heard);
  }, []);
  useEffect(show, [content]);
  return html`<iframe ref=${frame} class="mail" title=${title} src="mail.html" sandbox="allow-scripts" style=${{ height: `${height}px` }}></iframe>`;
}
