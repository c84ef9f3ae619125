// The words of a message: subject, text, HTML; with buttons that put a variable where the cursor is.
import { html, useRef } from "../html.js";
import { TextArea, TextField } from "../ui/forms.js";

// An HTML that is begun is shown though nothing is in it yet.
export const hasHtml = (words) => Boolean(words.html || words.wantsHtml);

export function Words({ words, set, variables, hasSubject, fault }) {
  const last = useRef(null);
  const seen = (name) => ({ onFocus: (event) => (last.current = { name, field: event.target }), "data-words": name });
  const insert = ([name, empty]) => {
    const box = last.current?.field.isConnected ? last.current : null;
    // Without a cursor it goes to the text's end.
    const to = box?.name ?? "text";
    const [from, until] = box ? [box.field.selectionStart, box.field.selectionEnd] : [words[to].length, words[to].length];
    const put = empty ? `{{ ${name} | default: "" }}` : `{{ ${name} }}`;
    set({ [to]: words[to].slice(0, from) + put + words[to].slice(until) });
    const cursor = from + put.length - (empty ? 4 : 0);
    setTimeout(() => box && (box.field.focus(), box.field.setSelectionRange(cursor, cursor)));
  };
  return html`
    ${hasSubject && html`<${TextField} label="Subject" value=${words.subject} onValue=${(subject) => set({ subject })} fault=${fault("subject")} ...${seen("subject")} />`}
    <${TextArea} label="Text" rows=${10} value=${words.text} onValue=${(text) => set({ text })} fault=${fault("text")} ...${seen("text")} />
    ${hasHtml(words) && html`<${TextArea} label="The same as HTML" optional=${true} rows=${8} spellcheck=${false} value=${words.html} onValue=${(source) => set({ html: source })} fault=${fault("html")}
          hint="Most mail programs show this one; the text stays for all others." ...${seen("html")} />`}
    <${Insert} variables=${variables} onInsert=${insert} />`;
}

function Insert({ variables, onInsert }) {
  return html`<div class="insert" role="group" aria-label="Put in a variable">
    <span class="hint">Put in:</span>
    ${variables.map(([name, empty]) => html`<button type="button" key=${name} class="chip" title=${empty ? `Empty for ${empty}: say what stands there then` : undefined}
      onMouseDown=${(event) => event.preventDefault()} onClick=${() => onInsert([name, empty])}>${name}${empty > 0 && html`<span class="gap">empty for ${empty}</span>`}</button>`)}
  </div>`;
}
