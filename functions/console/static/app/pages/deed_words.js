// What a deed is called: as the records of what was done tell it, and as a candidate's own timeline does.
import { many } from "./campaign_words.js";

const DEEDS = {
  invited: "Invited somebody to connect their mailbox", withdrawn: "Withdrew an invitation", connected: "Connected the mailbox",
  disconnecting: "Asked for the mailbox to be disconnected", disconnected: "The mailbox was disconnected", resumed_mailbox: "Ended a break of the mailbox",
  settings_changed: "Changed settings", asked: "Asked to send from it", granted: "Allowed somebody to send", grant_ended: "Ended somebody's permission to send",
  accepted_campaign: "Started a campaign", approved_campaign: "Approved a campaign", edited_campaign: "Changed a campaign", paused_campaign: "Paused a campaign",
  resumed_campaign: "Resumed a campaign", cancelled_campaign: "Cancelled a campaign", sent: "A mail went out", read_answer: "Opened the text of a mail in Gmail",
  exported: "Saved data as a file", suppressed: "Put on the list of those who get no mail", unsuppressed: "Took off the list of those who get no mail",
  org_changed: "Changed the organisation's settings", erasing: "Asked for an erasure", erased: "An erasure was done",
};
// A campaign is changed in several ways, which the words beside the deed tell apart.
const EDITS = { skipped: "Took a candidate out", "held: sent": "Said that a held mail went out", "held: not sent": "Said that a held mail did not go out" };
const ADDED = /^candidates added: (\d+)$/;

// Returns [words, what is still to be told of what it was about].
export function deedWords({ deed, about }) {
  const edit = deed === "edited_campaign" && about.find((one) => EDITS[one] || ADDED.test(one));
  if (!edit) return [DEEDS[deed] ?? deed.replaceAll("_", " "), about];
  const count = Number(ADDED.exec(edit)?.[1]);
  return [EDITS[edit] ?? `Added ${many(count, "candidate")} to a campaign`, about.filter((one) => one !== edit)];
}

const TOLD = {
  skipped: "They were taken out of the campaign", "held: sent": "Somebody said that the held mail had gone out",
  "held: not sent": "Somebody said that the held mail had not gone out", read_answer: "An answer was read from Gmail",
  exported: "What is held about them was exported", edited_campaign: "The campaign was changed",
};

// The same to who looks at the candidate; why: the deed.
export const deedTold = ({ why, about = [] }) => TOLD[about.find((one) => TOLD[one])] ?? TOLD[why] ?? why.replaceAll("_", " ");
