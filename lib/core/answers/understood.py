"""Own what is held of an incoming mail once it is understood; how it is, ``lib.core.classify`` owns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from lib.core.records import Interest, ReplyKind


@dataclass(frozen=True, slots=True)
class Understood:
    """Hold what an incoming mail says.

    text: the new text, without quotes and signature; the whole where nothing else is left; None where only
    headers were read. failed, severity, references: whom a bounce names, how final it is, and the Message-IDs
    of the mail it returns. returns_on: first day back that an automatic answer names. forwarded: a person
    sent it on to somebody else. attachments: their names. interest, interest_words: a proposal, and why.
    """

    kind: ReplyKind
    sender: str
    subject: str
    text: str | None
    failed: tuple[str, ...] = ()
    severity: Literal["", "hard", "soft", "policy"] = ""
    references: tuple[str, ...] = ()
    returns_on: date | None = None
    forwarded: bool = False
    attachments: tuple[str, ...] = ()
    interest: Interest | None = None
    interest_words: str = ""

    @property
    def hard(self) -> bool:
        """Say whether a failure is final and the address's own fault."""
        return self.severity == "hard"
