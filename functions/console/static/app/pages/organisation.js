// The organisation's pages, for its admins.
import { html } from "../html.js";
import { Tabs } from "../ui/shown.js";
import { Empty } from "../ui/states.js";
import { useTitle } from "../ui/title.js";
import { OrganisationData } from "./organisation_data.js";
import { OrganisationFigures } from "./organisation_figures.js";
import { OrganisationInvitations } from "./organisation_invitations.js";
import { OrganisationRecord } from "./organisation_record.js";
import { OrganisationSettings } from "./organisation_settings.js";
import { OrganisationSuppressions } from "./organisation_suppressions.js";
import { OrganisationWebhooks } from "./organisation_webhooks.js";

const PARTS = {
  overview: ["Figures", OrganisationFigures],
  settings: ["Settings", OrganisationSettings],
  suppressions: ["Who gets no mail", OrganisationSuppressions],
  invitations: ["Invitations", OrganisationInvitations],
  webhooks: ["Webhooks", OrganisationWebhooks],
  data: ["Export and erase", OrganisationData],
  record: ["Record", OrganisationRecord],
};
const at = (name) => (name === "overview" ? "organisation" : `organisation/${name}`);

export function Organisation({ part = "overview", session }) {
  const Part = PARTS[part]?.[1];
  useTitle(PARTS[part]?.[0], "Organisation");
  return html`
    <div class="title"><h1 tabindex="-1">Organisation</h1></div>
    ${session.role !== "admin"
      ? html`<${Empty} title="This is for admins"><p>Whoever runs Outreach in your organisation can make you one.</p><//>`
      : html`
        <${Tabs} label="Parts of the organisation" now=${at(part)} tabs=${Object.entries(PARTS).map(([name, [words]]) => [at(name), words])} />
        ${Part ? html`<${Part} session=${session} />` : html`<${Empty} title="There is no such page"><p><a href="#/organisation">To the organisation</a></p><//>`}`}`;
}
