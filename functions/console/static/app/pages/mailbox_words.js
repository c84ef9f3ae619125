// What is said of mailboxes in more than one place: who may send, what Google is asked for, how much goes out.
import { html } from "../html.js";
import { isoDay, onDay, ownZone } from "../times.js";

// What each way of connecting asks of Google (as its page words it), and what comes of it.
export const ACCESS = {
  full: {
    name: "Full: read the answers",
    short: "full",
    says: "Answers are found and shown here with their text. Mails get a label in Gmail, and taking it off a thread stops that candidate. What Gmail did not confirm can be found out.",
    asks: [
      ["Read, compose and send emails from your Gmail account", "to send campaign mails, to find the answers, and to read those answers. The text of other mail is never fetched; each read is on a record that the owner can look at."],
      ["See your primary Google Account email address", "to know whose mailbox was connected."],
    ],
  },
  headers: {
    name: "Headers only: never read a text",
    short: "headers only",
    says: "An answer still stops the campaign, but it is read in Gmail alone: here is no text of it. There are no labels, and a mail that Gmail did not confirm waits until somebody says whether it went out.",
    asks: [
      ["Send email on your behalf", "to send campaign mails."],
      ["View your email message metadata such as labels and headers, but not the email body", "to find out who answered. No text can be read, of any mail."],
      ["See your primary Google Account email address", "to know whose mailbox was connected."],
    ],
  },
};

// What may be changed of a mailbox and of an org, as forms and the audit call it.
export const SETTINGS = {
  sender_name: "Your name", signature_text: "Signature", signature_html: "Signature in HTML", daily_cap: "Mails a day", domain_cap: "Mails a day to one company",
  gap: "Seconds between two mails", jitter: "Irregularity in seconds", ramp_start: "Mails on the first day", ramp_step: "More each day",
};
export const ORG_SETTINGS = {
  name: "Name", answers_days: "Days that answers are kept", reads_days: "Days that the record of reads is kept", guard_days: "Days that a colleague's mail counts",
};

// "any campaign, until 3 Mar, each after the owner's approval"
export function termsOf({ campaign, until, approval }, whose = "the owner's") {
  const what = campaign ? `the campaign “${campaign}”` : "any campaign";
  return `${what}${until ? `, until ${onDay(until)}` : ""}${approval ? `, each after ${whose} approval` : ""}`;
}

// A day as a person picks it, for the interface: the end of that day in their zone; null for no day.
export const endOf = (day) => (day ? new Date(`${day}T23:59:59`).toISOString() : null);
export const dayOf = (time) => (time ? isoDay(time, ownZone) : "");

const days = (from, to) => Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000));

// How many mails may go out on a day so many days after connecting: a new mailbox begins with few.
export const capAfter = (limits, passed) => Math.min(limits.daily_cap, limits.ramp_start + limits.ramp_step * passed);

export const capToday = (limits, connectedAt, zone) =>
  capAfter(limits, days(isoDay(connectedAt, zone), isoDay(new Date().toISOString(), zone)));

export const Fact = ({ label, children }) => html`<div class="fact"><dt>${label}</dt><dd>${children}</dd></div>`;

// An address that may break after its @, and not in the middle of a word where there is another way.
export function Address({ of }) {
  const [local, domain] = of.split(/(?=@)/);
  return html`${local}<wbr />${domain}`;
}
