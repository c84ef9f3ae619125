// The head of a campaign's page: what state it is in and why, and what the viewer may do about it.
import { html, useState } from "../html.js";
import { href } from "../router.js";
import { Button } from "../ui/forms.js";
import { Badge, Time } from "../ui/shown.js";
import { Notice } from "../ui/states.js";
import { Approve, Cancel, Export, Pause, Resume } from "./campaign_deeds.js";
import { isOver } from "./campaign_live.js";

export function Header({ campaign, mailbox, known, live }) {
  const [asked, ask] = useState("");
  const close = () => ask("");
  const { may, status } = campaign;
  const buttons = [
    status === "active" && may.includes("stop") && !isOver(campaign) && ["pause", "Pause", ""],
    status === "paused" && mayResume(campaign) && ["resume", "Resume", "primary"],
    may.includes("read") && ["export", "Export", ""],
    ["active", "paused"].includes(status) && may.includes("stop") && !isOver(campaign) && ["cancel", "Cancel", "danger"],
  ].filter(Boolean);
  const given = { campaign, mailbox, live, onClose: close };
  return html`
    <div class="title">
      <div class="stack tight"><div class="row"><h1 tabindex="-1">${campaign.name}</h1><${Badge} of=${stateOf(campaign)} /></div>
        <p class="muted">From ${mailbox?.address ?? (known ? "a mailbox you have no part in" : "…")}${mailbox?.address !== campaign.author_email && html`, written by ${campaign.author_email}`},
          started <${Time} at=${campaign.accepted_at} /></p></div>
      <div class="actions">${buttons.map(([name, words, kind]) => html`
        <${Button} key=${name} kind=${kind} aria-haspopup="dialog" onClick=${() => ask(name)}>${words}<//>`)}</div>
    </div>
    <${State} campaign=${campaign} mailbox=${mailbox} onApprove=${() => ask("approve")} />
    ${asked === "pause" && html`<${Pause} ...${given} />`}
    ${asked === "resume" && html`<${Resume} ...${given} />`}
    ${asked === "cancel" && html`<${Cancel} ...${given} />`}
    ${asked === "approve" && html`<${Approve} ...${given} />`}
    ${asked === "export" && html`<${Export} ...${given} />`}`;
}

export const isUnapproved = (campaign) =>
  campaign.needs_approval && campaign.approved_at === null && ["active", "paused"].includes(campaign.status);

// A campaign runs until its last mail is out; then nothing is left of it to run.
function stateOf(campaign) {
  if (campaign.status === "active" && isUnapproved(campaign)) return "unapproved";
  return campaign.status === "active" && isOver(campaign) ? "finished" : campaign.status;
}

// Who owns the mailbox may approve, and only they resume what they have paused.
const mayResume = ({ may, paused_for: whose }) => may.includes("write") && (whose !== "owner" || may.includes("approve"));

const PAUSED = {
  person: ["It is paused", "Nothing goes out until it is resumed. Answers are still found."],
  owner: ["Paused by the mailbox's owner or an admin", "Only the owner of the mailbox can resume it."],
  disconnect: ["Paused because the mailbox is disconnected", "It goes on by itself once the mailbox is connected again."],
  grant: ["Paused because its author may no longer send from this mailbox", "The mailbox's owner can let them send again; then it can be resumed."],
  label: ["Paused because its label is gone from Gmail", "Whoever took the label away may have meant to stop it. Resume it if not."],
};

// What it says where nobody gave a reason.
const CANCELLED = "the campaign was cancelled";

function State({ campaign, mailbox, onApprove }) {
  const [title, next] = PAUSED[campaign.paused_for] ?? PAUSED.person;
  return html`
    ${campaign.status === "paused" && html`<${Notice} tone="warn" title=${title}>
      ${campaign.why && html`<p>Why: ${campaign.why}</p>`}<p>${next}</p>
      ${campaign.paused_for === "disconnect" && mailbox && html`<p><a href=${href(`mailboxes/${mailbox.id}`)}>To the mailbox</a></p>`}<//>`}
    ${campaign.status === "cancelled" && campaign.why && html`<${Notice} title="This campaign has ended for good">${campaign.why !== CANCELLED && campaign.why}<//>`}
    ${campaign.status === "accepting" && html`<${Notice} title="It is being started">All candidates are being put in place. Nothing goes out before the last one is in.<//>`}
    ${campaign.status === "undoing" && html`<${Notice} tone="warn" title="The start failed and is being undone">Nothing has gone out. Start it again in a moment.<//>`}
    ${campaign.planning && html`<${Notice}>Those who wait are getting new times. None of them is written to until then.<//>`}
    ${isUnapproved(campaign) && html`<${Notice} tone="warn" title="It waits for approval">
      <p>${campaign.may.includes("approve")
        ? `${campaign.author_email} wrote it, and it would go out in your name. Nothing is sent before you have approved it.`
        : "Nothing is sent before the mailbox's owner has approved it."}</p>
      ${campaign.may.includes("approve") && html`<p><button type="button" onClick=${onApprove}>Look at it and approve</button></p>`}<//>`}
    ${campaign.held > 0 && html`<${Notice} tone="warn" title=${campaign.held === 1 ? "One mail is held" : `${campaign.held.toLocaleString("en")} mails are held`}>
      <p>Nobody could find out whether ${campaign.held === 1 ? "it" : "they"} went out. So that nobody gets a mail twice, a person has to look.</p>
      ${campaign.may.includes("read") && html`<p><a href=${href(`campaigns/${campaign.id}/candidates?status=held`)}>Show whom it concerns</a></p>`}<//>`}`;
}
