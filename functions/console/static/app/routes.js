// Which page is at which path.
import { Campaigns } from "./pages/campaigns.js";
import { Campaign } from "./pages/campaign.js";
import { Compose } from "./pages/compose.js";
import { Mailboxes } from "./pages/mailboxes.js";
import { Mailbox } from "./pages/mailbox.js";
import { Organisation } from "./pages/organisation.js";

export const routes = {
  campaigns: Campaigns,
  "campaigns/new": Compose,
  "campaigns/:id": Campaign,
  "campaigns/:id/:part": Campaign,
  "campaigns/:id/:part/:one": Campaign,
  mailboxes: Mailboxes,
  "mailboxes/:id": Mailbox,
  "mailboxes/:id/:part": Mailbox,
  organisation: Organisation,
  "organisation/:part": Organisation,
};
