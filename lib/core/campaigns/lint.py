"""Own the look over a campaign before launch: what a careful colleague would point out.

What cannot be sent at all is a fault, and refused elsewhere; a finding is only shown. A missing opt-out line
is none of them: composing puts it into every mail, and there is no switch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec

from lib.core.errors import InvalidRequest
from lib.core.letters import templates
from lib.core.letters.wording import Letter, sample, worded_for
from lib.core.records import Campaign, Enrollment, Mailbox, Step

#: Gmail cuts a mail off at 102 KB of html; some room is left for the opt-out line.
CLIPPED_AT = 100_000
#: Longer subjects are cut off on telephones.
SUBJECT_AT = 78
#: How many candidates are looked at in full; of more, as many spread evenly.
LOOKED_AT = 500
EXAMPLES = 5

#: Left-over places of other tools: {name}, [First Name], <<name>>, %NAME%, {{ and }}.
_LEFT_OVER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{[A-Za-z_][\w ]{0,30}\}|\[(?:first|last|full|company|your|candidate)[ _]?\w{0,20}\]"
    r"|<<\w{1,30}>>|%[A-Z][A-Z_]{2,30}%",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?:[^\s<>\"'\])]*", re.IGNORECASE)
_HREF = re.compile(r"<a\b[^<>]*?\bhref\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s<>]*)", re.IGNORECASE)
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_GAP = re.compile(
    r"\b(?:hi|hello|dear|hey|hallo|liebe|lieber|bonjour|hola|ciao|olá|beste)\s+[,!:.]", re.IGNORECASE
)
_ATTACHED = re.compile(
    r"\b(?:attached|attachment|anbei|im anhang|ci-joint|adjunto|in allegato|em anexo|bijlage)\b",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^\s*(?:re|aw|fwd?|wg)\s*:", re.IGNORECASE)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one thing to look at before launch: where, what, and for how many of those that were looked at.

    Where it is so for all of them, candidates is the number of all there are.

    examples: places of some of those candidates in the request; empty where it is about all of them.
    """

    field: str
    why: str
    candidates: int
    examples: tuple[int, ...] = ()


@dataclass(slots=True)
class _Seen:
    """Count for whom a finding was made."""

    places: list[int] = field(default_factory=list)


def lint(
    campaign: Campaign, looked_at: Sequence[tuple[int, Enrollment]], candidates: int, mailbox: Mailbox | None
) -> list[Finding]:
    """Return what is worth a look before launch.

    looked_at: place and enrollment of each candidate that is looked at, of so many ``candidates`` in all.
    """
    sender = (mailbox.sender_name, mailbox.address) if mailbox else ("", "")
    seen: dict[tuple[str, str], _Seen] = {}
    for place, enrollment in looked_at:
        for where, why in dict.fromkeys(_found_for(campaign, enrollment, *sender)):
            seen.setdefault((where, why), _Seen()).places.append(place)
    found = [
        _finding(where, why, one.places, len(looked_at), candidates) for (where, why), one in seen.items()
    ]
    return found + _unused(campaign, [enrollment for _, enrollment in looked_at], candidates)


