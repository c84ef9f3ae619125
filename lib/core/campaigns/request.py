"""Own the request for a campaign: read from JSON, with every fault found before anything is written.

Invariant: a request that comes without faults can be accepted, planned and rendered for each of its
candidates; the same request always has the same content digest, in whatever form its candidates came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from lib.core.campaigns import fields, shortlist
from lib.core.campaigns.asked import AskedCampaign, AskedCandidates, AskedContacted, names
from lib.core.campaigns.attachments import total_faults
from lib.core.campaigns.hours import read_window
from lib.core.campaigns.listed import FAULT_LIMIT, Listed, listed
from lib.core.campaigns.rows import RESULT_PREFIX, CsvRows, ListRows, Rows
from lib.core.campaigns.shortlist import CANDIDATE_LIMIT, UPLOAD_LIMIT
from lib.core.campaigns.steps import read_steps
from lib.core.errors import Fault, InvalidRequest
from lib.core.records import Step, Window

NAME_LIMIT = 200
REASON_LIMIT = 1_000

_CANDIDATES, _FIELDS = names(AskedCandidates), names(AskedCampaign)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a campaign as asked for, before it is accepted, without its candidates.

    despite: why also candidates get it whom a colleague has just written to; empty: they do not.
    """

    id: str
    mailbox: str
    name: str
    timezone: str
    window: Window | None
    steps: tuple[Step, ...]
    cc: tuple[str, ...]
    reply_to: tuple[str, ...]
    signature: bool
    stop_on_own_answer: bool
    stop_elsewhere: bool
    stop_colleagues: bool
    despite: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what was read of a request: without faults the draft is whole, with some it is never used.

    listed: its candidates; None: the upload named is gone. contents: of its attachments, in base64, by their
    ids. plan_digest: of the preview that is to be accepted, if the caller names one. fault_count: with those
    that are not listed.
    """

    draft: Draft
    listed: Listed | None
    upload: str
    contents: Mapping[str, str]
    plan_digest: str | None
    faults: tuple[Fault, ...]
    fault_count: int


@dataclass(frozen=True, slots=True)
class More:
    """Hold candidates that were read for given steps, and what is wrong with them."""

    listed: Listed | None
    upload: str
    despite: str
    faults: tuple[Fault, ...]
    fault_count: int


#: Opens an upload by its id; None: there is none.
Uploads = Callable[[str], Rows | None]


def no_uploads(_upload: str) -> None:
    """Say that there are no uploads."""


def read_request(body: bytes, uploads: Uploads = no_uploads) -> Reading:
    """Read a request; only what is no JSON object at all raises InvalidRequest here."""
    data = _object(body)
    # What an export says besides is no part of a request.
    asked = {name: value for name, value in data.items() if not name.startswith(RESULT_PREFIX)}
    faults = fields.unknown(asked, _FIELDS)
    head = {
        "id": fields.identifier(data, "id", faults),
        "mailbox": fields.identifier(data, "mailbox", faults),
        "name": fields.text(data, "name", faults),
        "timezone": fields.text(data, "timezone", faults),
    }
    faults += _head_faults(head)
    window = read_window(data.get("window"), faults)
    contents: dict[str, str] = {}
    steps = read_steps(data.get("steps"), contents, faults)
    faults += total_faults(contents)
    draft = Draft(
        **head,
        window=window,
        steps=tuple(steps),
        cc=fields.addresses(data, "cc", faults),
        reply_to=fields.addresses(data, "reply_to", faults),
        signature=fields.flag(data, "signature", faults, default=True),
        stop_on_own_answer=fields.flag(data, "stop_on_own_answer", faults, default=True),
        stop_elsewhere=fields.flag(data, "stop_elsewhere", faults, default=False),
        stop_colleagues=fields.flag(data, "stop_colleagues", faults, default=False),
        despite=_despite(data.get("contacted"), faults),
    )
    digest = fields.text(data, "plan_digest", faults) if data.get("plan_digest") is not None else None
    found, upload = _listed(data, steps, head["name"], uploads, faults)
    return Reading(
        draft=draft,
        listed=found,
        upload=upload,
        contents=contents,
        plan_digest=digest,
        faults=(*faults, *(found.faults if found else ())),
        fault_count=len(faults) + (found.fault_count if found else 0),
    )


def read_more(body: bytes, steps: Sequence[Step], name: str, uploads: Uploads = no_uploads) -> More:
    """Read candidates that are to be added to a campaign of this name and these steps."""
    data = _object(body)
    faults = fields.unknown(data, _CANDIDATES)
    despite = _despite(data.get("contacted"), faults)
    found, upload = _listed(data, steps, name, uploads, faults)
    return More(
        listed=found,
        upload=upload,
        despite=despite,
        faults=(*faults, *(found.faults if found else ())),
        fault_count=len(faults) + (found.fault_count if found else 0),
    )


def refused(faults: Sequence[Fault], count: int = 0) -> InvalidRequest:
    """Return the error that lists all faults, or as many as anybody reads; ``count``: if there are more."""
    listed, count = list(faults[:FAULT_LIMIT]), max(count, len(faults))
    if count > len(listed):
        listed.append(Fault(field="", why=f"and {count - len(listed)} more"))
    words = "1 fault" if count == 1 else f"{count} faults"
    return InvalidRequest(f"nothing was changed: {words}", tuple(listed))


def content_digest(draft: Draft, candidates: str) -> str:
    """Return the digest of all that a draft says, in one canonical form, and of its candidates' digest."""
    canonical = msgspec.json.encode(draft, order="deterministic")
    return hashlib.sha256(canonical + candidates.encode()).hexdigest()


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refused([Fault(field="body", why=f"is not JSON in UTF-8: {error}")]) from None
    if not isinstance(data, dict):
        raise refused([Fault(field="body", why="is not a JSON object")])
    return data


