// The organisation's name, and how long things are kept.
import { useEditing } from "../editing.js";
import { html } from "../html.js";
import { FormProblem } from "../ui/form_dialog.js";
import { faultOf, TextField } from "../ui/forms.js";
import { Conflicted, SaveBar } from "../ui/save_bar.js";
import { Loaded } from "../ui/states.js";
import { ORG_SETTINGS as WORDS } from "./mailbox_words.js";

const shape = (data) => Object.fromEntries(Object.keys(WORDS).map((name) => [name, String(data[name])]));
const body = (changed) => Object.fromEntries(Object.entries(changed).map(([name, value]) =>
  [name, name === "name" ? value : value.trim() === "" ? -1 : Math.round(Number(value))]));

export function OrganisationSettings() {
  const edit = useEditing("settings", shape, body);
  const days = (name, most) => ({
    label: WORDS[name], kind: "number", inputmode: "numeric", min: name === "guard_days" ? 0 : 30, max: most, value: edit.values[name],
    onValue: (value) => edit.set(name, value), fault: faultOf(edit.save.error, name),
  });
  return html`<${Loaded} of=${edit.of}>${() => html`
    <form class="stack" novalidate onSubmit=${(event) => (event.preventDefault(), edit.save.run())}>
      <section class="card" aria-label="Settings">
        <h2>Settings</h2>
        <${TextField} label=${WORDS.name} value=${edit.values.name} onValue=${(value) => edit.set("name", value)} fault=${faultOf(edit.save.error, "name")}
          hint="As people outside know it: it stands on the pages of invitations and of opting out." />
        <div class="amounts">
          <${TextField} ...${days("answers_days", 3650)} hint="30 to 3,650. After that the words of an answer fall away; that there was one, and what it came to, stays." />
          <${TextField} ...${days("reads_days", 3650)} hint="30 to 3,650. What was read of each mailbox, and why." />
          <${TextField} ...${days("guard_days", 365)} hint="0 to 365. Whoever plans to write to a candidate is told that a colleague did so within these days." />
        </div>
        <p class="hint">What is kept for less long than before falls away soon, and does not come back.</p>
        <${Conflicted} edit=${edit} words=${WORDS} />
        <${FormProblem} error=${edit.save.error?.status === 412 ? null : edit.save.error} fields=${Object.keys(WORDS)} />
        <${SaveBar} edit=${edit} />
      </section>
    </form>`}<//>`;
}
