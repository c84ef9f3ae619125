"""Own what people do around a campaign, by a seed: who answers what, how and when, and what else arrives.

Deterministic: what somebody does after a mail depends on the seed, their address and the step alone. The same
people stand around both contestants.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Literal

How = Literal["thread", "other address", "subject alone"]

STEPS = ("intro", "nudge", "last")
SUBJECT = "Engineers at Acme"
#: Of the mails, how many are answered; the last one is answered as often, but nothing comes after it.
ANSWERED = 0.3
#: Of those answers, how many come right before the next step.
LAST_MOMENT = 0.4
#: How people answer. In another thread and without a reference only address and subject are left.
HOWS: dict[How, float] = {"thread": 0.75, "other address": 0.15, "subject alone": 0.1}
#: Of the answers, after how many Gmail forgets its history before anybody has read it.
FORGETTING = 0.1
#: Of the mails, how many are followed by the death of the process that sent them, before it has noted that.
CRASHES = 0.04
#: Of Gmail's notifications, how many are lost.
NOTIFICATIONS_LOST = 0.3
#: Private mails that a mailbox gets in an hour.
PRIVATE = 2


@dataclass(frozen=True)
class Answering:
    """How and when somebody answers; ``delay`` counts from the mail, None: right before the next step."""

    how: How
    delay: timedelta | None
    early: timedelta
    forgetting: bool


class People:
    """Everybody around a campaign, for one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def answering(self, address: str, step: str) -> Answering | None:
        """Return how somebody answers a step that has just reached them, None: not at all."""
        rng = self._rng("answer", address, step)
        if rng.random() >= ANSWERED:
            return None
        late = rng.random() < LAST_MOMENT and step != STEPS[-1]
        return Answering(
            how=rng.choices(list(HOWS), list(HOWS.values()))[0],
            delay=None if late else timedelta(seconds=rng.uniform(60, 3 * 3600)),
            early=timedelta(seconds=rng.uniform(-2, 3)),
            forgetting=rng.random() < FORGETTING,
        )

    def crashes_after(self, address: str, step: str) -> bool:
        return self._rng("crash", address, step).random() < CRASHES

    def loses_notification(self, address: str, history_id: int) -> bool:
        return self._rng("notification", address, str(history_id)).random() < NOTIFICATIONS_LOST

    def private_mail(self, mailbox: str, hours: float) -> list[tuple[timedelta, bytes]]:
        """Return when which private mail reaches a mailbox."""
        rng = self._rng("private", mailbox)
        whens = sorted(rng.uniform(0, hours * 3600) for _ in range(round(PRIVATE * hours)))
        return [
            (
                timedelta(seconds=when),
                written(f"friend{number}@family.example.net", mailbox, f"Lunch {number}?"),
            )
            for number, when in enumerate(whens)
        ]

    def _rng(self, *about: str) -> random.Random:
        return random.Random("/".join((str(self.seed), *about)))


def answer(how: How, address: str, mailbox: str, subject: str, message_id: str) -> bytes:
    """Return an answer as a mail program writes it."""
    sender = f"private.{address}" if how == "other address" else address
    reference = "" if how == "subject alone" else message_id
    return written(sender, mailbox, f"Re: {subject.removeprefix('Re: ')}", reference)


def written(sender: str, to: str, subject: str, reference: str = "") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    if reference:
        mail["In-Reply-To"] = mail["References"] = reference
    mail.set_content("Thank you, that sounds good to me. Please call me some time.")
    return bytes(mail)