def is_looked_at(index: int, candidates: int) -> bool:
    """Say whether a candidate of so many is among those that are looked at, spread evenly."""
    return index % max(1, -(-candidates // LOOKED_AT)) == 0


def _finding(where: str, why: str, places: list[int], looked_at: int, enrolled: int) -> Finding:
    everybody = len(places) == looked_at
    return Finding(
        field=where,
        why=why,
        candidates=enrolled if everybody else len(places),
        examples=() if everybody else tuple(places[:EXAMPLES]),
    )


def _found_for(
    campaign: Campaign, enrollment: Enrollment, sender: str, address: str
) -> Iterator[tuple[str, str]]:
    """Yield what is to be said of one candidate's mails, as (field, why)."""
    try:
        letters = list(sample(campaign, enrollment, sender, address))
    except InvalidRequest:
        # A fault, which is reported as such.
        return
    for index, (step, (_, letter)) in enumerate(zip(campaign.steps, letters, strict=True)):
        where = f"steps[{index}]"
        begins = index == 0 or step.thread == "new"
        for what, why in _of_letter(worded_for(step, enrollment), letter, begins=begins):
            yield f"{where}.{what}", why
        for name in _fallbacks(worded_for(step, enrollment), enrollment):
            yield where, f"{name} is empty, its fallback is used"


def _of_letter(step: Step, letter: Letter, *, begins: bool) -> Iterator[tuple[str, str]]:
    body = "html" if letter.html else "text"
    for what, words in (("subject", letter.subject), ("text", letter.text)):
        if left := _LEFT_OVER.search(words):
            yield what, f"{left[0]} is left in it: a variable is written {{{{ name }}}}"
    if begins:
        yield from (("subject", why) for why in _of_subject(step, letter.subject))
    if _GAP.search(letter.text[:200]):
        yield "text", "the greeting names nobody"
    if not letter.html and any("  " in line.strip() for line in letter.text.splitlines()):
        yield "text", "there are two spaces in a row: maybe an empty value between them"
    for link in _broken_links(letter):
        yield body, f"{link} is no link that works"
    if len(letter.html.encode()) > CLIPPED_AT or len(letter.text.encode()) > CLIPPED_AT:
        yield body, "is longer than 100 KB: Gmail cuts it off, and the opt-out line with it"
    if _ATTACHED.search(letter.text) and not step.attachments:
        yield "text", "speaks of an attachment, and there is none"


def _of_subject(step: Step, subject: str) -> Iterator[str]:
    if len(subject) > SUBJECT_AT:
        yield f"is longer than {SUBJECT_AT} characters: telephones cut it off"
    letters = [char for char in subject if char.isalpha()]
    if len(letters) > 8 and all(char.isupper() for char in letters):  # noqa: PLR2004 - short ones are names
        yield "is in capitals, which spam filters and readers dislike"
    if _REPLY.match(step.subject):
        yield "begins like an answer, and is none: this misleads, and is left out"


def _broken_links(letter: Letter) -> Iterator[str]:
    """Yield the links that lead nowhere, shortened; each once."""
    targets: Iterable[str] = _LINK.findall(letter.text)
    if letter.html:
        targets = [found.strip("\"'").strip() for found in _HREF.findall(letter.html)]
    for target in dict.fromkeys(targets):
        if not _works(target):
            yield repr(target[:60])


def _works(target: str) -> bool:
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    if parts.scheme.lower() not in _SCHEMES or any(char in target for char in " {}<>"):
        return False
    if parts.scheme.lower() in {"mailto", "tel"}:
        return bool(parts.path)
    host = (parts.hostname or "").rstrip(".")
    return "." in host.strip(".") and ".." not in host


def _fallbacks(step: Step, enrollment: Enrollment) -> Iterator[str]:
    """Yield the candidate's empty variables that the step uses: it has a fallback, or it would be a fault."""
    for name in sorted(_names(step)):
        if enrollment.variables.get(name, "-") == "":
            yield name


def _names(step: Step) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for source in (step.subject, step.text, step.html or ""):
        try:
            found |= templates.variables_of(source)
        except templates.TemplateFault:
            continue
    return found


def _unused(campaign: Campaign, enrollments: Sequence[Enrollment], candidates: int) -> list[Finding]:
    """Return the columns of the shortlist that no template uses: often a misspelt name."""
    if not enrollments:
        return []
    used: frozenset[str] = frozenset()
    for step in campaign.steps:
        used |= _names(step)
        for variant in step.variants:
            used |= _names(
                msgspec.structs.replace(step, subject=variant.subject, text=variant.text, html=variant.html)
            )
    for enrollment in enrollments:
        for words in enrollment.words.values():
            used |= _names(
                msgspec.structs.replace(
                    campaign.steps[0], subject=words.subject, text=words.text, html=words.html
                )
            )
    columns = dict.fromkeys(name for enrollment in enrollments for name in enrollment.variables)
    # Not every list has these for the texts' sake.
    known = {"language", "first_name"}
    return [
        Finding(field=name, why="no step uses this column", candidates=candidates)
        for name in columns
        if name not in used | known
    ]
