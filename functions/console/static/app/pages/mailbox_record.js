// What is on record of a mailbox: who did what with it, and for its owner what was read of it and why.
import { html } from "../html.js";
import { AuditTable } from "./mailbox_audit.js";
import { Reads } from "./mailbox_reads.js";

export const MailboxRecord = ({ mailbox, session }) => html`
  ${mailbox.own && html`<${Reads} mailbox=${mailbox} />`}
  <section class="card" aria-label="What was done">
    <h2>What was done</h2>
    <p class="muted">Each deed with this mailbox and in its owner's name, the latest first. It holds no words of a mail, and no address of a candidate.</p>
    <${AuditTable} path=${`mailboxes/${mailbox.id}/audit`} session=${session} readsAll=${mailbox.own} />
  </section>`;
