// A dialog with a form: it is sent by Enter or its button, and stays, with all that was typed, until its deed is done.
import { html, useEffect, useId, useRef } from "../html.js";
import { Button, Dialog } from "./forms.js";
import { Problem } from "./states.js";

// deed: of useDeed, run without arguments. fields: names of faults that are shown at their fields (see faultOf).
// onDone: takes what came of the deed; it closes the dialog.
export function FormDialog({ title, word, kind = "primary", deed, fields = [], wide, onClose, onDone, children }) {
  const id = useId();
  const form = useRef(null);
  useEffect(() => {
    // Whoever sent the form by Enter is brought to what is wrong.
    if (deed.error) form.current?.querySelector("[aria-invalid='true']")?.focus();
  }, [deed.error]);
  const send = async (event) => {
    event.preventDefault();
    const result = await deed.run();
    if (result !== undefined) onDone(result);
  };
  return html`
    <${Dialog} title=${title} wide=${wide} onClose=${onClose} actions=${html`
      <${Button} kind="quiet" onClick=${onClose}>Back<//>
      <${Button} kind=${kind} type="submit" form=${id} busy=${deed.busy}>${word}<//>`}>
      <form id=${id} ref=${form} class="stack" novalidate onSubmit=${send}>
        ${children}
        <${FormProblem} error=${deed.error} fields=${fields} />
      </form>
    <//>`;
}

// Shows of an error what no field shows. label: (fault) => where it is.
export function FormProblem({ error, fields = [], label, again }) {
  if (!error) return null;
  const rest = (error.faults ?? []).filter((fault) => fault.line || !fields.includes(fault.field));
  const isMarked = rest.length < (error.faults ?? []).length;
  const shown = { message: isMarked ? "Please look at the marked fields." : error.message, faults: rest };
  return html`<${Problem} error=${shown} label=${label} again=${again} />`;
}
