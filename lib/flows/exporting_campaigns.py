"""Own the export of a campaign, as JSON and as CSV, for who may read its candidates.

Invariant: it is made as it is sent, a page of candidates at a time, however many they are; that it was is on
the audit before the first byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.exporting_campaign import csv_header, csv_row, exported_candidate, exported_head, variables_of
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import AttachmentContent, Campaign, Enrollment
from lib.flows.permitting import permitted
from lib.ports import Services

#: How many candidates are read at a time.
PAGE = 500


def export_json(services: Services, caller: VerifiedCaller, id_: str) -> Iterator[bytes]:
    """Return a campaign as a request for it, with how each of its candidates fared."""
    campaign = _asked_for(services, caller, id_, "json")
    return _json(services, campaign, _contents(services, campaign))


def export_csv(services: Services, caller: VerifiedCaller, id_: str) -> Iterator[str]:
    """Return a campaign's candidates as a shortlist, with how each of them fared."""
    return _csv(services, _asked_for(services, caller, id_, "csv"))


def _asked_for(services: Services, caller: VerifiedCaller, id_: str, form: str) -> Campaign:
    """Return a campaign that the caller may read, once it is on the audit that they export it."""
    permit = permitted(services, caller, id_, "read")

    def decide(snapshot: Snapshot) -> Changes[Campaign]:
        known = permit.known(snapshot[permit.mailbox_key])
        return Changes(permit.again(snapshot), {**known, **permit.audited("exported", form)})

    return services.store.change(permit.wanted, decide, known=permit.read)


def _contents(services: Services, campaign: Campaign) -> Mapping[str, str]:
    ids = dict.fromkeys(one.id for step in campaign.steps for one in step.attachments)
    found: dict[str, Key[AttachmentContent]] = {
        id_: keys.attachment(campaign.org, campaign.id, id_) for id_ in ids
    }
    snapshot = services.store.read(found.values())
    return {id_: snapshot.need(key).content for id_, key in found.items()}


def _json(services: Services, campaign: Campaign, contents: Mapping[str, str]) -> Iterator[bytes]:
    yield exported_head(campaign, contents)
    before: Any = b"\n"
    for one in _candidates(services, campaign):
        yield before + exported_candidate(campaign, one)
        before = b",\n"
    yield b"\n]}\n"


def _csv(services: Services, campaign: Campaign) -> Iterator[str]:
    """Yield the header, for which everybody is gone through once, and the lines."""
    variables: set[str] = set()
    for one in _candidates(services, campaign):
        variables |= variables_of([one])
    columns = sorted(variables)
    yield csv_header(columns)
    for one in _candidates(services, campaign):
        # A candidate who came in between may have a column that no line has.
        yield csv_row(campaign, one, columns)


def _candidates(services: Services, campaign: Campaign) -> Iterator[Enrollment]:
    after = ""
    while True:
        found = services.store.enrollments(campaign.org, campaign.id, after=after, limit=PAGE)
        yield from found
        if len(found) < PAGE:
            return
        after = found[-1].id
