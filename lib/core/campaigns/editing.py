"""Own the edit of a running campaign's steps: what may change, and what follows from it.

Invariants: a step keeps its id and its place for ever, so that what went out stays what it was; words count
their versions; what passes can be filled in for everybody who can still get it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from lib.core.campaigns.attachments import TOTAL_LIMIT
from lib.core.campaigns.controlling import planned_anew
from lib.core.campaigns.rows import Row
from lib.core.campaigns.steps import read_steps
from lib.core.campaigns.words import words_faults
from lib.core.enrollment import LIVE
from lib.core.errors import Conflict, Fault
from lib.core.records import Campaign, Enrollment, Step


class Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the body of an edit: all steps as they are to be, old ones first; revision: of what was edited.

    A step without ``attachments`` keeps its own.
    """

    revision: int
    steps: list[Any]


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """Show a campaign as it is to be edited; ``now`` of a Conflict too."""

    id: str
    revision: int
    status: str
    steps: tuple[Step, ...]
    note: str = ""


def editable(campaign: Campaign, revision: int) -> None:
    """Raise Conflict, with the campaign as it is, for one that has changed or runs no longer."""
    if campaign.status not in ("active", "paused"):
        raise Conflict(f"a campaign that is {campaign.status} cannot be edited")
    if campaign.revision != revision:
        raise Conflict("the campaign was edited since: look at its steps as they are now", shown(campaign))


def shown(campaign: Campaign, note: str = "") -> Edited:
    """Return what an editor has to know of a campaign."""
    return Edited(
        id=campaign.id,
        revision=campaign.revision,
        status=campaign.status,
        steps=campaign.steps,
        note=note,
    )


def read_edit(edit: Edit, campaign: Campaign) -> tuple[tuple[Step, ...], dict[str, str], list[Fault]]:
    """Return the steps as they are to be, the contents of new attachments by id, and all faults of form."""
    contents: dict[str, str] = {}
    faults: list[Fault] = []
    steps = read_steps(edit.steps, contents, faults)
    known = {step.id: step for step in campaign.steps}
    silent = {
        str(item.get("id"))
        for item in edit.steps
        if isinstance(item, dict) and item.get("attachments") is None
    }
    steps = [
        msgspec.structs.replace(step, attachments=known[step.id].attachments)
        if step.id in known and step.id in silent
        else step
        for step in steps
    ]
    faults += _order_faults(campaign.steps, steps)
    faults += _kept_faults(known, steps)
    files = {one.id: one.size for step in steps for one in step.attachments}
    if sum(files.values()) > TOTAL_LIMIT:
        why = f"the attachments have more than {TOTAL_LIMIT} bytes together"
        faults.append(Fault(field="steps", why=why))
    return tuple(steps), contents, list(dict.fromkeys(faults))


def candidates_faults(
    campaign: Campaign, steps: Sequence[Step], enrollments: Sequence[Enrollment]
) -> list[Fault]:
    """Return all that keeps the words from being filled in for those who can still get them.

    ``candidates[n]`` is the n-th of ``enrollments``, which is the order in which candidates are listed.
    """
    place = {step.id: number for number, step in enumerate(steps)}
    groups: dict[int, list[Row]] = {}
    for index, one in enumerate(enrollments):
        if one.status in LIVE and one.step in place:
            groups.setdefault(place[one.step], []).append(_row(index, one))
    found: list[Fault] = []
    for first, rows in sorted(groups.items()):
        to_come = [*map(_gone, steps[:first]), *steps[first:]]
        found += words_faults(to_come, rows, campaign.name)
    return list(dict.fromkeys(found))


def edited(campaign: Campaign, steps: Sequence[Step], now: datetime) -> Campaign:
    """Return the campaign with its new steps: reworded ones count a version, other times make a new plan."""
    known = {step.id: step for step in campaign.steps}
    after = tuple(_versioned(known.get(step.id), step) for step in steps)
    if after == campaign.steps:
        return campaign
    changed = msgspec.structs.replace(campaign, steps=after, revision=campaign.revision + 1)
    return planned_anew(changed, now) if _times(after) != _times(campaign.steps) else changed


def _versioned(before: Step | None, step: Step) -> Step:
    """Return a step with its version: an edit of its times alone is none of its words."""
    if before is None:
        return step
    same_times = msgspec.structs.replace(
        before, delay=step.delay, business_days=step.business_days, version=step.version
    )
    version = before.version if same_times == step else before.version + 1
    return msgspec.structs.replace(step, version=version)


def _times(steps: Sequence[Step]) -> list[tuple[Any, ...]]:
    return [(step.id, step.delay, step.business_days) for step in steps]


def _order_faults(before: Sequence[Step], after: Sequence[Step]) -> Iterator[Fault]:
    """Yield what is wrong with the order: all the old steps come first, as they were."""
    ids = [step.id for step in after]
    missing = [step.id for step in before if step.id not in ids]
    for id_ in missing:
        yield Fault(field="steps", why=f"step {id_!r} is missing: a step cannot be removed")
    if missing:
        return
    for index, (step, id_) in enumerate(zip(before, ids, strict=False)):
        if step.id != id_:
            why = f"step {step.id!r} belongs here: steps keep their places, new ones come last"
            yield Fault(field=f"steps[{index}].id", why=why)


def _kept_faults(known: dict[str, Step], after: Sequence[Step]) -> Iterator[Fault]:
    """Yield what of a step cannot change once candidates have been given to it."""
    for index, step in enumerate(after):
        before = known.get(step.id)
        if before is None:
            continue
        if index == 0 and step.thread != before.thread:
            yield Fault(field="steps[0].thread", why="the first step's thread cannot change")
        if {one.id for one in step.variants} != {one.id for one in before.variants}:
            why = "variants can be reworded, not added or removed: candidates have been given to them"
            yield Fault(field=f"steps[{index}].variants", why=why)


def _gone(step: Step) -> Step:
    """Return what stands for a step that these candidates have had: nothing to fill in."""
    return msgspec.structs.replace(step, subject="-", text="-", html=None, variants=())


def _row(index: int, enrollment: Enrollment) -> Row:
    cells = {**enrollment.variables, "email": enrollment.email, "name": enrollment.name}
    return Row(index=index, line=None, cells=cells, words=enrollment.words)
