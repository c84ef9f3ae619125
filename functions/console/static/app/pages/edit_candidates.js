// Further candidates for a campaign that runs.
import { post } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed } from "../resource.js";
import { Button, Confirm, TextField } from "../ui/forms.js";
import { Notice, Problem } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { candidatesOf, nameAt } from "./compose_list.js";
import { inOurWords, placeOf } from "./compose_parts.js";
import { ListEditor } from "./compose_shortlist.js";
import { useUpload } from "./compose_upload.js";

// done: called when some were added.
export function AddCandidates({ id, campaign, done }) {
  const [list, put] = useState(null);
  const [result, show] = useState(null);
  const [asks, ask] = useState(false);
  const upload = useUpload();
  const adding = useDeed(async (reason) => {
    const body = { ...candidatesOf(list), ...(reason && { contacted: { action: "continue", reason } }) };
    const added = await post(`campaigns/${encodeURIComponent(id)}/candidates`, body);
    show(added);
    say(added.added === 1 ? "1 candidate was added" : `${added.added.toLocaleString("en")} candidates were added`);
    if (added.added > 0) done();
  });
  const setList = (next) => (adding.clear(), show(null), put(next));
  const fits = list && list.count > 0 && list.faults.length === 0 && (!list.large || list.upload);
  const people = list && `${list.count.toLocaleString("en")} ${list.count === 1 ? "candidate" : "candidates"}`;
  return html`<section class="stack" aria-label="Add candidates">
    <p class="muted">They get the messages of ${campaign.name} from the first one on, at times of their own. Who is in it already is not taken twice.</p>
    <${ListEditor} list=${list} setList=${setList} upload=${upload} hint="Up to 100,000 candidates." faults=${(adding.error?.faults ?? []).map(inOurWords)} />
    ${adding.error && !adding.error.faults?.length && html`<${Problem} error=${adding.error} label=${placeOf} />`}
    ${result && html`<${Result} result=${result} list=${list} adding=${adding} />`}
    ${list && !result && html`<div class="actions"><${Button} kind="primary" busy=${adding.busy} disabled=${!fits} onClick=${() => ask(true)}>Add ${people}<//></div>`}
    ${asks && html`<${Confirm} title=${`Add ${people} to ${campaign.name}?`} word="Add them" kind="primary" onClose=${() => ask(false)}
        deed=${{ ...adding, error: null, run: async () => (await adding.run(), null) }}>
      <p>Mails go to them by themselves, in the campaign's hours, after those that are planned already. The whole list is looked at first: with one fault in it, nobody is added.</p><//>`}
  </section>`;
}

function Result({ result, list, adding }) {
  const [reason, set] = useState("");
  const { added, candidates, skipped, skipped_count: left = skipped.length, contacted, contacted_count: written = contacted.length } = result;
  const were = candidates - added;
  return html`<${Notice} tone=${added ? "good" : "info"} title=${added === 1 ? "1 candidate was added" : `${added.toLocaleString("en")} candidates were added`}>
      ${were > 0 ? `${were.toLocaleString("en")} of the list ${were === 1 ? "was" : "were"} in it already.` : null}<//>
    ${skipped.length > 0 && html`<div class="card"><h3>Left out</h3><ul class="plain">${skipped.slice(0, 50).map(({ index, reason: why }) => html`<li key=${index}><b>${nameAt(list, index)}</b> ${why}</li>`)}</ul>
      ${left > 50 && html`<p class="muted">and ${(left - 50).toLocaleString("en")} more</p>`}</div>`}
    ${contacted.length > 0 && skipped.length > 0 && html`<div class="card"><h3>Written to already: ${written === 1 ? "one of them" : `${written.toLocaleString("en")} of them`}</h3>
      <${TextField} label="Why they are written to all the same" value=${reason} onValue=${set} maxlength="1000" hint="It is kept with the campaign." />
      <div><${Button} busy=${adding.busy} disabled=${!reason.trim()} onClick=${() => adding.run(reason.trim())}>Add them too<//></div></div>`}`;
}
