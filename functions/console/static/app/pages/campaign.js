// One campaign: its state, what can be done with it, and the parts of its page. It stays while one goes from part to
// part, so that nothing is loaded twice and focus is not lost.
import { get } from "../api.js";
import { html } from "../html.js";
import { useResource } from "../resource.js";
import { href } from "../router.js";
import { Tabs } from "../ui/shown.js";
import { Empty, Loaded, Notice } from "../ui/states.js";
import { useTitle } from "../ui/title.js";
import { Answers } from "./campaign_answers.js";
import { Candidate } from "./campaign_candidate.js";
import { Candidates } from "./campaign_candidates.js";
import { Header } from "./campaign_header.js";
import { useLive } from "./campaign_live.js";
import { Adding, Messages } from "./campaign_messages.js";
import { Overview } from "./campaign_overview.js";
import { Plan } from "./campaign_plan.js";

const READ = { answers: "Answers", candidates: "Candidates", messages: "Messages" };
// Under which tab a part is that has none of its own.
const SHOWN_AS = { overview: "", add: "/candidates" };
const PARTS = { overview: "Overview", ...READ, plan: "Plan" };

export function Campaign({ id, part = "overview", one }) {
  const live = useLive(id);
  const mailboxes = useResource((signal) => get("mailboxes", {}, signal), [id]);
  useTitle(PARTS[part], live.campaign.data?.name);
  return html`
    ${live.campaign.data === null && html`<h1 tabindex="-1">Campaign</h1>`}
    <${Loaded} of=${live.campaign} lines=${8} missing="There is no such campaign, or it is not for you.">${(campaign) => {
      const mailbox = mailboxes.data?.mailboxes.find((other) => other.id === campaign.mailbox);
      return html`
        <${Header} campaign=${campaign} mailbox=${mailbox} known=${mailboxes.data !== null} live=${live} />
        ${live.pulse.stale && html`<${Notice} tone="warn">The figures may be old: ${live.pulse.error.message}<//>`}
        <${Parts} campaign=${campaign} part=${part} />
        <${Part} key=${part} campaign=${campaign} mailbox=${mailbox} part=${part} one=${one} live=${live} />`;
    }}<//>`;
}

// While ids and parts change, it is the same page as long as the campaign is.
Campaign.keyOf = ({ id }) => `campaign/${id}`;

function Parts({ campaign, part }) {
  const { id, figures, may } = campaign;
  const counts = { candidates: figures.candidates };
  const tabs = Object.entries(PARTS)
    .filter(([name]) => !READ[name] || may.includes("read"))
    .map(([name, words]) => [name === "overview" ? `campaigns/${id}` : `campaigns/${id}/${name}`, words, counts[name]]);
  return html`<${Tabs} label="Parts of the campaign" tabs=${tabs} now=${`campaigns/${id}${SHOWN_AS[part] ?? `/${part}`}`} />`;
}

function Part({ part, one, ...given }) {
  if (READ[part] && !given.campaign.may.includes("read")) {
    return html`<${Empty} title="Not for you to read"><p>Candidates, mails and answers are for the mailbox's owner, and for whom they let send from it.</p><//>`;
  }
  if (part === "overview") return html`<${Overview} ...${given} />`;
  if (part === "answers") return html`<${Answers} one=${one} ...${given} />`;
  if (part === "candidates") return one ? html`<${Candidate} key=${one} one=${one} ...${given} />` : html`<${Candidates} ...${given} />`;
  if (part === "messages") return html`<${Messages} one=${one} ...${given} />`;
  if (part === "add") return html`<${Adding} ...${given} />`;
  if (part === "plan") return html`<${Plan} ...${given} />`;
  return html`<${Empty} title="There is no such page"><p><a href=${href(`campaigns/${given.campaign.id}`)}>To the campaign</a></p><//>`;
}
