// The organisation's audit.
import { html } from "../html.js";
import { AuditTable } from "./mailbox_audit.js";

export const OrganisationRecord = ({ session }) => html`
  <section class="card" aria-label="What was done">
    <h2>What was done</h2>
    <p class="muted">Each deed in your organisation, the latest first. It holds no words of a mail, and no address of a candidate.</p>
    <${AuditTable} path="settings/audit" session=${session} />
  </section>`;
