// Where a campaign begins: empty, with an example, or with one that was exported; and how one begins anew.
import { html, useRef, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { go } from "../router.js";
import { Button, Confirm } from "../ui/forms.js";
import { Notice } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { draftFrom } from "./compose_draft.js";
import { EXAMPLE, EXAMPLE_LIST } from "./compose_example.js";
import { listOfCandidates, listOfText } from "./compose_list.js";

async function exported(file, mailboxes) {
  let asked;
  try {
    asked = JSON.parse(await file.text());
  } catch {
    throw new Error(`${file.name} is no campaign: it is not JSON.`);
  }
  if (!asked || !Array.isArray(asked.steps)) throw new Error(`${file.name} is no campaign: it has no steps.`);
  const list = Array.isArray(asked.candidates) && asked.candidates.length ? listOfCandidates(asked.candidates)
    : typeof asked.shortlist === "string" ? await listOfText(asked.shortlist) : null;
  return { draft: draftFrom(asked, mailboxes.map((one) => one.id)), list: list && { ...list, name: file.name, key: `${file.name}/${file.size}` } };
}

export function Start({ kept, mailboxes, blank }) {
  const { draft, change, setList, clear } = kept;
  const [asks, ask] = useState(null);
  const file = useRef(null);
  const take = async ({ draft: taken, list }) => {
    change({ ...taken, mailbox: taken.mailbox || draft.mailbox });
    setList(list);
    go("campaigns/new?part=sender");
  };
  const importing = useDeed(async (chosen) => {
    await take(await exported(chosen, mailboxes));
    say(`Imported ${chosen.name}`);
  });
  const example = useDeed(async () => {
    await take({ draft: draftFrom(EXAMPLE), list: { ...(await listOfText(EXAMPLE_LIST)), name: "Example", typed: EXAMPLE_LIST, key: "example" } });
    say("The example is filled in");
  });
  const over = useDeed(async () => (clear({ mailbox: draft.mailbox }), go("campaigns/new?part=sender")));
  // What is there is thrown away only after a question.
  const first = (deed, words) => (blank ? deed.run() : ask({ deed, words }));
  return html`<div class="actions start">
    <input type="file" hidden accept=".json,application/json" ref=${file}
      onChange=${(event) => {
        const [chosen] = event.target.files;
        event.target.value = "";
        if (chosen) first({ ...importing, run: () => importing.run(chosen) }, `Import ${chosen.name}`);
      }} />
    <${Button} kind="quiet small" busy=${importing.busy} onClick=${() => file.current.click()}>Import a campaign<//>
    <${Button} kind="quiet small" busy=${example.busy} onClick=${() => first(example, "Fill in the example")}>Start from an example<//>
    ${!blank && html`<${Button} kind="quiet small" onClick=${() => ask({ deed: over, words: "Start over" })}>Start over<//>`}
    ${importing.error && html`<${Notice} tone="bad">${importing.error.message}<//>`}
    ${asks && html`<${Confirm} title="Throw away what is written?" word=${asks.words} deed=${asks.deed} onClose=${() => ask(null)}>
      <p>The name, shortlist and messages written here are thrown away. Nothing of them was sent or kept anywhere else.</p><//>`}
  </div>`;
}
