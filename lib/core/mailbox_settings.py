"""Own what an owner may change of a mailbox: the sender's name, the signature, and how much is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import msgspec

from lib.core.campaigns.shortlist import has_control
from lib.core.errors import Fault
from lib.core.records import Limits, Mailbox

#: Google takes 2,000 mails a day from a Workspace account, its owner's own ones included; a fourth is enough.
CAP_LIMIT = 500
GAP_LEAST, GAP_LIMIT = timedelta(seconds=20), timedelta(hours=1)
NAME_LIMIT = 100
SIGNATURE_LIMIT = 10_000
#: What a signature may not hold: it stands in mails to people outside.
_UNFIT = re.compile(
    r"<\s*/?\s*(script|style|iframe|object|form|html|body|head)\b|\bon\w+\s*=|javascript:", re.IGNORECASE
)


class ChangedMailbox(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for other settings of a mailbox; what is absent stays. Durations are ISO 8601: "PT90S"."""

    sender_name: str | None = None
    signature_text: str | None = None
    signature_html: str | None = None
    daily_cap: int | None = None
    domain_cap: int | None = None
    gap: timedelta | None = None
    jitter: timedelta | None = None
    ramp_start: int | None = None
    ramp_step: int | None = None


def changed_mailbox(mailbox: Mailbox, wish: ChangedMailbox) -> tuple[Mailbox, list[Fault]]:
    """Return the mailbox with what is asked for, and all that is wrong with it."""
    asked = {name: value for name, value in msgspec.structs.asdict(wish).items() if value is not None}
    limits = {name: value for name, value in asked.items() if name in Limits.__struct_fields__}
    words = {name: value.strip() for name, value in asked.items() if name not in limits}
    after = msgspec.structs.replace(
        mailbox, **words, limits=msgspec.structs.replace(mailbox.limits, **limits)
    )
    return after, [Fault(field=field, why=why) for field, why in _faults(after)]


def _faults(mailbox: Mailbox) -> Iterator[tuple[str, str]]:
    name, limits = mailbox.sender_name, mailbox.limits
    if not name or has_control(name, lines=False) or len(name) > NAME_LIMIT:
        yield "sender_name", f"must be a name of 1 to {NAME_LIMIT} printable characters"
    for field in ("signature_text", "signature_html"):
        text = getattr(mailbox, field)
        if len(text) > SIGNATURE_LIMIT or has_control(text, lines=True):
            yield field, f"must be printable and at most {SIGNATURE_LIMIT} characters long"
    if _UNFIT.search(mailbox.signature_html):
        yield "signature_html", "may hold no scripts, styles, frames or forms"
    for field in ("daily_cap", "domain_cap", "ramp_start"):
        if not 1 <= getattr(limits, field) <= CAP_LIMIT:
            yield field, f"is a number from 1 to {CAP_LIMIT}"
    if not 0 <= limits.ramp_step <= CAP_LIMIT:
        yield "ramp_step", f"is a number from 0 to {CAP_LIMIT}"
    if not GAP_LEAST <= limits.gap <= GAP_LIMIT:
        yield "gap", "is a duration from PT20S to PT1H"
    if not timedelta() <= limits.jitter <= GAP_LIMIT:
        yield "jitter", "is a duration from PT0S to PT1H"
