"""Own how the steps of a campaign are read from JSON: their words, variants, delays and attachments.

Invariant: a step without faults has a body, and a subject where it begins a thread; all its templates are
templates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

import msgspec

from lib.core.campaigns import fields
from lib.core.campaigns.asked import AskedStep, AskedVariant, names
from lib.core.campaigns.attachments import read_attachments
from lib.core.errors import Fault
from lib.core.records import Step, Variant

STEP_LIMIT = 20
VARIANT_LIMIT = 10
DELAY_LIMIT = timedelta(days=365)
BUSINESS_DAY_LIMIT = 250
#: All words of a campaign, in bytes: they have to fit into one document of 1 MiB, with room for edits.
WORDS_LIMIT = 600_000

_STEP_FIELDS, _VARIANT_FIELDS = names(AskedStep), names(AskedVariant)
_WORDS = ("subject", "text", "html")
_BUSINESS_DAYS = re.compile(r"(\d{1,4}) business days?", re.ASCII)


def read_steps(items: Any, contents: dict[str, str], faults: list[Fault]) -> list[Step]:
    """Return the steps; the contents of their attachments are added to ``contents`` by their ids."""
    if not isinstance(items, list) or not items:
        faults.append(Fault(field="steps", why="at least one step is needed"))
        return []
    if len(items) > STEP_LIMIT:
        faults.append(Fault(field="steps", why=f"{len(items)} steps; a campaign has at most {STEP_LIMIT}"))
        return []
    steps: list[Step] = []
    for index, where, item in fields.objects(items, "steps", faults):
        step = read_step(item, where, contents, faults)
        if step.id and any(step.id == other.id for other in steps):
            faults.append(Fault(field=f"{where}.id", why=f"another step is called {step.id!r} too"))
        if not step.subject.strip() and (index == 0 or step.thread == "new"):
            faults.append(
                Fault(field=f"{where}.subject", why="is missing; only replies have none of their own")
            )
        steps.append(step)
    faults += words_faults(steps)
    return steps


def words_faults(steps: list[Step]) -> list[Fault]:
    """Return the fault of steps whose words are too long to be kept together."""
    size = sum(len(source.encode("utf-8", "replace")) for step in steps for source in sources_of(step))
    if size <= WORDS_LIMIT:
        return []
    return [Fault(field="steps", why=f"have {size} bytes of text; a campaign has at most {WORDS_LIMIT}")]


def sources_of(step: Step) -> list[str]:
    """Return all templates of a step, its variants' too."""
    own = [step.subject, step.text, step.html or ""]
    return own + [source for one in step.variants for source in (one.subject, one.text, one.html)]


def read_step(item: Mapping[str, Any], where: str, contents: dict[str, str], faults: list[Fault]) -> Step:
    """Return one step; ``where`` is the field that holds it."""
    faults += fields.unknown(item, _STEP_FIELDS, f"{where}.")
    id_ = fields.identifier(item, "id", faults, f"{where}.")
    words = {name: fields.template(item, name, where, faults) for name in _WORDS}
    if not words["text"].strip() and not words["html"].strip():
        faults.append(Fault(field=f"{where}.text", why="a text or html body is needed"))
    thread: Literal["reply", "new"] = "new" if item.get("thread") == "new" else "reply"
    if item.get("thread", "reply") not in ("reply", "new"):
        faults.append(Fault(field=f"{where}.thread", why='is "reply" or "new"'))
    delay, business_days = read_delay(item, where, faults)
    return Step(
        id=id_,
        subject=words["subject"],
        text=words["text"],
        html=words["html"] or None,
        delay=delay,
        business_days=business_days,
        thread=thread,
        variants=read_variants(item, where, faults),
        attachments=read_attachments(item, where, contents, faults),
    )


def read_delay(item: Mapping[str, Any], where: str, faults: list[Fault]) -> tuple[timedelta, int]:
    """Return a step's delay, and its working days, of which one is zero."""
    given = fields.text(item, "delay", faults, f"{where}.").strip()
    if matched := _BUSINESS_DAYS.fullmatch(given):
        days = int(matched.group(1))
        if not 1 <= days <= BUSINESS_DAY_LIMIT:
            faults.append(Fault(field=f"{where}.delay", why=f"is 1 to {BUSINESS_DAY_LIMIT} business days"))
        return timedelta(), days
    try:
        delay = msgspec.convert(given, timedelta) if given else timedelta()
    except msgspec.ValidationError:
        why = (
            f'{given!r} is neither "3 business days" nor an ISO 8601 duration of days, hours, minutes, '
            "seconds; one is P3D"
        )
        faults.append(Fault(field=f"{where}.delay", why=why))
        return timedelta(), 0
    if delay < timedelta():
        faults.append(Fault(field=f"{where}.delay", why=f"{given!r} is below zero"))
    if delay > DELAY_LIMIT:
        faults.append(Fault(field=f"{where}.delay", why=f"{given!r} is over a year"))
    return delay, 0


def read_variants(item: Mapping[str, Any], where: str, faults: list[Fault]) -> tuple[Variant, ...]:
    """Return the variants of a step, none or at least two."""
    given = fields.items(item, "variants", faults, f"{where}.")
    if given and not 1 < len(given) <= VARIANT_LIMIT:
        why = f"has 2 to {VARIANT_LIMIT} variants; the step's own words stand where one leaves them out"
        faults.append(Fault(field=f"{where}.variants", why=why))
        return ()
    found: list[Variant] = []
    for _, field, one in fields.objects(given, f"{where}.variants", faults):
        faults += fields.unknown(one, _VARIANT_FIELDS, f"{field}.")
        id_ = fields.identifier(one, "id", faults, f"{field}.")
        if id_ and any(id_ == other.id for other in found):
            faults.append(Fault(field=f"{field}.id", why=f"another variant is called {id_!r} too"))
        found.append(Variant(id=id_, **words_of(one, field, faults)))
    return tuple(found)


def words_of(item: Mapping[str, Any], where: str, faults: list[Fault]) -> dict[str, str]:
    """Return the words that stand for a step's own, at least one of them."""
    words = {name: fields.template(item, name, where, faults) for name in _WORDS}
    if not any(item.get(name) for name in _WORDS):
        faults.append(Fault(field=where, why="says nothing of its own: give subject, text or html"))
    return words
