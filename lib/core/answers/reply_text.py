"""Own the cut that leaves of an answer what its writer wrote: no quotes, no signature.

Works on the text of plain mail, line by line; HTML has come through ``safe_text``, which leaves the same
marks. Quotes in ``>`` are dropped where they stand, so that answers between and below them stay; a mail
that follows unmarked (Outlook) is dropped to the end.

Invariant: each line is looked at a bounded number of times; what is returned is made of the writer's own
lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lib.core.answers.phrases import fold
from lib.core.answers.reply_marks import (
    begins_original,
    is_closing,
    is_sent_from,
    is_whole,
    label_of,
    tells_who_wrote,
)

_LINE_LIMIT = 5_000
_QUOTED = re.compile(r"\s{0,3}>")
_RULE = re.compile(r"\s*[-_=*\u2500\u2014]{2,}\s*")
_SIGNATURE = re.compile(r"\s{0,2}--\s{0,2}|\s{0,2}(?:_{2,3}|\u2014)\s*")
#: How many lines who-wrote-when may take, and how far apart the lines of a quoted mail's header may stand.
_WHO_LINES, _WHO_LENGTH = 5, 500
_HEAD_LINES, _HEAD_LABELS = 8, 3
#: What may come after a closing and still be a signature.
_TAIL_LINES, _NAME_LENGTH, _TAIL_LENGTH = 14, 40, 120
_DIGIT = re.compile(r"\d")
_POSTSCRIPT = re.compile(r"\s*p\.?\s?s\.?\s?[:.,\s-]")


@dataclass(frozen=True, slots=True)
class Cut:
    """Hold what is left of a text; quoted: whether it held a quote or a mail below."""

    text: str
    quoted: bool


def new_text(text: str) -> Cut:
    """Return what the writer of an answer wrote; an empty text where there is nothing but quotes."""
    lines = [line.rstrip().replace("\xa0", " ") for line in text.splitlines()[:_LINE_LIMIT]]
    folded = [fold(line) for line in lines]
    kept: list[str] = []
    at, quoted, in_signature = 0, False, False
    while at < len(lines):
        if _QUOTED.match(lines[at]):
            at, quoted, in_signature = at + 1, True, False
            continue
        if begins_original(folded[at]) or _begins_head(folded, at):
            quoted = True
            break
        taken = _who_wrote(folded, at)
        if taken:
            quoted = True
            at += taken
            if not _quote_follows(lines, at):
                break
            continue
        in_signature = in_signature or _SIGNATURE.fullmatch(lines[at]) is not None
        if not in_signature and not is_sent_from(folded[at]):
            kept.append(lines[at])
        at += 1
    return Cut(_joined(_without_tail(kept)), quoted)


def _begins_head(folded: list[str], at: int) -> bool:
    """Say whether the header lines of a quoted mail begin here."""
    if label_of(folded[at]) not in {"from", "date", "to", "subject"}:
        return False
    labels = {label_of(line) for line in folded[at : at + _HEAD_LINES]} - {""}
    return "from" in labels and len(labels) >= _HEAD_LABELS


def _who_wrote(folded: list[str], at: int) -> int:
    """Return how many lines who-wrote-when takes here, 0 when it is something else."""
    words = ""
    for number, line in enumerate(folded[at : at + _WHO_LINES], 1):
        if not line.strip() or (number > 1 and _QUOTED.match(line)):
            return 0
        words = f"{words} {line.lstrip('> ').strip()}".strip()
        if len(words) > _WHO_LENGTH:
            return 0
        if words.endswith(":"):
            follows = _quote_follows(folded, at + number)
            if not tells_who_wrote(words, quote_follows=follows):
                return 0
            # The writer's own last line may stand right above.
            below = " ".join(folded[at + 1 : at + number]).strip()
            own = number > 1 and not _DIGIT.search(folded[at]) and is_whole(below)
            return 0 if own else number
    return 0


def _quote_follows(lines: list[str], at: int) -> bool:
    """Say whether the next line that is not empty is a quoted one."""
    return any(_QUOTED.match(line) for line in [line for line in lines[at : at + 4] if line.strip()][:1])


def _without_tail(kept: list[str]) -> list[str]:
    """Return lines without the signature that follows a closing and a name."""
    while kept and (not kept[-1].strip() or _RULE.fullmatch(kept[-1])):
        kept = kept[:-1]
    for at in range(len(kept) - 1, max(len(kept) - _TAIL_LINES, 0), -1):
        if not is_closing(fold(kept[at])):
            continue
        tail = [number for number in range(at + 1, len(kept)) if kept[number].strip()]
        if not tail or not _is_name(kept[tail[0]]):
            return kept
        if any(len(kept[number]) > _TAIL_LENGTH or _POSTSCRIPT.match(fold(kept[number])) for number in tail):
            return kept
        return kept[: tail[0] + 1]
    return kept


def _is_name(line: str) -> bool:
    words = line.split()
    return len(line) <= _NAME_LENGTH and 1 <= len(words) <= 4 and not re.search(r"[?!:@]|\w\.\s*$", line)  # noqa: PLR2004 - names are short


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
