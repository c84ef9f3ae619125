// The form of an invitation, with all that it gives in the words that the invited person reads.
import { post } from "../api.js";
import { config } from "../config.js";
import { html, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { onDay, ownZone } from "../times.js";
import { FormDialog } from "../ui/form_dialog.js";
import { Check, faultOf, TextField } from "../ui/forms.js";
import { ZoneField } from "../ui/zones.js";
import { AccessChoice } from "./mailbox_connect.js";
import { endOf } from "./mailbox_words.js";

const FIELDS = ["address", "sender_name", "timezone", "grant.until", "grant"];

export function InviteDialog({ session, onClose, onDone }) {
  const [form, setForm] = useState({ address: "", name: "", zone: ownZone, access: "full", grant: true, until: "", approval: true });
  const put = (field) => (value) => setForm((old) => ({ ...old, [field]: value }));
  const deed = useDeed(async () => {
    const made = await post("mailboxes/invitations", {
      address: form.address, sender_name: form.name, timezone: form.zone, access: form.access, return_url: `${config.home}connected.html`,
      grant: form.grant ? { until: endOf(form.until), approval: form.approval } : null,
    });
    return { ...made, address: form.address };
  });
  const { error } = deed;
  return html`
    <${FormDialog} title="Invite somebody to connect their mailbox" word="Make the link" deed=${deed} fields=${FIELDS} onClose=${onClose} onDone=${onDone}>
      <${TextField} label="Their Gmail address" kind="email" value=${form.address} onValue=${put("address")} fault=${faultOf(error, "address")} hint="The link is good for this mailbox only." />
      <${TextField} label="Their name, as candidates see it" value=${form.name} onValue=${put("name")} fault=${faultOf(error, "sender_name")} />
      <${ZoneField} label="Their time zone" value=${form.zone} onValue=${put("zone")} fault=${faultOf(error, "timezone")} />
      <${AccessChoice} value=${form.access} onValue=${put("access")} />
      <fieldset>
        <legend>What you get with it</legend>
        <${Check} label="I may send campaigns in their name" hint="And see the answers to them." value=${form.grant} onValue=${put("grant")} />
        ${form.grant && html`
          <${Check} label="They approve each campaign before its first mail" hint="For this they sign in here." value=${form.approval} onValue=${put("approval")} />
          <${TextField} label="Until the end of" optional kind="date" value=${form.until} onValue=${put("until")} fault=${faultOf(error, "grant.until") ?? faultOf(error, "grant")} hint="Left empty, it holds until they end it." />`}
      </fieldset>
      <${Gives} form=${form} session=${session} />
    <//>`;
}

const Gives = ({ form, session }) => html`
  <div class="asks" aria-live="polite">
    <p><strong>What the link's page tells them</strong></p>
    <ul>
      <li>${session.email} invites them to connect ${form.address || "their mailbox"}; mails go out as “${form.name || "their name"}”.</li>
      <li>${form.access === "headers"
        ? "Outreach sends campaign mails, and looks at sender and subject of what comes in. It can't read the text of any mail."
        : "Outreach sends campaign mails, finds the answers to them, and labels them. Of other mail it looks at the sender and the subject at most."}</li>
      <li>${form.grant
        ? `${session.email} may send campaigns in their name and see the answers to them, ${form.until ? `until ${onDay(form.until)}` : "until they end it"}.${form.approval ? " They approve each campaign before its first mail." : ""}`
        : "Nobody else may send from their mailbox, unless they allow it later."}</li>
      <li>They can take all of it back at any time. If they did not expect it, they close the page, and nothing happens.</li>
    </ul>
  </div>`;
