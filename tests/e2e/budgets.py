"""Own the budgets: what each path may cost at most, counted at the stand-ins, without contention.

An RPC is one Firestore call, an HTTP request one Gmail call: a batch of either is one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Hold the most that one path may cost."""

    firestore: int
    gmail: int
    tasks: int


#: The paths that send and receive. A campaign's very first mail makes its labels, and keeps their ids.
BUDGETS = {
    "first step sent": Budget(firestore=3, gmail=3, tasks=1),
    "the campaign's first mail": Budget(firestore=4, gmail=4, tasks=1),
    "follow-up sent, nothing new in the mailbox": Budget(firestore=3, gmail=4, tasks=1),
    "missed slot: a new one": Budget(firestore=4, gmail=0, tasks=1),
    "duplicate or late task": Budget(firestore=1, gmail=0, tasks=0),
    "the same notification again": Budget(firestore=1, gmail=0, tasks=0),
    "notification of our own send or label": Budget(firestore=4, gmail=1, tasks=0),
    "notification with 100 unrelated new mails": Budget(firestore=5, gmail=3, tasks=0),
    "notification with one answer in its thread": Budget(firestore=5, gmail=4, tasks=1),
    "notification with an automatic answer that names a day": Budget(firestore=5, gmail=4, tasks=1),
    "event told to a webhook": Budget(firestore=6, gmail=0, tasks=0),
}


@dataclass(frozen=True, kw_only=True)
class Accepting:
    """Hold the most that accepting ``candidates`` of three steps may cost, over ``days`` of the ledger."""

    candidates: int
    days: int

    @property
    def writing(self) -> float:
        return self.candidates / 200 + 5

    @property
    def reading(self) -> float:
        return (self.candidates + self.days) / 100 + 5

    @property
    def documents(self) -> int:
        """Documents written, and as many may be read."""
        return 2 * self.candidates + 2 * self.days + 10
