"""Own the request for a campaign: read from JSON, with every fault found before anything is written.

Invariant: a Draft that comes without faults can be accepted, planned and rendered for each of its
candidates; the same request always has the same content digest, in whatever form its candidates came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from lib.core.campaigns import fields, shortlist
from lib.core.campaigns.asked import AskedCampaign, AskedCandidates, AskedContacted, names
from lib.core.campaigns.attachments import total_faults
from lib.core.campaigns.hours import read_window
from lib.core.campaigns.shortlist import Candidate, Row
from lib.core.campaigns.steps import read_steps
from lib.core.campaigns.words import header_names, with_words, words_faults
from lib.core.errors import Fault, InvalidRequest
from lib.core.records import Step, Window

NAME_LIMIT = 200
REASON_LIMIT = 1_000
#: How many faults are listed; the last entry then counts the others.
FAULT_LIMIT = 1_000

_CANDIDATES, _FIELDS = names(AskedCandidates), names(AskedCampaign)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a campaign as asked for, before it is accepted.

    despite: why also candidates get it whom a colleague has just written to; empty: they do not.
    """

    id: str
    mailbox: str
    name: str
    timezone: str
    window: Window | None
    steps: tuple[Step, ...]
    candidates: tuple[Candidate, ...]
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

    contents: of its attachments, in base64, by their ids. plan_digest: of the preview that is to be
    accepted, if the caller names one.
    """

    draft: Draft
    contents: Mapping[str, str]
    plan_digest: str | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Hold candidates that were read for given steps, and what is wrong with them."""

    candidates: tuple[Candidate, ...]
    despite: str
    faults: tuple[Fault, ...]


def read_request(body: bytes) -> Reading:
    """Read a request; only what is no JSON object at all raises InvalidRequest here."""
    data = _object(body)
    # What an export says besides is no part of a request.
    asked = {name: value for name, value in data.items() if not name.startswith(shortlist.RESULT_PREFIX)}
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
    read = _shortlist(data, steps, head["name"])
    faults += read.faults
    draft = Draft(
        **head,
        window=window,
        steps=tuple(steps),
        candidates=read.candidates,
        cc=fields.addresses(data, "cc", faults),
        reply_to=fields.addresses(data, "reply_to", faults),
        signature=fields.flag(data, "signature", faults, default=True),
        stop_on_own_answer=fields.flag(data, "stop_on_own_answer", faults, default=True),
        stop_elsewhere=fields.flag(data, "stop_elsewhere", faults, default=False),
        stop_colleagues=fields.flag(data, "stop_colleagues", faults, default=False),
        despite=read.despite,
    )
    digest = fields.text(data, "plan_digest", faults) if data.get("plan_digest") is not None else None
    return Reading(draft=draft, contents=contents, plan_digest=digest, faults=tuple(faults))


def read_more(body: bytes, steps: Sequence[Step], name: str) -> Shortlist:
    """Read candidates that are to be added to a campaign of this name and these steps."""
    data = _object(body)
    read = _shortlist(data, steps, name)
    faults = (*fields.unknown(data, _CANDIDATES), *read.faults)
    return Shortlist(candidates=read.candidates, despite=read.despite, faults=faults)


def refused(faults: Sequence[Fault]) -> InvalidRequest:
    """Return the error that lists all faults, or as many as anybody reads."""
    listed = list(faults[:FAULT_LIMIT])
    if len(faults) > FAULT_LIMIT:
        listed.append(Fault(field="", why=f"and {len(faults) - FAULT_LIMIT} more"))
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return InvalidRequest(f"nothing was changed: {count}", tuple(listed))


def content_digest(draft: Draft) -> str:
    """Return the digest of all that a draft says, in one canonical form."""
    canonical = msgspec.json.encode(draft, order="deterministic")
    return hashlib.sha256(canonical).hexdigest()


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


def _shortlist(data: Mapping[str, Any], steps: Sequence[Step], name: str) -> Shortlist:
    faults: list[Fault] = []
    rows = with_words(_rows(data, faults), steps, faults)
    candidates, found = shortlist.read_candidates(rows, header_names(steps, rows))
    faults += found + words_faults(steps, rows[: shortlist.CANDIDATE_LIMIT], name)
    despite = _despite(data.get("contacted"), faults)
    return Shortlist(candidates=tuple(candidates), despite=despite, faults=tuple(faults))


def _rows(data: Mapping[str, Any], faults: list[Fault]) -> list[Row]:
    if "shortlist" not in data:
        rows, found = shortlist.read_list(data.get("candidates"))
    elif "candidates" in data:
        rows, found = [], [Fault(field="shortlist", why="give either candidates or a shortlist")]
    else:
        rows, found = shortlist.read_csv(fields.text(data, "shortlist", []).encode())
    faults += found
    return rows


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
