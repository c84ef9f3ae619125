"""Own the request for a campaign: read from JSON, with every fault found before anything is written.

Invariant: a Draft that comes without faults can be accepted, planned and rendered for each of its
candidates; the same request always has the same content digest, in whatever form its candidates came.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import msgspec

from lib.core import shortlist, templates
from lib.core.errors import Fault, InvalidRequest
from lib.core.records import Step
from lib.core.shortlist import Candidate, Row
from lib.core.templates_check import value_faults

STEP_LIMIT = 20
NAME_LIMIT = 200
SUBJECT_LIMIT = 1_000
DELAY_LIMIT = timedelta(days=365)
#: How many faults are listed; the last entry then counts the others.
FAULT_LIMIT = 1_000

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIELDS = frozenset({"id", "mailbox", "name", "timezone", "steps", "candidates", "shortlist", "plan_digest"})
_STEP_FIELDS = frozenset({"id", "subject", "text", "html", "delay", "thread"})


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a campaign as asked for, before it is accepted."""

    id: str
    mailbox: str
    name: str
    timezone: str
    steps: tuple[Step, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what was read of a request: without faults the draft is whole, with some it is never used.

    plan_digest: of the preview that is to be accepted, if the caller names one.
    """

    draft: Draft
    plan_digest: str | None
    faults: tuple[Fault, ...]


def read_request(body: bytes) -> Reading:
    """Read a request; only what is no JSON object at all raises InvalidRequest here."""
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refused([Fault(field="body", why=f"is not JSON in UTF-8: {error}")]) from None
    if not isinstance(data, dict):
        raise refused([Fault(field="body", why="is not a JSON object")])
    faults = _unknown(data, _FIELDS, "")
    head = {name: _text(data, name, faults) for name in ("id", "mailbox", "name", "timezone")}
    faults += _head_faults(head)
    steps = _steps(data.get("steps"), faults)
    rows = _rows(data, faults)
    in_headers = _variables([step.subject for step in steps])
    candidates, found = shortlist.read_candidates(rows, in_headers)
    draft = Draft(**head, steps=tuple(steps), candidates=tuple(candidates))
    faults += found + value_faults(steps, rows[: shortlist.CANDIDATE_LIMIT], draft.name)
    digest = _text(data, "plan_digest", faults) if data.get("plan_digest") is not None else None
    return Reading(draft=draft, plan_digest=digest, faults=tuple(faults))


def refused(faults: Sequence[Fault]) -> InvalidRequest:
    """Return the error that lists all faults, or as many as anybody reads."""
    listed = list(faults[:FAULT_LIMIT])
    if len(faults) > FAULT_LIMIT:
        listed.append(Fault(field="", why=f"and {len(faults) - FAULT_LIMIT} more"))
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return InvalidRequest(f"the campaign was not accepted: {count}", tuple(listed))


def content_digest(draft: Draft) -> str:
    """Return the digest of all that a draft says, in one canonical form."""
    canonical = msgspec.json.encode(draft, order="deterministic")
    return hashlib.sha256(canonical).hexdigest()


def is_id(text: str) -> bool:
    """Say whether a text can be the id of a document."""
    return _ID.fullmatch(text) is not None


def _unknown(data: Mapping[str, Any], known: frozenset[str], where: str) -> list[Fault]:
    later = {"window": "is not supported yet: a step is due after its delay alone"}
    return [
        Fault(field=f"{where}{name}", why=later.get(name, "there is no such field"))
        for name in data
        if name not in known
    ]


def _text(data: Mapping[str, Any], name: str, faults: list[Fault], where: str = "") -> str:
    value = data.get(name)
    if value is None or value == "":
        faults.append(Fault(field=f"{where}{name}", why="is missing"))
    elif not isinstance(value, str):
        faults.append(Fault(field=f"{where}{name}", why="is not a text"))
    else:
        return value
    return ""


def _head_faults(head: Mapping[str, str]) -> list[Fault]:
    faults = [
        Fault(field=name, why="has letters, digits, _ and - only, 64 at most")
        for name in ("id", "mailbox")
        if head[name] and not is_id(head[name])
    ]
    if shortlist.has_control(head["name"], lines=False):
        faults.append(Fault(field="name", why="has a control character or line break"))
    if len(head["name"]) > NAME_LIMIT:
        faults.append(Fault(field="name", why=f"is longer than {NAME_LIMIT} characters"))
    if head["timezone"] and not shortlist.is_timezone(head["timezone"]):
        why = f"{head['timezone']!r} is not a time zone; one is Europe/Berlin"
        faults.append(Fault(field="timezone", why=why))
    return faults


def _rows(data: Mapping[str, Any], faults: list[Fault]) -> list[Row]:
    if "shortlist" not in data:
        rows, found = shortlist.read_list(data.get("candidates"))
    elif "candidates" in data:
        rows, found = [], [Fault(field="shortlist", why="give either candidates or a shortlist")]
    else:
        rows, found = shortlist.read_csv(_text(data, "shortlist", []).encode())
    faults += found
    return rows


def _steps(items: Any, faults: list[Fault]) -> list[Step]:
    if not isinstance(items, list) or not items:
        faults.append(Fault(field="steps", why="at least one step is needed"))
        return []
    if len(items) > STEP_LIMIT:
        faults.append(Fault(field="steps", why=f"{len(items)} steps; a campaign has at most {STEP_LIMIT}"))
        return []
    steps: list[Step] = []
    for index, item in enumerate(items):
        where = f"steps[{index}]"
        if not isinstance(item, dict):
            faults.append(Fault(field=where, why="is not an object"))
            continue
        step = _step(item, where, faults)
        if step.id and any(step.id == other.id for other in steps):
            faults.append(Fault(field=f"{where}.id", why=f"another step is called {step.id!r} too"))
        if not step.subject.strip() and (index == 0 or step.thread == "new"):
            faults.append(
                Fault(field=f"{where}.subject", why="is missing; only replies have none of their own")
            )
        steps.append(step)
    return steps


def _step(item: Mapping[str, Any], where: str, faults: list[Fault]) -> Step:
    faults += _unknown(item, _STEP_FIELDS, f"{where}.")
    id_ = _text(item, "id", faults, f"{where}.")
    if id_ and not is_id(id_):
        faults.append(Fault(field=f"{where}.id", why="has letters, digits, _ and - only, 64 at most"))
    words = {name: _template(item, name, where, faults) for name in ("subject", "text", "html")}
    if not words["text"].strip() and not words["html"].strip():
        faults.append(Fault(field=f"{where}.text", why="a text or html body is needed"))
    thread: Literal["reply", "new"] = "new" if item.get("thread") == "new" else "reply"
    if item.get("thread", "reply") not in ("reply", "new"):
        faults.append(Fault(field=f"{where}.thread", why='is "reply" or "new"'))
    return Step(
        id=id_,
        subject=words["subject"],
        text=words["text"],
        html=words["html"] or None,
        delay=_delay(item, where, faults),
        thread=thread,
    )


def _template(item: Mapping[str, Any], name: str, where: str, faults: list[Fault]) -> str:
    """Return a template of a step, empty when it is absent or no template."""
    if item.get(name) in (None, ""):
        return ""
    source = _text(item, name, faults, f"{where}.")
    try:
        templates.variables_of(source)
    except templates.TemplateFault as fault:
        faults.append(Fault(field=f"{where}.{name}", why=str(fault)))
    if name == "subject" and len(source) > SUBJECT_LIMIT:
        faults.append(Fault(field=f"{where}.subject", why=f"is longer than {SUBJECT_LIMIT} characters"))
    if shortlist.has_control(source, lines=name != "subject"):
        faults.append(Fault(field=f"{where}.{name}", why="has a control character"))
    return source


def _delay(item: Mapping[str, Any], where: str, faults: list[Fault]) -> timedelta:
    text = _text(item, "delay", faults, f"{where}.")
    try:
        delay = msgspec.convert(text, timedelta) if text else timedelta()
    except msgspec.ValidationError:
        why = f"{text!r} is not an ISO 8601 duration of days, hours, minutes, seconds; one is P3D"
        faults.append(Fault(field=f"{where}.delay", why=why))
        return timedelta()
    if delay < timedelta():
        faults.append(Fault(field=f"{where}.delay", why=f"{text!r} is below zero"))
    if delay > DELAY_LIMIT:
        faults.append(Fault(field=f"{where}.delay", why=f"{text!r} is over a year"))
    return delay


def _variables(sources: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for source in sources:
        try:
            found |= templates.variables_of(source)
        except templates.TemplateFault:
            continue
    return frozenset(found)
