"""Own looking for any of many phrases in a text: a phrase is compiled once a text may hold it.

Compiling all that people and machines say in a dozen languages takes longer than anything else that the first
answer of a new instance asks for, and most of it no mail ever needs. So each phrase has *stems*, letters that
stand in whatever it matches; where none of them is in a text, it need not be looked for.

Invariant: what is found is what one expression of all phrases, in their order, would find.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property

from lib.core.phrase_stems import phrases_of


class _Phrase:
    """Hold one phrase; compiled at first use."""

    def __init__(self, source: str, stems: tuple[str, ...]) -> None:
        self._source, self.stems = source, stems

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self._source)


class Phrases:
    """Look for phrases, in the way of one compiled expression of all of them."""

    def __init__(self, sources: Sequence[str], *, before: str = "", after: str = "") -> None:
        """Take regular expressions, each of one phrase or of several with bars between.

        They have neither flags nor groups that are referred to. before, after: what stands around each.
        """
        self.sources, self.before, self.after = sources, before, after

    @cached_property
    def _phrases(self) -> list[_Phrase]:
        return [
            _Phrase(f"{self.before}(?:{one.source}){self.after}", one.stems)
            for source in self.sources
            for one in phrases_of(source)
        ]

    def within(self, text: str) -> Phrases:
        """Return those that a text may hold, to look for in parts of it."""
        fewer = Phrases(self.sources, before=self.before, after=self.after)
        fewer.__dict__["_phrases"] = list(self._in(text))
        return fewer

    def match(self, text: str) -> re.Match[str] | None:
        """Return the phrase that a text begins with."""
        return next(filter(None, (one.pattern.match(text) for one in self._in(text))), None)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the phrase that a text is."""
        return next(filter(None, (one.pattern.fullmatch(text) for one in self._in(text))), None)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first phrase in a text, or in a part of it."""
        found = (one.pattern.search(text, start, end) for one in self._in(text))
        return min(filter(None, found), key=re.Match.start, default=None)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the phrases in a text that do not overlap, from its begin; none of them may be empty."""
        ahead = [(one.pattern, one.pattern.search(text)) for one in self._in(text)]
        while found := [match for _, match in ahead if match is not None]:
            first = min(found, key=re.Match.start)
            yield first
            at = first.end()
            ahead = [
                (pattern, match if match.start() >= at else pattern.search(text, at))
                for pattern, match in ahead
                if match is not None
            ]

    def _in(self, text: str) -> Iterator[_Phrase]:
        """Yield the phrases that a text may hold."""
        for one in self._phrases:
            if not one.stems:
                yield one
                continue
            for stem in one.stems:
                if stem in text:
                    yield one
                    break
