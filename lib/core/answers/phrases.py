"""Own how words of many languages are looked for in a text: folded, whole words, in linear time.

Invariant: folding keeps each character's place, so that what matched can be shown in the writer's own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from lib.core.phrases import Phrases

#: Where letters with marks end and scripts begin in which a mark makes another letter.
_MARKED_UNTIL = 0x2E80
_FULL_WIDTH = range(0xFF00, 0xFFF0)
_SAME = str.maketrans(
    "\u2018\u2019\u02bc\u00b4`\u201c\u201d\u201e\u00ab\u00bb\u2010\u2011\u2012\u2013\u2014\u2212",
    "'''''\"\"\"\"\"------",
)
_SENTENCE = re.compile(r"[^.!?;\n\u3002\uff01\uff1f]+")
_ESCAPED = re.compile(r"\\.|[^\\]+")
_WRAP = re.compile(r"(?<!\n)\n(?![\n>])")


class _Folding(dict[int, str]):
    """Map each character to one small letter without its mark, as it is asked for."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if code < _MARKED_UNTIL or code in _FULL_WIDTH:
            char = unicodedata.normalize("NFKD", char.translate(_SAME).lower())[:1] or char
        self[code] = char
        return char


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return a text in small letters without marks, each character in its place."""
    return text.translate(_FOLDING)


def pattern_of(phrase: str) -> str:
    """Return a phrase, a small regular expression in words, as one for folded text.

    A space stands for any white space; what is escaped stays as it is.
    """
    pieces = (piece if piece.startswith("\\") else fold(piece) for piece in _ESCAPED.findall(phrase))
    return "".join(pieces).replace(" ?", r"\s*").replace(" ", r"\s+")


def any_of(phrases: Iterable[str], *, before: str = r"(?<!\w)", after: str = r"(?!\w)") -> Phrases:
    """Return phrases (see ``pattern_of``) to look for in folded text; alone, as whole words."""
    return Phrases([pattern_of(phrase) for phrase in phrases], before=before, after=after)


def unwrapped(text: str) -> str:
    """Return a text whose lines are joined to paragraphs, each character in its place."""
    return _WRAP.sub(" ", text)


def sentences(text: str) -> Iterable[tuple[int, str]]:
    """Yield where each sentence begins in a text, and the sentence."""
    return ((found.start(), found.group()) for found in _SENTENCE.finditer(text))
