// Those who get no mail: the list, with who is on it and why; put on and taken off by address or domain.
import { download, get, post } from "../api.js";
import { html, useState } from "../html.js";
import { useDeed, useResource } from "../resource.js";
import { onDay } from "../times.js";
import { Button, Confirm } from "../ui/forms.js";
import { Table } from "../ui/shown.js";
import { Empty, Loaded, Notice, Problem } from "../ui/states.js";
import { say } from "../ui/toasts.js";
import { AddDialog, RemoveDialog } from "./organisation_suppression_forms.js";

const WHY = { opted_out: "opted out", bounced: "their address bounced", listed: "put here by your organisation" };

export function OrganisationSuppressions() {
  const [shown, setShown] = useState({ addresses: [], next: null });
  const first = useResource(async (signal) => {
    const data = await get("settings/suppressions", {}, signal);
    setShown({ addresses: data.addresses, next: data.next });
    return data;
  }, []);
  const more = useDeed(async () => {
    const data = await get("settings/suppressions", { after: shown.next });
    setShown((old) => ({ addresses: [...old.addresses, ...data.addresses], next: data.next }));
  });
  const saving = useDeed(() => download("settings/suppressions.csv", "suppressions.csv"));
  // What is open: "", "add", "remove", or the entry that is to be taken off.
  const [open, setOpen] = useState("");
  const done = async (words, tone) => {
    await first.reload();
    setOpen("");
    say(words, tone);
  };
  // An empty list says by itself how one puts somebody on it.
  const isEmpty = first.data?.domains.length === 0 && shown.addresses.length === 0;
  return html`
    <section class="card" aria-label="Who gets no mail">
      <header><h2>Who gets no mail</h2>
        ${first.data !== null && !isEmpty && html`<div class="actions">
          <${Button} busy=${saving.busy} onClick=${saving.run}>Save as CSV<//>
          <${Button} onClick=${() => setOpen("remove")}>Take off …<//>
          <${Button} kind="primary" onClick=${() => setOpen("add")}>Add …<//>
        </div>`}</header>
      <p class="muted">Nobody in your organisation can write to these from Outreach. Who opts out, or whose address bounces for good, is put here by itself.</p>
      <${Problem} error=${saving.error} />
      <${Loaded} of=${first}>${({ domains }) => html`
        <${Lists} domains=${domains} shown=${shown} onRemove=${setOpen} onAdd=${() => setOpen("add")} />
        <${Problem} error=${more.error} />
        ${shown.next && html`<div class="actions"><${Button} busy=${more.busy} onClick=${more.run}>Show more<//></div>`}`}<//>
    </section>
    ${open === "add" && html`<${AddDialog} onClose=${() => setOpen("")} onDone=${done} />`}
    ${open === "remove" && html`<${RemoveDialog} onClose=${() => setOpen("")} onDone=${done} />`}
    ${open && !["add", "remove"].includes(open) && html`<${RemoveOne} entry=${open} onClose=${() => setOpen("")} onDone=${done} />`}`;
}

function Lists({ domains, shown, onRemove, onAdd }) {
  const rows = [
    ...domains.map((domain) => ({ id: domain, entry: domain, why: "listed", isDomain: true })),
    ...shown.addresses.map((one) => ({ id: one.id, entry: one.address, why: one.why, since: one.since })),
  ];
  if (!rows.length) {
    return html`<${Empty} title="The list is empty"><p>Put people here whom nobody of you is to write to: customers, candidates who asked by telephone, whole companies.</p>
      <${Button} kind="primary" onClick=${onAdd}>Add …<//><//>`;
  }
  return html`<${Table} label="Who gets no mail" rows=${rows} columns=${[
    ["Who", (row) => (row.isDomain ? html`everybody at <b>${row.entry}</b>` : row.entry || html`<span class="muted">an address that was erased, known by its keyed hash alone</span>`)],
    ["Why", (row) => WHY[row.why] ?? row.why],
    ["Since", (row) => (row.since ? onDay(row.since) : "")],
    ["", (row) => (row.entry && row.why !== "opted_out"
      ? html`<div class="actions end"><${Button} kind="small" onClick=${() => onRemove(row.entry)} aria-label=${`Take off ${row.entry}`}>Take off<//></div>` : "")],
  ]} />`;
}

function RemoveOne({ entry, onClose, onDone }) {
  const deed = useDeed(async () => {
    const { kept } = await post("settings/suppressions/removals", { entries: [entry] });
    if (kept.length) throw new Error(`${entry} stays on the list: it ${kept[0].why}.`);
    await onDone(`${entry} is off the list.`);
  });
  return html`
    <${Confirm} title=${`Take ${entry} off the list?`} word="Take off" kind="primary" deed=${deed} onClose=${onClose}>
      Your colleagues can write to ${entry.includes("@") ? "them" : "people there"} again. Campaigns that stopped for it do not go on by themselves.
    <//>`;
}
