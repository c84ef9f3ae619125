// The files that go along with a message.
import { html, useRef, useState } from "../html.js";
import { Button } from "../ui/forms.js";

const COUNT = 3;
const SIZE = 700_000;
const TOTAL = 2_000_000;
const kilobytes = (size) => `${Math.ceil(size / 1000).toLocaleString("en")} KB`;

async function attachmentOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return { name: file.name, type: file.type || "application/octet-stream", size: file.size, content: btoa(text) };
}

export function Files({ step, where, set, fault, all }) {
  const [wrong, say] = useState("");
  const input = useRef(null);
  const { files } = step;
  // Files of a campaign that runs: their contents are not here, so they stay or go together.
  const kept = step.dropsFiles || files.length > 0 ? [] : step.kept ?? [];
  const take = async (chosen) => {
    const total = all.flatMap((one) => one.files).reduce((sum, one) => sum + one.size, 0);
    if (chosen.size > SIZE) return say(`${chosen.name} has ${kilobytes(chosen.size)}; a file has at most ${kilobytes(SIZE)}. A link to it does as well.`);
    if (chosen.size === 0) return say(`${chosen.name} is empty.`);
    if (total + chosen.size > TOTAL) return say(`A campaign's files have at most ${kilobytes(TOTAL)} together.`);
    if (files.some((one) => one.name === chosen.name)) return say(`${chosen.name} is there already.`);
    say("");
    return set({ files: [...files, await attachmentOf(chosen)] });
  };
  const faults = files.flatMap((_, at) => ["name", "type", "content"].map((name) => fault(`${where}.attachments[${at}].${name}`))).concat(fault(`${where}.attachments`)).filter(Boolean);
  return html`<div class="files">
    <input type="file" hidden ref=${input}
      onChange=${(event) => (event.target.files[0] && take(event.target.files[0]), (event.target.value = ""))} />
    ${[...kept, ...files].length > 0 && html`<ul class="chips" aria-label="Attached files">
      ${kept.map((one) => html`<li key=${one.id}>${one.name} <span class="muted">${kilobytes(one.size)}</span></li>`)}
      ${files.map((one) => html`<li key=${one.name}>${one.name} <span class="muted">${kilobytes(one.size)}</span>
        <button type="button" class="icon" aria-label=${`Remove ${one.name}`} onClick=${() => (say(""), set({ files: files.filter((other) => other !== one) }))}>✕</button></li>`)}</ul>`}
    ${kept.length > 0 && html`<${Button} kind="quiet small" onClick=${() => set({ dropsFiles: true })}>Remove the files<//>`}
    ${files.length < COUNT && html`<${Button} kind="quiet small" onClick=${() => input.current.click()}>${kept.length ? "Attach other files instead" : "Attach a file"}<//>`}
    ${(wrong || faults.length > 0) && html`<p class="fault" role="alert">${[wrong, ...faults].filter(Boolean).join(" ")}</p>`}
  </div>`;
}
