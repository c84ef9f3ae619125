// The forms about grants: to give one, to change or accept one, to ask for one.
import { get, post, remove } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { FormDialog } from "../ui/form_dialog.js";
import { Check, faultOf, Select, TextField } from "../ui/forms.js";
import { dayOf, endOf } from "./mailbox_words.js";

const FIELDS = ["email", "address", "campaign", "until"];

function useTerms(grant) {
  const [campaign, setCampaign] = useState(grant?.campaign ?? "");
  const [until, setUntil] = useState(dayOf(grant?.until));
  const [approval, setApproval] = useState(grant?.approval ?? false);
  // A day that was not touched stays the time that it was.
  const time = grant?.until && dayOf(grant.until) === until ? grant.until : endOf(until);
  return { campaign, setCampaign, until, setUntil, approval, setApproval, terms: { campaign, until: time, approval } };
}

function Terms({ of, error, campaigns, whose }) {
  return html`
    ${campaigns && html`<${Select} label="For which campaigns" value=${of.campaign} onValue=${of.setCampaign} fault=${faultOf(error, "campaign")}
      choices=${[["", "All campaigns"], ...campaigns]} />`}
    <${TextField} label="Until the end of" optional kind="date" value=${of.until} onValue=${of.setUntil} fault=${faultOf(error, "until")}
      hint="Left empty, it holds until one of you ends it." />
    <${Check} label=${whose === "mine" ? "I approve each of their campaigns before its first mail" : "The owner approves each campaign before its first mail"}
      value=${of.approval} onValue=${of.setApproval} />`;
}

// Returns [[id, name], ...] of the campaigns that go out from a mailbox, and the one that is chosen already.
function useCampaigns(mailbox, chosen) {
  const found = useResource((signal) => get("campaigns", { limit: 200 }, signal), [mailbox]);
  const own = (found.data?.campaigns ?? []).filter((one) => one.mailbox === mailbox).map((one) => [one.id, one.name || one.id]);
  return chosen && !own.some(([id]) => id === chosen) ? [[chosen, chosen], ...own] : own;
}

export function GiveDialog({ mailbox, onClose, onDone }) {
  const [email, setEmail] = useState("");
  const of = useTerms();
  const campaigns = useCampaigns(mailbox.id, "");
  const deed = useDeed(() => post(`mailboxes/${mailbox.id}/grants`, { email, ...of.terms }));
  return html`
    <${FormDialog} title="Let a colleague send" word="Allow" deed=${deed} fields=${FIELDS} onClose=${onClose} onDone=${onDone}>
      <p>They can send campaigns in your name from ${mailbox.address}, and see the answers to these. You see all that they send, and can end it at any time.</p>
      <${TextField} label="Their e-mail address" kind="email" value=${email} onValue=${setEmail} fault=${faultOf(deed.error, "email")}
        hint="The one with which they sign in here." />
      <${Terms} of=${of} error=${deed.error} campaigns=${campaigns} whose="mine" />
    <//>`;
}

// Gives what was asked for or less, or changes what a grant covers.
export function TermsDialog({ mailbox, grant, onClose, onDone }) {
  const isWish = grant.status === "asked";
  const of = useTerms(grant);
  const campaigns = useCampaigns(mailbox.id, grant.campaign);
  const at = `mailboxes/${mailbox.id}/grants`;
  const deed = useDeed(async () => {
    if (isWish) return post(`${at}/${grant.id}/accept`, of.terms);
    const given = await post(at, { email: grant.email, ...of.terms });
    // One for something else is a second grant: the first one ends when that is there, so that nothing stops between.
    if (given.id !== grant.id) await remove(`${at}/${grant.id}`);
    return given;
  });
  return html`
    <${FormDialog} title=${isWish ? `${grant.email} asks to send` : `What ${grant.email} may send`} word=${isWish ? "Allow" : "Save"}
      deed=${deed} fields=${FIELDS} onClose=${onClose} onDone=${onDone}>
      <p>${isWish ? "You can give what they ask for, or less." : "A campaign of theirs that this does not cover any more is paused at once."}
        ${" "}A mail that is being sent at this moment may still go out.</p>
      <${Terms} of=${of} error=${deed.error} campaigns=${campaigns} whose="mine" />
    <//>`;
}

export function AskDialog({ onClose, onDone }) {
  const [address, setAddress] = useState("");
  const of = useTerms();
  const deed = useDeed(() => post("mailboxes/requests", { address, until: of.terms.until, approval: of.approval }));
  return html`
    <${FormDialog} title="Ask a colleague" word="Ask" deed=${deed} fields=${FIELDS} onClose=${onClose} onDone=${onDone}>
      <p>You ask the owner of a mailbox that you may send campaigns from it, in their name. They see it here under their mailbox, and decide.</p>
      <${TextField} label="Address of their mailbox" kind="email" value=${address} onValue=${setAddress} fault=${faultOf(deed.error, "address")}
        hint="It has to be connected already." />
      <${Terms} of=${of} error=${deed.error} />
    <//>`;
}
