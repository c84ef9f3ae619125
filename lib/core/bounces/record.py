"""Own what is told of a bounce, and the steps between the mail and that.

Invariant: only addresses, codes and fixed words get out of a mail; its own text never does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

#: hard: final and the address's own fault. soft: it may pass. policy: the sender or the content was refused.
Severity = Literal["hard", "soft", "policy"]

#: Headers by lower-case name, as they came.
Headers = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Bounce:
    """Hold what a bounce says.

    failed: bare addresses, domain in lower case, the most certain first; empty where none is named.
    status: the code of RFC 3463, or an empty text. references: Message-IDs of the returned mail, in
    brackets. reason: short fixed words.
    """

    failed: tuple[str, ...]
    severity: Severity
    status: str
    references: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold how grave a failure is, and why."""

    severity: Severity
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Hold one recipient's group of a report (RFC 3464, 2.3), as far as it can be read.

    addresses: the recipient's names, as the sender wrote it first. action: one lower-case word, or empty.
    """

    addresses: tuple[str, ...]
    action: str
    status: str
    diagnostic: str
