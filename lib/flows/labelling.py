"""Own a campaign's labels in the user's own Gmail, so that the recruiter sees it all there.

Invariant: a label that cannot be made or put on never holds up a mail.
"""

from __future__ import annotations

import msgspec

from lib.core import keys
from lib.core.errors import OutreachError
from lib.core.keys import Changes, Snapshot
from lib.core.records import Campaign, CampaignLabels
from lib.flows.reading import RecordedGmail
from lib.ports import Services

#: The product's label; those of the campaigns lie below it.
PRODUCT = "Outreach"
#: Gmail takes 225 characters for a label; the parts below the campaign's are counted too.
NAME_LIMIT = 180


def labels_of(
    services: Services, gmail: RecordedGmail, campaign: Campaign, known: Snapshot | None = None
) -> CampaignLabels | None:
    """Return a campaign's labels, made at its first mail; None where there are none.

    Header-only mailboxes have none; elsewhere the next mail tries again when Gmail or the store fails.
    known: where the campaign has been read already.
    """
    if gmail.headers_only or campaign.labels is not None:
        return campaign.labels
    try:
        return _stored(services, campaign, CampaignLabels(**_made(gmail, campaign.name)), known)
    except OutreachError:
        return None


def _made(gmail: RecordedGmail, name: str) -> dict[str, str]:
    # A slash would begin a label below.
    campaign = f"{PRODUCT}/{name.replace('/', '-').strip()[:NAME_LIMIT]}"
    names = {
        "campaign": campaign,
        "replied": f"{campaign}/replied",
        "interested": f"{campaign}/interested",
    }
    return dict(zip(names, gmail.ensure_labels(list(names.values())), strict=True))


def _stored(
    services: Services, campaign: Campaign, labels: CampaignLabels, known: Snapshot | None
) -> CampaignLabels:
    key = keys.campaign(campaign.org, campaign.id)

    def decide(snapshot: Snapshot) -> Changes[CampaignLabels]:
        record = snapshot[key]
        if record is None or record.labels is not None:
            return Changes(record.labels if record is not None and record.labels is not None else labels)
        return Changes(labels, writes={key: msgspec.structs.replace(record, labels=labels)})

    return services.store.change([key], decide, known=known.only(key) if known is not None else None)


def mail_labels(labels: CampaignLabels | None) -> list[str]:
    """Return the labels that a campaign's own mails get, besides the product's."""
    return [labels.campaign] if labels is not None else []
