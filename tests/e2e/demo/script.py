"""Own what the candidates do: who answers, how, after which mail, and in which words.

The pattern repeats every 25 candidates, so that a user's own shortlist has its answers too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Literal

Kind = Literal["reply", "automatic", "bounce", "opt_out"]
How = Literal["thread", "other address", "new thread", "one click", "button", "in words"]
PATTERN = 25
#: What the rules of the web app should make of an answer, by its words.
INTERESTED = "Thank you for writing. I would be interested to hear more. When can we talk?"
NOT_INTERESTED = "Thank you, but I am not looking for a new job at the moment. All the best!"
OPEN = "Thank you for writing. Which team is it, and who leads it?"
AWAY_UNTIL = "I am out of the office and will be back on {:%A, %d %B %Y}. Mail is not read until then."
AWAY = "Thank you for your mail. I read it only now and then."
REMOVE = "Please remove me from your list."
OPT_OUT_LINK = re.compile(r"<(http[^>]+)>")


@dataclass(frozen=True)
class Reaction:
    """One thing that a candidate does: after the mail of which step (0 is the first), and how much later.

    returns: an automatic answer names the day after next to the one when the next mail was due. unnoticed:
    it comes a minute before the next mail is due, and Gmail's notification of it is lost.
    """

    place: int
    kind: Kind
    after: int
    wait: timedelta = timedelta()
    how: How = "thread"
    words: str = OPEN
    returns: bool = False
    unnoticed: bool = False

    @property
    def is_mail(self) -> bool:
        """Whether the candidate writes, rather than use a link or have no mailbox."""
        return self.kind in {"reply", "automatic"} or self.how == "in words"


REACTIONS = (
    Reaction(2, "reply", 0, timedelta(hours=5), words=INTERESTED),
    Reaction(3, "automatic", 0, timedelta(minutes=1), words=AWAY_UNTIL, returns=True),
    Reaction(3, "reply", 1, timedelta(hours=2), words=INTERESTED),
    Reaction(4, "opt_out", 0, timedelta(hours=8), "one click"),
    Reaction(5, "reply", 1, timedelta(hours=20), "other address"),
    Reaction(6, "opt_out", 0, timedelta(hours=3), "in words", REMOVE),
    Reaction(7, "bounce", 0),
    Reaction(9, "reply", 0, timedelta(hours=50), "new thread"),
    Reaction(11, "automatic", 1, timedelta(minutes=2), words=AWAY),
    Reaction(13, "reply", 2, timedelta(hours=6)),
    Reaction(15, "opt_out", 1, timedelta(hours=30), "button"),
    Reaction(17, "reply", 1, timedelta(hours=3), words=NOT_INTERESTED),
    Reaction(19, "bounce", 0),
    # Only the last look before the next mail can find it.
    Reaction(21, "reply", 0, words=INTERESTED, unnoticed=True),
)


def reactions_of(index: int, steps: int) -> list[Reaction]:
    """Return what the candidate at ``index`` of the shortlist does in a campaign of so many steps."""
    return [one for one in REACTIONS if one.place == index % PATTERN and one.after < steps]


def moment(reaction: Reaction, came: datetime, following: datetime | None) -> datetime:
    """Return when a candidate reacts to a mail that came; before the following one, if it is still ahead."""
    if following is None or following <= came:
        return came + (timedelta(hours=1) if reaction.unnoticed else reaction.wait)
    ahead = following - came
    if reaction.unnoticed:
        return following - min(timedelta(minutes=1), ahead / 2)
    return came + min(reaction.wait, ahead - min(timedelta(hours=1), ahead / 2))


def day_back(reaction: Reaction, came: datetime, following: datetime | None) -> date | None:
    """Return the first day back that an automatic answer names."""
    if not reaction.returns:
        return None
    return (following or came).date() + timedelta(days=2)


def signed(email: str, after: int) -> str:
    """Return a text that is in a candidate's answer to this step's mail alone."""
    return f"Sincerely, the owner of {email.replace('@', ' at ')} and reader of mail {after + 1}"


def answer(reaction: Reaction, raw: bytes, candidate: str, mailbox: str, back: date | None) -> bytes:
    """Write a candidate's answer to a mail as it came to them."""
    words = reaction.words.format(back) if back else reaction.words
    return written(
        raw,
        "private.account@example.com" if reaction.how == "other address" else candidate,
        mailbox,
        f"{words}\n\n{signed(candidate, reaction.after)}",
        automatic=reaction.kind == "automatic",
        threaded=reaction.how != "new thread",
    )


def written(
    raw: bytes, sender: str, mailbox: str, words: str, *, automatic: bool = False, threaded: bool = True
) -> bytes:
    """Write an answer to a mail, as a person's mail program does or, by itself, their mailbox."""
    original = BytesParser(policy=default).parsebytes(raw)
    subject = str(original["Subject"])
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mailbox
    message["Subject"] = subject if subject.startswith("Re: ") else f"Re: {subject}"
    if threaded:
        message["In-Reply-To"] = str(original["Message-ID"])
        references = f"{original.get('References', '')} {original['Message-ID']}"
        message["References"] = " ".join(references.split())
    if automatic:
        message.replace_header("Subject", f"Automatic reply: {subject}")
        message["Auto-Submitted"] = "auto-replied"
    message.set_content(f"{words}\n")
    return bytes(message)


def opt_out_link(raw: bytes) -> str:
    """Return the link by which a mail's recipient opts out (RFC 8058); "" when there is none."""
    found = OPT_OUT_LINK.search(str(BytesParser(policy=default).parsebytes(raw)["List-Unsubscribe"]))
    return found.group(1) if found else ""


def unrelated(number: int, mailbox: str) -> tuple[bytes, tuple[str, ...]]:
    """Write a mail that has nothing to do with any campaign, and the labels that Gmail gives it."""
    message = EmailMessage()
    message["From"] = f"friend{number}@family.example.net"
    message["To"] = mailbox
    message["Subject"] = f"Lunch on day {number}?"
    message.set_content("This is nobody's business but ours.\n")
    return bytes(message), ("CATEGORY_PROMOTIONS",) if number % 3 == 0 else ()
