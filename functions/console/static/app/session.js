// Who is signed in: OpenID Connect, authorization code with PKCE, at the web app's issuer. The ID token is the user
// token of the interface. It lies in this tab's session storage alone, and goes nowhere but to our own functions.
import * as oauth from "oauth4webapi";
import { config } from "./config.js";

const TOKEN = "outreach.token";
const STARTED = "outreach.sign-in";
const SCOPES = "openid email profile";
const client = { client_id: config.client };
// The issuer of a local cloud has no TLS.
const onLoopback = ["127.0.0.1", "localhost"].includes(new URL(config.issuer).hostname);
const options = { [oauth.allowInsecureRequests]: onLoopback };

const listeners = new Set();
let claims = read();

// Returns {user, email, name, org, role, expires} of who is signed in, null for nobody.
export const signedIn = () => (claims && claims.expires > Date.now() ? claims : null);
export const token = () => sessionStorage.getItem(TOKEN);
export const onSession = (listener) => (listeners.add(listener), () => listeners.delete(listener));
export const signInIsSetUp = () => Boolean(config.client);

function read() {
  try {
    const raw = sessionStorage.getItem(TOKEN);
    if (!raw) return null;
    const bytes = Uint8Array.from(atob(raw.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    const told = JSON.parse(new TextDecoder().decode(bytes));
    return {
      user: told.sub,
      email: told.email ?? "",
      name: told.name ?? told.email ?? "",
      org: told[config.orgClaim] ?? "",
      role: told[config.roleClaim] ?? "",
      expires: told.exp * 1000,
    };
  } catch {
    return null;
  }
}

function keep(raw) {
  if (raw) sessionStorage.setItem(TOKEN, raw);
  else sessionStorage.removeItem(TOKEN);
  claims = read();
  for (const listener of listeners) listener();
}

async function discovered() {
  const issuer = new URL(config.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
}

// Sends the browser to the issuer; it comes back to the page it was on.
export async function signIn() {
  const server = await discovered();
  const started = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    back: location.hash,
  };
  sessionStorage.setItem(STARTED, JSON.stringify(started));
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: config.client,
    redirect_uri: config.home,
    response_type: "code",
    scope: SCOPES,
    code_challenge: await oauth.calculatePKCECodeChallenge(started.verifier),
    code_challenge_method: "S256",
    state: started.state,
    nonce: started.nonce,
  });
  location.assign(url);
}

// Takes up the issuer's answer when this page was opened by it; an error says why nobody is signed in.
export async function takeUpSignIn() {
  const given = new URLSearchParams(location.search);
  if (!given.has("state") || !(given.has("code") || given.has("error"))) return;
  const started = JSON.parse(sessionStorage.getItem(STARTED) ?? "null");
  sessionStorage.removeItem(STARTED);
  history.replaceState(null, "", config.home + (started?.back ?? ""));
  if (!started) throw new Error("This sign-in was begun in another tab.");
  const server = await discovered();
  const checked = oauth.validateAuthResponse(server, client, given, started.state);
  const answer = await oauth.authorizationCodeGrantRequest(
    server, client, oauth.None(), checked, config.home, started.verifier, options,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
    expectedNonce: started.nonce,
    requireIdToken: true,
  });
  keep(tokens.id_token);
}

export function signOut() {
  keep(null);
}
