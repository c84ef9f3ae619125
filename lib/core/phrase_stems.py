"""Own the stems of phrases: letters of which some stand in every text that a phrase matches.

Invariant: told of a regular expression from its source alone, and never too much: whatever is not plain
letters (classes, escapes, what may be left out, what is only looked at) counts for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECE = re.compile(
    r"\\[bBdDsSwW]|\\[^A-Za-z0-9]|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?::|<?[=!])|[()|]"
    r"|[*+?][+?]?|\{\d*,?\d*\}[+?]?|[.^$]|[^\\\[\](){}|*+?.^$]+",
    re.DOTALL,
)
_BAR, _CLOSED = "|", ")"
#: How pieces begin that are no letters, that tell how often the one before comes, that say it may be missing.
_OTHER, _TIMES, _OPTIONAL = "\\[(.^$", "*+?{", ("*", "?", "{0", "{,")
_LOOKS = frozenset({"(?=", "(?!", "(?<=", "(?<!"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """Hold the source of one phrase, and its stems; none where no letters are sure."""

    source: str
    stems: tuple[str, ...]


def phrases_of(source: str) -> list[Phrase]:
    """Return the phrases of an expression, which stand between the bars that are in no group.

    ValueError when it is written in a way that is not known here.
    """
    pieces = _PIECE.findall(source)
    if "".join(pieces) != source:
        raise ValueError(f"written in a way that is not known: {source}")
    found, at = [], -1
    while at < len(pieces):
        stems, _, end = _row(pieces, at + 1)
        found.append(Phrase("".join(pieces[at + 1 : end]), stems))
        at = end
        if at < len(pieces) and pieces[at] != _BAR:
            raise ValueError(f"a bracket too many: {source}")
    return found


def _row(pieces: list[str], at: int) -> tuple[tuple[str, ...], int, int]:
    """Read pieces in a row; return the best of their stems, the length of the shortest, and where it ends.

    The best are the longest ones: they are the rarest in texts.
    """
    best: tuple[str, ...] = ()
    size, letters = 0, ""
    while at < len(pieces):
        piece = pieces[at]
        if piece in (_BAR, _CLOSED):
            break
        first, at = piece[0], at + 1
        if first in _TIMES:
            raise ValueError(f"nothing stands before {piece}, or a group is of a kind that is not known")
        stems: tuple[str, ...] = ()
        long = 0
        if first == "(":
            stems, long, at = _group(pieces, at)
        times = pieces[at] if at < len(pieces) and pieces[at][0] in _TIMES else ""
        optional = times.startswith(_OPTIONAL)
        at += bool(times)
        if first not in _OTHER:
            letters += piece[:-1] if optional else piece
            if not times:
                continue
        elif long > size and not optional and piece not in _LOOKS:
            best, size = stems, long
        if len(letters) > size:
            best, size = (letters,), len(letters)
        letters = ""
    return ((letters,), len(letters), at) if len(letters) > size else (best, size, at)


def _group(pieces: list[str], at: int) -> tuple[tuple[str, ...], int, int]:
    """Read what stands in brackets; return the stems of all its alternatives if each has any (``_row``)."""
    stems, size, at = _row(pieces, at)
    while at < len(pieces) and pieces[at] == _BAR:
        others, other, at = _row(pieces, at + 1)
        size = min(size, other)
        stems = stems + others if size else ()
    if at == len(pieces):
        raise ValueError("a bracket is missing")
    return stems, size, at + 1