def _head_faults(head: Mapping[str, str]) -> list[Fault]:
    faults = []
    if shortlist.has_control(head["name"], lines=False):
        faults.append(Fault(field="name", why="has a control character or line break"))
    if len(head["name"]) > NAME_LIMIT:
        faults.append(Fault(field="name", why=f"is longer than {NAME_LIMIT} characters"))
    if head["timezone"] and not shortlist.is_timezone(head["timezone"]):
        why = f"{head['timezone']!r} is not a time zone; one is Europe/Berlin"
        faults.append(Fault(field="timezone", why=why))
    return faults


def _listed(
    data: Mapping[str, Any], steps: Sequence[Step], name: str, uploads: Uploads, faults: list[Fault]
) -> tuple[Listed | None, str]:
    """Return the candidates of a request, in whichever of three ways they are given, and the upload's id."""
    ways = [one for one in ("candidates", "shortlist", "upload") if one in data]
    if len(ways) > 1:
        faults.append(Fault(field=ways[1], why="give either candidates, a shortlist or an upload"))
        return Listed(rows=ListRows([]), steps=(), count=0, digest=""), ""
    if "upload" in data:
        upload = fields.identifier(data, "upload", faults)
        rows = uploads(upload) if fields.is_id(upload) else ListRows([{}])
        found = None if rows is None else listed(rows, steps, name, UPLOAD_LIMIT)
        return found, upload
    if "shortlist" in data:
        csv = fields.text(data, "shortlist", []).encode()
        return listed(CsvRows(lambda: [csv]), steps, name, CANDIDATE_LIMIT), ""
    return listed(ListRows(data.get("candidates")), steps, name, CANDIDATE_LIMIT), ""


def _despite(given: Any, faults: list[Fault]) -> str:
    """Return the reason for writing to candidates whom a colleague has just written to, "" to skip them."""
    if given is None:
        return ""
    if not isinstance(given, Mapping) or given.get("action") not in ("skip", "continue"):
        why = 'is {"action": "skip"}, or {"action": "continue", "reason": "..."}'
        faults.append(Fault(field="contacted", why=why))
        return ""
    faults += fields.unknown(given, names(AskedContacted), "contacted.")
    if given["action"] == "skip":
        return ""
    reason = fields.text(given, "reason", faults, "contacted.").strip()
    if len(reason) > REASON_LIMIT:
        faults.append(Fault(field="contacted.reason", why=f"is longer than {REASON_LIMIT} characters"))
    if isinstance(given.get("reason"), str) and given["reason"] and not reason:
        faults.append(Fault(field="contacted.reason", why="is missing"))
    return reason
