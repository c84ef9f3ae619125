// Shows a mail's HTML within a sandbox: it has no origin, runs no scripts but this one, and loads nothing.
// The parent posts the HTML, and learns how high it is.
addEventListener("message", (event) => {
  if (event.source !== parent || typeof event.data?.html !== "string") return;
  const parsed = new DOMParser().parseFromString(event.data.html, "text/html");
  for (const active of parsed.querySelectorAll("script, iframe, object, embed, form, meta, link, base")) active.remove();
  document.body.replaceChildren(...parsed.body.childNodes);
  parent.postMessage({ height: document.documentElement.scrollHeight }, "*");
});
parent.postMessage({ ready: true }, "*");
