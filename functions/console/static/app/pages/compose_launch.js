// Part 5: a last look at all of it, a test mail to oneself, and the launch of exactly the plan that was seen.
import { post } from "../api.js";
import { html, useEffect, useMemo, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { go, href } from "../router.js";
import { atTime, ownZone } from "../times.js";
import { Button } from "../ui/forms.js";
import { Loading, Notice } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { mailName } from "./campaign_words.js";
import { delayInWords } from "./compose_delays.js";
import { countryName } from "./compose_hours.js";
import { hoursInWords } from "./compose_hours_model.js";
import { LaunchDialog } from "./compose_launch_dialog.js";
import { Missing, missingParts, Refused } from "./compose_plan.js";
import { bodyOf, countedUp, differences } from "./compose_planning.js";
import { needsApproval } from "./compose_sender.js";
import { TestMail } from "./compose_test_mail.js";

export function Launch({ draft, list, request, plan, mailboxes, session, kept }) {
  const missing = missingParts(draft, list);
  const [asks, ask] = useState(false);
  const [changed, setChanged] = useState(null);
  useEffect(() => {
    if (missing.length === 0 && plan.old && !plan.busy) plan.run();
  }, []);
  const launching = useDeed(async () => {
    try {
      const accepted = await post("enqueue_campaign", { ...bodyOf(request, list), plan_digest: plan.data.plan_digest });
      kept.forget();
      say(`${draft.name.trim()} is launched: ${accepted.candidates.toLocaleString("en")} candidates`);
      go(`campaigns/${accepted.id}`);
    } catch (error) {
      if (!error.now?.plan_digest) throw error;
      setChanged(differences(plan.data, error.now));
      plan.put(error.now);
      ask(false);
      scrollTo(0, 0);
    }
  });
  const mailbox = mailboxes.find((one) => one.id === draft.mailbox);
  if (missing.length > 0) return html`<${Missing} parts=${missing} />`;
  if (plan.error) return html`<${Refused} error=${plan.error} again=${plan.run} />`;
  if (!plan.data || plan.busy) return html`<div class="card"><${Loading} lines=${5} label="The plan is being made" /></div>`;
  if (plan.old) return html`<${Notice} tone="warn" title="Something was changed since the plan was made"><${Button} kind="quiet" onClick=${plan.run}>Plan again<//><//>`;
  return html`
    ${changed && html`<${Changed} changed=${changed} />`}
    <${Check} draft=${draft} list=${list} plan=${plan.data} mailbox=${mailbox} />
    <${TestMail} draft=${draft} list=${list} request=${request} mailbox=${mailbox} session=${session} />
    <div class="card launch">
      <p>${needsApproval(mailbox) ? "The mailbox's owner is asked first; nothing goes out before they approve." : "From then on the mails go out by themselves. You can pause or cancel at any time; a mail that is just being sent may still go out."}</p>
      <div><${Button} kind="primary" disabled=${countedUp(plan.data).count === 0} onClick=${() => ask(true)}>Launch the campaign<//></div>
      ${countedUp(plan.data).count === 0 && html`<p class="fault">Nobody would get a mail: all candidates are left out. <a href=${href("campaigns/new?part=plan")}>See why</a></p>`}
    </div>
    ${asks && html`<${LaunchDialog} draft=${draft} plan=${plan.data} mailbox=${mailbox} deed=${launching} onClose=${() => (launching.clear(), ask(false))} />`}`;
}

function Check({ draft, list, plan, mailbox }) {
  const total = useMemo(() => countedUp(plan), [plan]);
  const files = draft.steps.flatMap((step) => step.files);
  const rows = [
    ["From", mailbox ? `${mailbox.sender_name || ""} <${mailbox.address}>` : ""],
    ["Campaign", html`${draft.name.trim()} <span class="muted">${draft.id}</span>`],
    ["To", `${total.count.toLocaleString("en")} ${total.count === 1 ? "candidate" : "candidates"} of ${(list?.count ?? total.count).toLocaleString("en")} in the list`],
    ["Messages", html`<ol class="plain">${draft.steps.map((step, index) => html`<li key=${step.key}><b>${mailName(draft.steps, step.id)}</b>: ${delayInWords(step.delay, index > 0 && `message ${index}`)}${step.wordings.length > 1 ? `, ${step.wordings.length} wordings` : ""}</li>`)}</ol>`],
    ["Hours", `${hoursInWords(draft.hours, countryName)}${draft.hours.kind === "always" ? "" : ", by the candidate's clock"}`],
    ["First mail", total.first && `${atTime(total.first)} (${ownZone})`],
    ["Last mail", total.last && `${total.lastInWords}, if nobody answers`],
    ["Left out", total.left ? html`${total.left.toLocaleString("en")}, <a href=${href("campaigns/new?part=plan")}>see who and why</a>` : "nobody"],
    ["Written to already", plan.contacted.length ? `${(plan.contacted_count ?? plan.contacted.length).toLocaleString("en")}, ${draft.contacted.action === "skip" ? "left out" : "written to all the same"}` : "nobody"],
    ["Worth a look", plan.lint.length ? html`${plan.lint.length} ${plan.lint.length === 1 ? "thing" : "things"}, <a href=${href("campaigns/new?part=plan")}>see the plan</a>` : "nothing"],
    ["Opt-out", "A line at the end of every mail lets candidates opt out. It is put in by itself."],
    ...(draft.cc.trim() ? [["Copies to", draft.cc]] : []),
    ...(files.length ? [["Attached", files.map((one) => one.name).join(", ")]] : []),
  ];
  return html`<div class="card"><h3>A last look</h3><dl class="check-list">${rows.map(([name, words]) => html`<div key=${name}><dt>${name}</dt><dd>${words}</dd></div>`)}</dl></div>`;
}

function Changed({ changed }) {
  const { figures, moved, first, last } = changed;
  return html`<${Notice} tone="warn" title="Nothing was launched: the plan is another one by now">
    <p>Time went by, or something else took its places. This is the new plan:</p>
    <ul>${figures.map(([what, before, after]) => html`<li key=${what}>${what}: ${after} in place of ${before}</li>`)}
      ${moved > 0 && html`<li>${moved.toLocaleString("en")} candidates get mails at another time</li>`}
      ${first[0] !== first[1] && first[1] && html`<li>the first mail goes ${atTime(first[1])} in place of ${atTime(first[0])}</li>`}
      ${last[0] !== last[1] && last[1] && html`<li>the last mail goes ${atTime(last[1])} in place of ${atTime(last[0])}</li>`}</ul>
    <p>If it is right, launch again.</p><//>`;
}
