// Connecting a mailbox: what it means, the way to Google, and what one finds on coming back.
import { post } from "../api.js";
import { config } from "../config.js";
import { html, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { href } from "../router.js";
import { ownZone } from "../times.js";
import { FormDialog } from "../ui/form_dialog.js";
import { faultOf, TextField } from "../ui/forms.js";
import { Notice } from "../ui/states.js";
import { ZoneField } from "../ui/zones.js";
import { ACCESS } from "./mailbox_words.js";

// Which mailbox this tab has gone to Google for; only until it is back.
const UNDER_WAY = "outreach.connecting";

// again: a mailbox that was connected before, undefined for a new one.
export function ConnectDialog({ session, again, onClose }) {
  const [address, setAddress] = useState(again?.address ?? session.email);
  const [name, setName] = useState(again?.sender_name || session.name);
  const [zone, setZone] = useState(ownZone);
  const [access, setAccess] = useState(again?.access || "full");
  const deed = useDeed(() => post("mailboxes/connections", {
    address, sender_name: name, timezone: zone, access, return_url: `${config.home}#/mailboxes`,
  }));
  const goOn = ({ url }) => {
    sessionStorage.setItem(UNDER_WAY, JSON.stringify({ address: address.trim().toLowerCase(), again: Boolean(again) }));
    location.assign(url);
  };
  const { error } = deed;
  return html`
    <${FormDialog} title=${again ? "Connect this mailbox again" : "Connect your mailbox"} word="Go on to Google" deed=${deed}
      fields=${["address", "sender_name", "timezone"]} onClose=${onClose} onDone=${goOn}>
      <${TextField} label="Your Gmail address" kind="email" value=${address} onValue=${setAddress} fault=${faultOf(error, "address")}
        autocomplete="email" hint="Your own mailbox, the one you sign in with. For somebody else's, an admin sends them an invitation." />
      <${TextField} label="Your name, as candidates see it" value=${name} onValue=${setName} fault=${faultOf(error, "sender_name")} autocomplete="name" />
      ${!again && html`<${ZoneField} label="Your time zone" value=${zone} onValue=${setZone} fault=${faultOf(error, "timezone")}
        hint="Your mailbox's day begins and ends in it, for the number of mails a day. It can't be changed later." />`}
      <${AccessChoice} value=${access} onValue=${setAccess} />
      <p class="hint">You can take this back at any time: here by “Disconnect”, or in your Google account under “Third-party apps and services”.</p>
    <//>`;
}

export function AccessChoice({ value, onValue }) {
  return html`
    <fieldset>
      <legend>What Outreach may do with the mailbox</legend>
      ${Object.entries(ACCESS).map(([one, { name, says }]) => html`
        <div class="check" key=${one}>
          <input type="radio" name="access" id=${`access-${one}`} checked=${value === one} onChange=${() => onValue(one)} aria-describedby=${`access-${one}-says`} />
          <div><label for=${`access-${one}`}>${name}</label><p class="hint" id=${`access-${one}-says`}>${says}</p></div>
        </div>`)}
      <div class="asks" aria-live="polite">
        <p><strong>Google will ask for these permissions</strong></p>
        <ul>${ACCESS[value].asks.map(([asked, why]) => html`<li key=${asked}>“${asked}”: ${why}</li>`)}</ul>
      </div>
    </fieldset>`;
}

// Taken up once, as the page is opened: {address, again} that was gone to Google with, null for nothing.
export function cameBackWith() {
  const back = JSON.parse(sessionStorage.getItem(UNDER_WAY) ?? "null");
  sessionStorage.removeItem(UNDER_WAY);
  return back;
}

export function CameBack({ back: { address, again }, mailboxes, onConnect }) {
  const found = mailboxes.find((one) => one.own && one.address.toLowerCase() === address);
  if (found?.status === "connected") {
    return html`
      <${Notice} tone="good" title=${`${found.address} is connected`}>
        <p>${again ? "What came in meanwhile is worked off first; then its candidates go on. Look whether a campaign is paused, and resume it."
          : "It sends few mails a day at first, and more each day."} What you can do next:</p>
        <ul>
          ${again ? html`<li><a href=${href("campaigns")}>Look after your campaigns</a></li>` : html`<li><a href=${href("campaigns/new")}>Write your first campaign</a></li>`}
          <li><a href=${href(`mailboxes/${found.id}/settings`)}>Set your signature and how much goes out</a></li>
          <li><a href=${href(`mailboxes/${found.id}/people`)}>Let a colleague send from it</a></li>
        </ul>
      <//>`;
  }
  return html`
    <${Notice} tone="warn" title=${`${address} is not connected`}>
      Going to Google did not come to its end, and nothing was connected.
      ${" "}<button class="quiet" onClick=${onConnect}>Try again</button>
    <//>`;
}
