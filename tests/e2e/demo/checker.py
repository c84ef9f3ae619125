"""Check a run from the outside: what lies in the inboxes and in Gmail's access log, against script and plan.

Imports nothing of the product: what it believes, it has seen for itself.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from tests.e2e.demo import timing
from tests.e2e.demo.timing import Pace, Place, Slot

LEFT_OVER = re.compile(r"\{\{|\{%|\}\}|%\}")
SHOWN = ("candidates", "sent", "replied", "bounced", "opted_out", "auto_replies", "completed")
PROMISES = ("twice", "after_answer", "lost_replies", "bodies_read_unrelated")
TIMES = ("outside_hours", "too_close", "over_cap")
#: How a web app shows what the script calls otherwise.
KINDS = {"reply": "person", "automatic": "automatic", "opt_out": "opt_out"}


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
    """What a candidate did, and when; words: what only their mail has ("": it was no mail).

    back: the first day back that an automatic answer named.
    """

    kind: str
    after: int
    at: datetime
    words: str
    back: date | None = None


@dataclass
class Evidence:
    """All that was seen of a run."""

    candidates: list[str]
    places: dict[str, Place]
    #: the campaign's hours, as in its request
    window: Any
    pace: Pace
    #: the plan that was accepted, and the one that the web app shows in the end
    planned: dict[str, list[Slot]]
    shown: dict[str, list[Slot]]
    did: dict[str, list[Did]]
    inboxes: dict[str, list[Mail]]
    #: what the web app shows: figures, and answers with kind and text
    figures: dict[str, int]
    answers: list[dict[str, Any]]
    #: Gmail ids of mail that has nothing to do with the campaign
    unrelated: set[str]
    #: the stand-in's own log: method, time, message ids, whether a body or snippet was handed out
    access: list[dict[str, Any]]
    differences: list[str] = field(default_factory=list)

    @property
    def sends(self) -> list[datetime]:
        """When mails left the mailbox, those that bounced too."""
        return [one["time"] for one in self.access if one["effect"] and one["method"].endswith(".send")]

    def differ(self, what: str) -> None:
        self.differences.append(what)

    def stop_of(self, who: str) -> Did | None:
        """Return what ended the campaign for somebody."""
        return next((did for did in self.did.get(who, []) if did.kind != "automatic"), None)


def check(seen: Evidence) -> dict[str, int]:
    """Return the figures as seen from outside; ``seen.differences`` says what is not as it should be."""
    stops = Counter(stop.kind for who in seen.candidates if (stop := seen.stop_of(who)))
    figures = {
        "candidates": len(seen.candidates),
        "sent": sum(len(mails) for mails in seen.inboxes.values()),
        "replied": stops["reply"],
        "bounced": stops["bounce"],
        "opted_out": stops["opt_out"],
        "auto_replies": sum(did.kind == "automatic" for some in seen.did.values() for did in some),
        "completed": len(seen.candidates) - stops.total(),
        "twice": _twice(seen),
        "after_answer": _after_answer(seen),
        "lost_replies": _lost(seen),
        "bodies_read_unrelated": _read(seen),
        "outside_hours": _outside_hours(seen),
        "too_close": timing.too_close(seen.sends, seen.pace.gap),
        "over_cap": timing.over_cap(seen.sends, seen.pace),
    }
    figures["moved"] = sum(_check_mails(seen, *one) for one in enumerate(seen.candidates, 1))
    shown = dict(seen.figures)
    # What bounced was sent and is in no inbox.
    shown["sent"] = shown.get("sent", 0) - figures["bounced"]
    for name in SHOWN:
        if shown.get(name) != figures[name]:
            seen.differ(f"{name}: the web app shows {shown.get(name)}, the script says {figures[name]}")
    for name in (*PROMISES, *TIMES):
        if figures[name]:
            seen.differ(f"{name}: {figures[name]}")
    return figures


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
    stops = {who: stop for who in seen.candidates if (stop := seen.stop_of(who))}
    return sum(mail.at > stop.at for who, stop in stops.items() for mail in seen.inboxes.get(who, []))


def _lost(seen: Evidence) -> int:
    """Count the answers that the web app does not show, or not as what they are."""
    lost = 0
    for did in (did for some in seen.did.values() for did in some if did.words):
        shown = [one for one in seen.answers if did.words in " ".join(str(one["text"]).split())]
        lost += int([one["kind"] for one in shown] != [KINDS[did.kind]])
    bounces = sum(stop.kind == "bounce" for who in seen.candidates if (stop := seen.stop_of(who)))
    return lost + max(0, bounces - [one["kind"] for one in seen.answers].count("bounce"))


def _read(seen: Evidence) -> int:
    """Count the bodies of unrelated mail that were handed out, and every snippet."""
    return sum(
        bool(entry["snippet"] or (entry["body"] and seen.unrelated & set(entry["message_ids"])))
        for entry in seen.access
    )


def _outside_hours(seen: Evidence) -> int:
    """Count the mails that came when the campaign's hours were over, where the candidate is."""
    return sum(
        not timing.is_open(seen.window, seen.places[who], mail.at)
        for who, mails in seen.inboxes.items()
        for mail in mails
    )


def _check_mails(seen: Evidence, number: int, candidate: str) -> int:
    """Compare one candidate's inbox with script and plan; return how many mails had moved, for a reason."""
    mails, stop = seen.inboxes.get(candidate, []), seen.stop_of(candidate)
    expected = len(seen.planned[candidate]) if stop is None else stop.after + 1
    if stop is not None and stop.kind == "bounce":
        expected = 0
    who = f"candidate {number}"
    if len(mails) != expected:
        seen.differ(f"{who} got {len(mails)} mails, the script says {expected}")
    earlier: list[str] = []
    for mail in mails:
        for fault in _faults(mail, candidate, earlier):
            seen.differ(f"{who}: {fault}")
        earlier.append(str(mail.parsed["Message-ID"]))
    return _check_times(seen, who, candidate)


def _check_times(seen: Evidence, who: str, candidate: str) -> int:
    """Compare when one candidate's mails came with the plan and with the day back that they named."""
    came = [mail.at for mail in seen.inboxes.get(candidate, [])]
    planned, shown = seen.planned[candidate], seen.shown.get(candidate, [])
    away = [did for did in seen.did.get(candidate, []) if did.back]
    moved = 0
    for step, slot in timing.moved_mails(planned, shown, came, seen.pace.gap):
        if slot is not None and any(did.after < step for did in away):
            moved += 1
            continue
        due = f"{planned[step].due:%d %b %H:%M}" if step < len(planned) else "never"
        why = slot.reason if slot is not None else "no reason is shown"
        seen.differ(f"{who} got mail {step + 1} at {came[step]:%d %b %H:%M}, planned: {due} ({why})")
    for did in away:
        if did.back and any(did.at < at < seen.places[candidate].midnight(did.back) for at in came):
            seen.differ(f"{who} got a mail before {did.back:%d %b}, when they are back")
    return moved


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
