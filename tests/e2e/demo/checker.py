"""Check a run from the outside: what lies in the inboxes and in Gmail's access log, against the script.

Imports nothing of the product: what it believes, it has seen for itself.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

#: How much later than planned a mail may come: tasks and the scheduler's next run.
LATE = timedelta(hours=2)
LEFT_OVER = re.compile(r"\{\{|\{%|\}\}|%\}")


@dataclass(frozen=True)
class Mail:
    """A mail as it lies in a candidate's inbox."""

    raw: bytes
    at: datetime

    @property
    def parsed(self) -> EmailMessage:
        parsed = BytesParser(policy=default).parsebytes(self.raw)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        body = self.parsed.get_body(("plain", "html"))
        return " ".join(str(body.get_content()).split()) if body is not None else ""


@dataclass(frozen=True)
class Did:
    """What a candidate did, and when; words: a text that their answer alone has."""

    kind: str
    after: int
    at: datetime
    words: str


@dataclass
class Evidence:
    """All that was seen of a run."""

    candidates: list[str]
    #: time from acceptance to each step
    offsets: list[timedelta]
    accepted_at: datetime
    did: dict[str, Did]
    inboxes: dict[str, list[Mail]]
    #: what the web app shows: figures, and answers with kind and text
    figures: dict[str, int]
    answers: list[dict[str, Any]]
    #: Gmail ids of mail that has nothing to do with the campaign
    unrelated: set[str]
    #: the stand-in's own log: method, message ids, whether a body or snippet was handed out
    access: list[dict[str, Any]]
    differences: list[str] = field(default_factory=list)

    def differ(self, what: str) -> None:
        self.differences.append(what)


def check(seen: Evidence) -> dict[str, int]:
    """Return the figures as seen from outside; ``seen.differences`` says what is not as it should be."""
    figures = {
        "candidates": len(seen.candidates),
        "sent": sum(len(mails) for mails in seen.inboxes.values()),
        "replied": _did(seen, "reply"),
        "bounced": _did(seen, "bounce"),
        "opted_out": _did(seen, "opt_out"),
        "auto_replies": _did(seen, "automatic"),
        "completed": len(seen.candidates) - sum(_did(seen, kind) for kind in ("reply", "bounce", "opt_out")),
        "twice": _twice(seen),
        "after_answer": _after_answer(seen),
        "lost_replies": _lost(seen),
        "bodies_read_unrelated": _read(seen),
    }
    for number, candidate in enumerate(seen.candidates):
        _check_mails(seen, number, candidate)
    shown = dict(seen.figures)
    # What bounced was sent and is in no inbox.
    shown["sent"] = shown.get("sent", 0) - figures["bounced"]
    for name in ("candidates", "sent", "replied", "bounced", "opted_out", "auto_replies", "completed"):
        if shown.get(name) != figures[name]:
            seen.differ(f"{name}: the web app shows {shown.get(name)}, the script says {figures[name]}")
    for name in ("twice", "after_answer", "lost_replies", "bodies_read_unrelated"):
        if figures[name]:
            seen.differ(f"{name}: {figures[name]}")
    return figures


def _did(seen: Evidence, kind: str) -> int:
    return sum(did.kind == kind for did in seen.did.values())


def _twice(seen: Evidence) -> int:
    """Count the mails that a candidate had got before, word for word."""
    return sum(
        count - 1
        for mails in seen.inboxes.values()
        for count in Counter(_words(mail) for mail in mails).values()
    )


def _words(mail: Mail) -> tuple[str, str]:
    return str(mail.parsed["Subject"]), mail.text


def _after_answer(seen: Evidence) -> int:
    """Count the mails that came after an answer, a bounce or an opt-out."""
    stops = {who: did for who, did in seen.did.items() if did.kind != "automatic"}
    late = [mail for who, did in stops.items() for mail in seen.inboxes.get(who, []) if mail.at > did.at]
    return len(late)


def _lost(seen: Evidence) -> int:
    """Count the answers that the web app does not show, or not as what they are."""
    kinds = {"reply": "person", "automatic": "automatic"}
    lost: int = 0
    for did in seen.did.values():
        if did.kind in kinds:
            shown = [one for one in seen.answers if did.words in " ".join(str(one["text"]).split())]
            lost += int([one["kind"] for one in shown] != [kinds[did.kind]])
    bounces = [one["kind"] for one in seen.answers].count("bounce")
    return lost + max(0, _did(seen, "bounce") - bounces)


def _read(seen: Evidence) -> int:
    """Count the bodies of unrelated mail that were handed out, and every snippet."""
    return sum(
        bool(entry["snippet"] or (entry["body"] and seen.unrelated & set(entry["message_ids"])))
        for entry in seen.access
    )


def _check_mails(seen: Evidence, number: int, candidate: str) -> None:
    """Compare one candidate's inbox with the plan: how many, when, in which thread, in which words."""
    mails = seen.inboxes.get(candidate, [])
    did = seen.did.get(candidate)
    stopped = did is not None and did.kind != "automatic"
    expected = did.after + 1 if did is not None and stopped else len(seen.offsets)
    if did is not None and did.kind == "bounce":
        expected = 0
    who = f"candidate {number + 1}"
    if len(mails) != expected:
        seen.differ(f"{who} got {len(mails)} mails, the script says {expected}")
    ids: list[str] = []
    for mail, offset in zip(mails, seen.offsets, strict=False):
        planned = seen.accepted_at + offset
        if not planned <= mail.at <= planned + LATE:
            seen.differ(f"{who} got a mail at {mail.at:%d %b %H:%M}, it was due at {planned:%d %b %H:%M}")
        for fault in _faults(mail, candidate, ids):
            seen.differ(f"{who}: {fault}")
        ids.append(str(mail.parsed["Message-ID"]))


def _faults(mail: Mail, candidate: str, earlier: list[str]) -> list[str]:
    """Return what is wrong with a single mail."""
    parsed, faults = mail.parsed, []
    if candidate.lower() not in str(parsed["To"]).lower():
        faults.append("a mail to somebody else")
    if LEFT_OVER.search(mail.text) or LEFT_OVER.search(str(parsed["Subject"])):
        faults.append("braces of a template are left")
    if "List-Unsubscribe=One-Click" not in str(parsed["List-Unsubscribe-Post"]):
        faults.append("no one-click opt-out")
    link = str(parsed["List-Unsubscribe"]).strip("<>")
    if link not in mail.text.replace(" ", ""):
        faults.append("no opt-out link in the text")
    is_answer = parsed["References"] is not None
    if is_answer and str(parsed["References"]).split() != earlier:
        faults.append("a follow-up that does not name the mails before it")
    if is_answer and not re.match(r"Re: (?!Re: )", str(parsed["Subject"])):
        faults.append("a follow-up whose subject has not one Re:")
    return faults
