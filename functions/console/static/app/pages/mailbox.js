// One mailbox: its tabs, by what the viewer may do with it.
import { get } from "../api.js";
import { html, useState } from "../html.js";
import { useResource } from "../resource.js";
import { href } from "../router.js";
import { Badge, Tabs } from "../ui/shown.js";
import { Empty, Loaded } from "../ui/states.js";
import { useTitle } from "../ui/title.js";
import { Trouble } from "./mailbox_card.js";
import { ConnectDialog } from "./mailbox_connect.js";
import { Receipt, useOwnErasures } from "./mailbox_erasures.js";
import { MailboxLeave } from "./mailbox_leave.js";
import { MailboxOverview } from "./mailbox_overview.js";
import { MailboxPeople } from "./mailbox_people.js";
import { MailboxRecord } from "./mailbox_record.js";
import { MailboxSettings } from "./mailbox_settings.js";
import { Address } from "./mailbox_words.js";

// part: [words, component, who]
const PARTS = {
  overview: ["Overview", MailboxOverview, "all"],
  settings: ["Settings", MailboxSettings, "owner"],
  people: ["Who may send", MailboxPeople, "looks"],
  record: ["Record", MailboxRecord, "looks"],
  leave: ["Disconnect and erase", MailboxLeave, "looks"],
};

// The headings of mailboxes that were seen, so that going from tab to tab does not lose them.
const seen = new Map();

export function Mailbox({ id, part = "overview", session }) {
  const list = useResource((signal) => get("mailboxes", {}, signal), [id], {
    every: (data) => (data.mailboxes.find((one) => one.id === id)?.status === "leaving" ? 3_000 : 30_000),
  });
  const [again, setAgain] = useState(null);
  useTitle(PARTS[part]?.[0], seen.get(id) ?? "Mailbox");
  const mailbox = list.data?.mailboxes.find((one) => one.id === id);
  if (mailbox) seen.set(id, mailbox.address);
  return html`
    <p class="back"><a href=${href("mailboxes")}>‹ Mailboxes</a></p>
    <div class="title"><h1 tabindex="-1" class="address"><${Address} of=${seen.get(id) ?? "Mailbox"} /></h1>${mailbox && html`<${Badge} of=${mailbox.status} />`}</div>
    <${Loaded} of=${list} lines=${5}>${() => (mailbox
      ? html`<${Parts} mailbox=${mailbox} part=${part} session=${session} onConnect=${setAgain} reload=${list.reload} />`
      : html`<${Gone} id=${id} />`)}<//>
    ${again && html`<${ConnectDialog} session=${session} again=${again} onClose=${() => setAgain(null)} />`}`;
}

function Parts({ mailbox, part, session, onConnect, reload }) {
  const looks = mailbox.own || session.role === "admin";
  const may = { all: true, owner: mailbox.own, looks };
  const shown = Object.entries(PARTS).filter(([, [, , who]]) => may[who]);
  const at = (name) => (name === "overview" ? `mailboxes/${mailbox.id}` : `mailboxes/${mailbox.id}/${name}`);
  const Part = shown.find(([name]) => name === part)?.[1][1];
  return html`
    ${shown.length > 1 && html`<${Tabs} label="Parts of this mailbox" now=${at(part)} tabs=${shown.map(([name, [words]]) => [at(name), words])} />`}
    ${part !== "leave" && html`<${Trouble} one=${mailbox} onConnect=${onConnect} />`}
    ${Part ? html`<${Part} mailbox=${mailbox} session=${session} onConnect=${onConnect} reload=${reload} />`
      : html`<${Empty} title="This is not for you"><p>Only the mailbox's owner sees this.</p><//>`}`;
}

// A mailbox that is not there any more: perhaps because the viewer had it erased.
function Gone({ id }) {
  const { data } = useOwnErasures();
  const receipt = data?.find((one) => one.kind === "mailbox" && one.subject === id);
  return html`
    <${Empty} title=${receipt ? "This mailbox was erased" : "Not found"}>
      <p>${receipt ? "Its receipt is below." : "There is no such mailbox, or it is not for you."}</p>
      <a class="button" href=${href("mailboxes")}>To the mailboxes</a>
    <//>
    ${receipt && html`<${Receipt} erasure=${receipt} />`}`;
}
