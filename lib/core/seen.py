"""Own what an editor has seen: the tag of a resource's state, and the condition that it is still in it.

Invariant: a wish that names a tag changes nothing but what it was made on. A tag stands for what an edit
changes, not for all that is shown with it, or no campaign that sends could ever be edited.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from lib.core.errors import Outdated
from lib.core.ids import digest


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the tags of which one must be the resource's; None: in whatever state it is (RFC 9110, 13.1.1)."""

    tags: tuple[str, ...] | None = None

    def check(self, tag: str) -> None:
        """Raise Outdated unless the resource, whose tag this is now, is as it was seen."""
        if self.tags is not None and tag not in self.tags:
            raise Outdated("it was changed since: get it anew, and change that")


class Revised(Protocol):
    """Show something that counts its edits."""

    @property
    def revision(self) -> int:
        """Return how often it was edited, and once more."""


#: What a caller has seen who names nothing.
ANYTHING = Seen()


def tag_of(shown: msgspec.Struct) -> str:
    """Return the tag of a state that is shown whole."""
    return digest("seen", msgspec.json.encode(shown, order="deterministic").decode())


def tag_of_revision(shown: Revised) -> str:
    """Return the tag of a state that counts its edits."""
    return str(shown.revision)
