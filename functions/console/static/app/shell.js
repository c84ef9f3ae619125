// The frame around every page: sign-in, the way to the pages, and what is true everywhere (offline, an ended session).
import { html, useEffect, useRef, useState } from "./html.js";
import { config } from "./config.js";
import { href, matched, usePath } from "./router.js";
import { onSession, signedIn, signIn, signInIsSetUp, signOut } from "./session.js";
import { Button } from "./ui/forms.js";
import { Empty, Notice } from "./ui/states.js";
import { Toasts } from "./ui/toasts.js";
import { useDeed } from "./resource.js";

export function useSession() {
  const [session, set] = useState(signedIn);
  useEffect(() => {
    const changed = () => set(signedIn());
    const off = onSession(changed);
    const timer = setInterval(changed, 15_000);
    return () => (off(), clearInterval(timer));
  }, []);
  return session;
}

function useOnline() {
  const [online, set] = useState(navigator.onLine);
  useEffect(() => {
    const changed = () => set(navigator.onLine);
    addEventListener("online", changed);
    addEventListener("offline", changed);
    return () => (removeEventListener("online", changed), removeEventListener("offline", changed));
  }, []);
  return online;
}

export function Shell({ routes, failed }) {
  const session = useSession();
  const online = useOnline();
  const now = usePath();
  const [Page, ids] = matched(routes, now || "campaigns");
  const main = useRef(null);
  const before = useRef(now);
  useEffect(() => {
    // A new page is announced like one: focus goes to its heading, but not at the very first one.
    if (before.current === now) return;
    before.current = now;
    scrollTo(0, 0);
    (main.current?.querySelector("h1") ?? main.current)?.focus({ preventScroll: true });
  }, [now]);
  return html`
    <a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), main.current?.focus())}>Skip to the page</a>
    ${session && html`<${Head} session=${session} now=${now || "campaigns"} />`}
    ${!online && html`<p class="offline" role="status">You are offline. What you see may be old; nothing is sent until you are back.</p>`}
    <main id="main" ref=${main} tabindex="-1" class=${session ? "" : "alone"}>
      ${!session ? html`<${SignIn} failed=${failed} />`
        : Page ? html`<${Page} key=${now} session=${session} ...${ids} />`
        : html`<${Empty} title="There is no such page"><p><a href=${href("campaigns")}>To the campaigns</a></p><//>`}
    </main>
    <${Toasts} />`;
}

const PAGES = [["campaigns", "Campaigns"], ["mailboxes", "Mailboxes"]];

function Head({ session, now }) {
  const pages = session.role === "admin" ? [...PAGES, ["organisation", "Organisation"]] : PAGES;
  return html`
    <header class="head">
      <a class="brand" href=${href("campaigns")}><img src="icon.svg" alt="" width="24" height="24" />Outreach</a>
      <nav aria-label="Pages"><ul>${pages.map(([to, words]) => html`
        <li key=${to}><a href=${href(to)} aria-current=${now.split("/")[0] === to ? "page" : undefined}>${words}</a></li>`)}
      </ul></nav>
      <details class="person">
        <summary aria-label=${`You: ${session.name}`}><span class="initial" aria-hidden="true">${session.name[0]?.toUpperCase()}</span></summary>
        <div><b>${session.name}</b><span class="muted">${session.email}</span>
          <span class="muted">${session.org}${session.role === "admin" ? ", admin" : ""}</span>
          <${Button} kind="quiet" onClick=${signOut}>Sign out<//></div>
      </details>
    </header>`;
}

function SignIn({ failed }) {
  const deed = useDeed(signIn);
  return html`
    <section class="card sign-in">
      <img src="icon.svg" alt="" width="48" height="48" />
      <h1 tabindex="-1">Outreach</h1>
      <p>Recruiting campaigns from your own Gmail: planned, sent in your hours, stopped by an answer.</p>
      ${signInIsSetUp()
        ? html`<${Button} kind="primary" busy=${deed.busy} onClick=${deed.run}>Sign in<//>`
        : html`<${Notice} tone="warn" title="Sign-in is not set up">Whoever runs this sets <code>OUTREACH_CONSOLE_CLIENT_ID</code> to the console's client at ${config.issuer}.<//>`}
      ${(deed.error || failed) && html`<${Notice} tone="bad" title="You are not signed in">${(deed.error ?? failed).message}<//>`}
    </section>`;
}
