"""Own when the writer of an automatic answer will be back, as far as the answer says so.

"Until X" is taken with X as a day away, "back on X" with X as the first day back; the day that is named as
the day of return counts before all others, and among those the latest: writing too late is better than too
early. What can be read in two ways (03/04 in English) is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lib.core.answers.month_names import DAYS, MONTHS, SHORT
from lib.core.answers.phrases import any_of, fold, unwrapped

#: How much of a text is looked at, and how many of its days.
_LENGTH, _MOST_DAYS = 4_000, 60
#: Nobody announces a return later than this.
_AHEAD = timedelta(days=366)
#: An answer that names a day just past was forgotten; it does not mean the next year's.
_STALE = timedelta(days=45)
_DAY = timedelta(days=1)
_MONTHS_A_YEAR = 12

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(DAYS, key=len, reverse=True))
_YEAR = r"(?:(?:,|\s|\s?de|\s?del)?\s?(?P<{0}>20\d\d)(?!\d))?"
_ORDINAL = r"(?:st|nd|rd|th|er|\.|º|°|o|:e)?"
_DATE = re.compile(
    rf"(?<![\w./-])(?:(?:{_WEEKDAY})[.,]?\s+(?:(?:the|den|dem|le|el|il|dia|der|de)\s+)?)?(?:"
    r"(?P<iy>20\d\d)-(?P<im>\d\d)-(?P<id>\d\d)(?!\d)"
    r"|(?P<cy>20\d\d年)?(?P<cm>\d{1,2})月(?P<cd>\d{1,2})日"
    r"|(?P<nd>\d{1,2})\.\s?(?P<nm>\d{1,2})\.(?:\s?(?P<ny>20\d\d|\d\d)(?![\d:.]))?"
    r"|(?P<sd>\d{1,2})(?P<sep>[/-])(?P<sm>\d{1,2})(?:(?P=sep)(?P<sy>20\d\d|\d\d))?(?![\d:/-])"
    rf"|(?P<dd>\d{{1,2}}){_ORDINAL}\s?(?:of\s|de\s|-\s?)?(?P<dm>{_MONTH})(?!\w)\.?{_YEAR.format('dy')}"
    rf"|(?P<mm>{_MONTH})\.?\s(?:the\s)?(?P<md>\d{{1,2}}){_ORDINAL}(?![\d:]){_YEAR.format('my')}"
    rf"|(?P<week>{_WEEKDAY})(?!\w))"
)
#: The second day of a range whose month stands before the first: "March 3 - 14".
_RANGE_TAIL = re.compile(
    r"\s?(?:-|to|through|until|and)\s?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\d:/]"
    r"|\.\d)(?:,?\s?(?P<year>20\d\d))?"
)

_THROUGH = (
    *(
        "through",
        "thru",
        "until and including",
        "up to and including",
        "till and including",
        "bis einschließlich",
        "bis inkl\\.?",
    ),
    *(
        "bis inklusive",
        "bis und mit",
        "bis incl\\.?",
        "jusqu'au (\\w+ )?inclus",
        "t/m",
        "tot en met",
        "t\\.?o\\.?m\\.?",
        "til og med",
        "do dnia",
    ),
)
_UNTIL = (
    *(
        "until",
        "till?",
        "til",
        "up to",
        "to",
        "bis( zum| zu)?",
        "jusqu'(au|à|a)",
        "jusque",
        "au",
        "hasta( el( día)?)?",
        "al",
    ),
    *(
        "até( o| ao)?( dia)?",
        "ao?",
        "a",
        "fino al(l')?",
        "sino al",
        "e il",
        "y el",
        "et le",
        "tot",
        "till och med",
        "do",
        "kadar",
        "und( dem)?",
        "and",
    ),
)
_GAP = r"[\s:,(*_-]*(?:(?:the|den|dem|le|el|il|o|dia|day|and including|zum|on|am)\s+){0,2}$"
_BEFORE_END = any_of((*_THROUGH, *_UNTIL), after=rf"(?!\w){_GAP}")
_DASH = re.compile(rf"-{_GAP}")
#: These alone begin a range; the day that they stand before is the first one away.
_BEGINS = (
    *("from", "vom", "von", "du", "del", "dal", "desde", "van", "fra", "från", "od", "between", "zwischen"),
    *("entre", "starting", "since", "seit", "depuis"),
)
_BEFORE_BEGIN = any_of(_BEGINS, after=rf"(?!\w){_GAP}")
_NEGATIONS = (
    *(
        "not",
        "n.t",
        "erst",
        "nicht vor",
        "before",
        "pas",
        "avant",
        "no",
        "non",
        "prima",
        "não",
        "antes",
        "niet",
    ),
    "voor",
)
_NOT_BEFORE = any_of(_NEGATIONS)
_BACK = any_of(
    (
        r"back|return(s|ing)?|resume|in the office( again)?|available again|reachable again|again",
        (
            r"wieder|zurück|retour|rentre(rai)?|reviendrai|reviens|de nouveau|à nouveau|de vuelta"
            r"|regres(o|aré"
            r"|e|ando)|vuelvo|volveré|"
            r"nuevamente|de regreso|reincorpor\w+|retorn(o|arei|o|ando)|volt(o|arei|ando)|de volta|novamente"
            r"|rientr(o|erò|ando)|torn(o|erò)|"
            r"di ritorno|nuovamente|terug|weer|åter|tillbaka|tilbage|tilbake|igen|wracam|wrócę|powr\w+"
            r"|takaisin|palaan|döneceğim|"
            r"dönüş\w*|disponible à partir|disponible a partir|disponibile dal|disponível a partir"
        ),
    )
)
_BACK_CJK = re.compile("以降|から|戻り|出社|返回|回来|恢复")
_ENGLISH = any_of(
    (
        "the",
        "i",
        "will",
        "am",
        "is",
        "until",
        "back",
        "return",
        "returning",
        "office",
        "and",
        "from",
        "to",
        "please",
    )
)
_BREAK = re.compile(r"[!?;]|(?<!\W\d)(?<!\W\d\d)\.\s+(?=[a-z\"'(]{2})|\n\s*\n")
_TOMORROW = any_of(("tomorrow", "morgen(?! (früh|vormittag))", "demain", "mañana", "domani", "amanhã"))


@dataclass(frozen=True, slots=True)
class _Named:
    """Hold a day that a text names, and where."""

    day: date
    start: int
    end: int


def return_date(text: str, on: date) -> date | None:
    """Return the first day back that an automatic answer names, None where it names none or no clear one.

    text: subject and text. on: the day it was received; the day of return is after it, within a year.
    """
    backs: list[date] = []
    aways: list[date] = []
    folded = unwrapped(fold(text[:_LENGTH]))
    begun = 0
    for sentence in _BREAK.split(folded):
        _read_sentence(sentence, on, backs, aways)
        begun += len(sentence)
    found = [day for day in (backs or [day + _DAY for day in aways]) if on < day <= on + _AHEAD]
    if not found and backs:
        found = [day + _DAY for day in aways if on <= day < on + _AHEAD]
    return max(found, default=None)


def _read_sentence(sentence: str, on: date, backs: list[date], aways: list[date]) -> None:
    """Add the days of a sentence to those of return and to the last ones away."""
    named = list(_days(sentence, on))
    back = _BACK.search(sentence) or _BACK_CJK.search(sentence)
    others: list[_Named] = []
    for one in named:
        before = sentence[max(0, one.start - 45) : one.start]
        if _DASH.search(before) or _BEFORE_END.search(before):
            turned = (
                back is not None
                and back.start() < one.start
                and _NOT_BEFORE.search(sentence[: back.start() + 40])
            )
            (backs if turned else aways).append(one.day)
        elif not _BEFORE_BEGIN.search(before) or _is_return_begin(one, back, named):
            others.append(one)
    if back is not None and others:
        after = [one for one in others if one.start >= back.end()]
        backs.append((after[0] if after else others[-1]).day)
    elif back is not None and not named and (soon := _TOMORROW.search(sentence)) and soon.start() >= 0:
        backs.append(on + _DAY)


def _is_return_begin(one: _Named, back: re.Match[str] | None, named: list[_Named]) -> bool:
    """Say whether "from X" means the first day back, as in "available again from X": no end follows."""
    return back is not None and all(other.start <= one.start or other.start - one.end > 25 for other in named)  # noqa: PLR2004 - an end of a range stands close behind


def _days(sentence: str, on: date) -> Iterator[_Named]:
    """Yield the days that a sentence names."""
    english = _ENGLISH.search(sentence) is not None
    for number, found in enumerate(_DATE.finditer(sentence)):
        if number >= _MOST_DAYS:
            return
        day = _day_of(found, on, english=english)
        if day is None:
            continue
        end = found.end()
        yield _Named(day, found.start(), end)
        tail = _RANGE_TAIL.match(sentence, end) if found["mm"] else None
        if tail is not None:
            last = _date(tail["year"] or found["my"], MONTHS[found["mm"]], tail["day"], on)
            if last is not None:
                yield _Named(last, tail.start("day"), tail.end())


def _day_of(found: re.Match[str], on: date, *, english: bool) -> date | None:
    """Return the day of a match, None where it is none or can be read in two ways."""
    if found["week"]:
        ahead = (DAYS[found["week"]] - on.weekday() - 1) % 7 + 1
        return on + timedelta(days=ahead) if found["week"] not in SHORT else None
    if found["sd"]:
        return _numeric(found, on, english=english)
    for form in ("i", "c", "n", "d", "m"):
        if found[f"{form}d"]:
            month = found[f"{form}m"]
            year = (found[f"{form}y"] or "").rstrip("年")
            return _date(year, MONTHS.get(month, month), found[f"{form}d"], on)
    return None


def _numeric(found: re.Match[str], on: date, *, english: bool) -> date | None:
    """Return the day of 12/3 or 12-3-2026; in English only where one of the two can't be the month."""
    day, month = int(found["sd"]), int(found["sm"])
    if found["sep"] == "-" and not found["sy"]:
        return None
    if english and day != month and max(day, month) <= _MONTHS_A_YEAR:
        return None
    if english and month > _MONTHS_A_YEAR:
        day, month = month, day
    return _date(found["sy"], month, day, on)


def _date(year: str | None, month: str | int, day: str | int, on: date) -> date | None:
    """Return a day; without a year the next such one, or the one just past."""
    try:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))  # noqa: PLR2004 - "26"
        day_of_year = date(on.year, int(month), int(day))
    except ValueError:
        return None
    if day_of_year >= on - _STALE:
        return day_of_year
    try:
        return date(on.year + 1, int(month), int(day))
    except ValueError:
        return None
