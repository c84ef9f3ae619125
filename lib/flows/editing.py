"""Own the edit of a running campaign: checked against everybody who can still get a step, then one commit.

Invariant: nothing is written before all is valid; an edit of what has changed meanwhile is refused. A step
that is being sent has the words that were there when it was claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.editing import Edit, Edited, candidates_faults, editable, edited, read_edit, shown
from lib.core.campaigns.request import refused
from lib.core.errors import Contended, OutreachError
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import AttachmentContent, Campaign, Enrollment, Record
from lib.core.rights import is_owner
from lib.core.seen import ANYTHING, Seen, tag_of_revision
from lib.flows.permitting import permitted
from lib.flows.replanning_all import replan_all
from lib.ports import Services

#: How many enrollments are read at once.
PAGE = 300
ANEW = "Those who wait get new times. Who has had all steps before gets none of the new ones."


def edit(
    services: Services, caller: VerifiedCaller, id_: str, wish: Edit, seen_by: Seen = ANYTHING
) -> Edited:
    """Change words and delays of a campaign's steps, or add steps at the end.

    InvalidRequest lists every fault; Conflict: it was edited since, and is shown as it is. Outdated says the
    same to who named a tag; ``revision`` holds to the end of it all, so that the tag is asked for once.
    """
    permit = permitted(services, caller, id_, "write")
    seen = permit.campaign
    seen_by.check(tag_of_revision(seen))
    editable(seen, wish.revision)
    steps, contents, faults = read_edit(wish, seen)
    faults = faults or candidates_faults(seen, steps, _everybody(services, seen))
    if faults:
        raise refused(faults)
    files = _files(seen, contents)

    def decide(snapshot: Snapshot) -> Changes[Campaign]:
        record, mailbox = permit.again(snapshot), snapshot.need(permit.mailbox_key)
        editable(record, wish.revision)
        if record.candidates != seen.candidates:
            raise Contended("candidates were added meanwhile")
        after = edited(record, steps, permit.now)
        if after == record:
            return Changes(after)
        if not is_owner(mailbox, caller):
            # What the owner has not seen is not approved, whether or not anybody asks for that now.
            after = msgspec.structs.replace(after, approved_at=None)
        entry = permit.audited("edited_campaign", f"revision:{after.revision}")
        return Changes(after, {**files, permit.key: after, **permit.known(mailbox), **entry})

    after = services.store.change(permit.wanted, decide, known=permit.read)
    if after.plan == seen.plan:
        return shown(after)
    if after.status == "active":
        # The edit stands whatever happens now: maintain goes on where this ends.
        with suppress(OutreachError):
            replan_all(services, after)
    return shown(after, ANEW)


def _files(campaign: Campaign, contents: Mapping[str, str]) -> dict[Key[Any], Record]:
    return {
        keys.attachment(campaign.org, campaign.id, id_): AttachmentContent(
            org=campaign.org, campaign=campaign.id, id=id_, content=content
        )
        for id_, content in contents.items()
    }


def _everybody(services: Services, campaign: Campaign) -> list[Enrollment]:
    found: list[Enrollment] = []
    while True:
        after = found[-1].id if found else ""
        page = services.store.enrollments(campaign.org, campaign.id, after=after, limit=PAGE)
        found += page
        if len(page) < PAGE:
            return found
