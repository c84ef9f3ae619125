"""Own what the candidates do: who answers, how, and after which mail.

The pattern repeats every 25 candidates, so that a user's own shortlist has its answers too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Literal

Kind = Literal["reply", "automatic", "bounce", "opt_out"]
How = Literal["thread", "other address", "new thread", "one click", "button"]
PATTERN = 25


@dataclass(frozen=True)
class Reaction:
    """One thing that a candidate does: after the mail of which step (0 is the first), and how much later."""

    place: int
    kind: Kind
    after: int
    wait: timedelta = timedelta()
    how: How = "thread"


REACTIONS = (
    Reaction(2, "reply", 0, timedelta(hours=5)),
    Reaction(3, "automatic", 0, timedelta(minutes=1)),
    Reaction(4, "opt_out", 0, timedelta(hours=8), "one click"),
    Reaction(5, "reply", 1, timedelta(hours=20), "other address"),
    Reaction(7, "bounce", 0),
    Reaction(9, "reply", 0, timedelta(hours=50), "new thread"),
    Reaction(11, "automatic", 1, timedelta(minutes=2)),
    Reaction(13, "reply", 2, timedelta(hours=6)),
    Reaction(15, "opt_out", 1, timedelta(hours=30), "button"),
    Reaction(17, "reply", 1, timedelta(hours=3)),
    Reaction(19, "bounce", 0),
    # An hour before the next mail is due, and Gmail's notification of it is lost: only a last look finds it.
    Reaction(21, "reply", 0, timedelta(hours=71)),
)


def reaction_of(index: int, steps: int) -> Reaction | None:
    """Return what the candidate at ``index`` of the shortlist does in a campaign of so many steps."""
    for reaction in REACTIONS:
        if reaction.place == index % PATTERN and reaction.after < steps:
            return reaction
    return None


def words_of(email: str) -> str:
    """Return a text that is in this candidate's answer alone."""
    return f"Sincerely, the owner of {email.replace('@', ' at ')}"


def answer(reaction: Reaction, raw: bytes, candidate: str, mailbox: str) -> bytes:
    """Write a candidate's answer to a mail as it came to them."""
    original = BytesParser(policy=default).parsebytes(raw)
    subject = str(original["Subject"])
    message = EmailMessage()
    message["From"] = "private.account@example.com" if reaction.how == "other address" else candidate
    message["To"] = mailbox
    message["Subject"] = subject if subject.startswith("Re: ") else f"Re: {subject}"
    if reaction.how != "new thread":
        message["In-Reply-To"] = str(original["Message-ID"])
        references = f"{original.get('References', '')} {original['Message-ID']}"
        message["References"] = " ".join(references.split())
    if reaction.kind == "automatic":
        message.replace_header("Subject", f"Automatic reply: {subject}")
        message["Auto-Submitted"] = "auto-replied"
        message.set_content(f"I am away this week.\n\n{words_of(candidate)}\n")
    else:
        message.set_content(f"Thank you for writing. Let us talk.\n\n{words_of(candidate)}\n")
    return bytes(message)


def unrelated(number: int, mailbox: str) -> tuple[bytes, tuple[str, ...]]:
    """Write a mail that has nothing to do with any campaign, and the labels that Gmail gives it."""
    message = EmailMessage()
    message["From"] = f"friend{number}@family.example.net"
    message["To"] = mailbox
    message["Subject"] = f"Lunch on day {number}?"
    message.set_content("This is nobody's business but ours.\n")
    return bytes(message), ("CATEGORY_PROMOTIONS",) if number % 3 == 0 else ()
