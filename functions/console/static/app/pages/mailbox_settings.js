// What an owner may change: sender, signature, and how much goes out, with what that comes to.
import { useEditing } from "../editing.js";
import { html } from "../html.js";
import { secondsOf } from "../times.js";
import { Conflicted, SaveBar } from "../ui/save_bar.js";
import { faultOf, TextArea, TextField } from "../ui/forms.js";
import { FormProblem } from "../ui/form_dialog.js";
import { MailView } from "../ui/mail_view.js";
import { Loaded } from "../ui/states.js";
import { capAfter, SETTINGS as WORDS } from "./mailbox_words.js";

const DURATIONS = ["gap", "jitter"];
// What each may be, as a person reads it: the interface counts durations otherwise.
const RANGES = {
  daily_cap: "From 1 to 500", domain_cap: "From 1 to 500", ramp_start: "From 1 to 500", ramp_step: "From 0 to 500", gap: "From 20 to 3,600 seconds", jitter: "From 0 to 3,600 seconds",
};
const NUMBERS = ["daily_cap", "domain_cap", "ramp_start", "ramp_step"];

const shape = ({ limits, ...own }) => ({
  sender_name: own.sender_name, signature_text: own.signature_text, signature_html: own.signature_html,
  ...Object.fromEntries(NUMBERS.map((name) => [name, String(limits[name])])),
  ...Object.fromEntries(DURATIONS.map((name) => [name, String(secondsOf(limits[name]))])),
});

const body = (changed) => Object.fromEntries(Object.entries(changed).map(([name, value]) => [name,
  DURATIONS.includes(name) ? `PT${Number(value) || 0}S` : NUMBERS.includes(name) ? Math.round(Number(value) || 0) : value]));

export function MailboxSettings({ mailbox }) {
  const edit = useEditing(`mailboxes/${mailbox.id}/settings`, shape, body);
  return html`<${Loaded} of=${edit.of} lines=${6}>${({ data }) => html`
    <form class="stack" novalidate onSubmit=${(event) => (event.preventDefault(), edit.save.run())}>
      <${Sender} edit=${edit} address=${mailbox.address} />
      <${Amounts} edit=${edit} zone=${data.timezone} />
      <${Conflicted} edit=${edit} words=${WORDS} />
      <${FormProblem} error=${edit.save.error?.status === 412 ? null : edit.save.error} fields=${Object.keys(WORDS)} />
      <${SaveBar} edit=${edit} />
    </form>`}<//>`;
}

function Sender({ edit, address }) {
  const { values, set, save } = edit;
  const field = (name) => ({ label: WORDS[name], value: values[name], onValue: (value) => set(name, value), fault: faultOf(save.error, name) });
  return html`
    <section class="card" aria-label="Sender and signature">
      <h2>Sender and signature</h2>
      <${TextField} ...${field("sender_name")} hint=${`Candidates see: ${values.sender_name} <${address}>`} />
      <${TextArea} ...${field("signature_text")} rows=${4} optional hint="It stands under each mail of a campaign that wants it, above the line to opt out." />
      <details open=${Boolean(values.signature_html)}>
        <summary>Signature in HTML</summary>
        <div class="stack">
          <${TextArea} ...${field("signature_html")} rows=${5} optional spellcheck="false" hint="For mails that are written in HTML. Left empty, these get the one above." />
          ${values.signature_html && html`<div><p class="muted">As it will look</p><${MailView} title="Your signature as it will look" content=${values.signature_html} /></div>`}
        </div>
      </details>
    </section>`;
}

function Amounts({ edit, zone }) {
  const { values, set, save } = edit;
  const field = (name, most) => ({
    label: WORDS[name], kind: "number", inputmode: "numeric", min: 0, max: most, value: values[name],
    onValue: (value) => set(name, value), fault: faultOf(save.error, name) && RANGES[name],
  });
  return html`
    <section class="card" aria-label="How much goes out">
      <h2>How much goes out</h2>
      <p class="muted">New amounts hold for what is planned from now on; times that are planned already stay. A day is one of ${zone.replaceAll("_", " ")}.</p>
      <div class="amounts">
        <${TextField} ...${field("daily_cap", 500)} hint="By all campaigns together. Up to 500; Google itself takes 2,000, your own mails among them." />
        <${TextField} ...${field("domain_cap", 500)} hint="So that one company does not get all at once." />
        <${TextField} ...${field("gap", 3600)} hint="At least so long from one mail to the next: 20 to 3,600." />
        <${TextField} ...${field("jitter", 3600)} hint="Up to so much later than its place, so that times look like a person's." />
        <${TextField} ...${field("ramp_start", 500)} hint="A new mailbox begins with few, so that mail programs come to trust it." />
        <${TextField} ...${field("ramp_step", 500)} hint="Until the mails a day are reached." />
      </div>
      <${Consequences} values=${values} />
    </section>`;
}

function Consequences({ values }) {
  const limits = Object.fromEntries([...NUMBERS, ...DURATIONS].map((name) => [name, Number(values[name])]));
  const { daily_cap: cap, gap, ramp_start: start, ramp_step: step } = limits;
  if (Object.values(limits).some((value) => !Number.isFinite(value) || value < 0) || !cap || !start) return null;
  const full = start >= cap ? 0 : step > 0 ? Math.ceil((cap - start) / step) : Infinity;
  const hours = (Math.max(0, capAfter(limits, Math.min(full, 400)) - 1) * gap) / 3600;
  const reach = full === 0 ? `It is ${cap} mails a day from the first day on.`
    : full === Infinity ? `It stays at ${start} mails a day: there are not more each day.`
    : `${start} mails on the first day, ${cap} a day from day ${full + 1} on.`;
  return html`
    <div class="asks" aria-live="polite">
      <p><strong>What this comes to</strong></p>
      <ul>
        <li>${reach}</li>
        <li>A full day's mails take at least ${hours < 1 ? `${Math.max(1, Math.round(hours * 60))} minutes` : `${hours.toFixed(1).replace(".0", "")} hours`}.
          ${hours > 8 && html`<strong> That is longer than a working day of eight hours: fewer will go out.</strong>`}</li>
        <li>First mails to 200 candidates are out after ${sendingDays(limits, 200)} days of sending; follow-ups take their places besides.</li>
      </ul>
    </div>`;
}

// Returns how many days of sending so many mails take from the day of connecting on.
function sendingDays(limits, mails) {
  let left = mails;
  let passed = 0;
  for (; left > 0 && passed < 400; passed++) left -= Math.max(1, capAfter(limits, passed));
  return passed;
}
