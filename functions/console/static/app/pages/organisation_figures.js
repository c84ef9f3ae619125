// The figures of all that goes out from the organisation's mailboxes.
import { get } from "../api.js";
import { html } from "../html.js";
import { useResource } from "../resource.js";
import { href } from "../router.js";
import { Empty, Loaded } from "../ui/states.js";
import { AllFigures } from "./mailbox_overview.js";

export function OrganisationFigures() {
  const figures = useResource((signal) => get("settings/figures", {}, signal), [], { every: 60_000 });
  return html`
    <section class="card" aria-label="All campaigns">
      <h2>All campaigns</h2>
      <p class="muted">Of all mailboxes together. Opens and clicks are not tracked. Who was written to, and what they answered, only the mailboxes' owners and their colleagues see.</p>
      <${Loaded} of=${figures}>${(data) => (data.enrolled === 0
        ? html`<${Empty} title="No campaign yet"><p>A mailbox is connected first: your own, or that of somebody whom you invite.</p>
            <a class="button primary" href=${href("organisation/invitations")}>Invite somebody</a><//>`
        : html`<${AllFigures} of=${data} />`)}<//>
    </section>`;
}
