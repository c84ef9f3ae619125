"""Own what a bounce says in its own words: where they end, which addresses they name, and how surely.

Invariant: an address in the returned mail, or one that people are asked to write to, has not failed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lib.core.bounces.addresses import ADDRESS, addresses_in, bare
from lib.core.bounces.parts import header_lines
from lib.core.bounces.phrases import DELAYED, NOTICE
from lib.core.phrases import Phrases

#: How much of a machine's own words is looked at: it says what it has to say at the beginning.
WORDS_LIMIT = 12_000

#: Longer lines are prose, not a line that sets pieces apart.
LINE_LIMIT = 200

#: A line after which the returned mail stands.
_END = re.compile(
    r"below this line is|(?:this is|here is|included is|attached is|follow\w* is|attachment is) (?:a "
    r"|the )?(?:full )?(?:copy|original|message header)"
    r"|original (?:message|mail|e-?mail)(?: headers?)?(?: \S+){0,2} (?:follows?|attached|below"
    r"|is (?:attached|included))|^[-=_* >]*(?:original|returned|unsent|undelivered"
    r"|forwarded) (?:message|mail)(?: (?:header|text|below|follows?)\w*)?[-=_* :<]*$"
    r"|(?:message|mail) headers? follows?|headers? of (?:the|your) (?:original|message)"
    r"|^[- ]*returned (?:mail|message)[- ]*$|the (?:header|first \d+ lines) of (?:the"
    r"|your) (?:original )?(?:message|mail)"
    r"|^[- ]*unsent message below|^old message:|your message reads|mensaje original|message d.origine"
    r"|ursprüngliche nachricht|mensagem original|messaggio originale"
    r"|^(?:return-path|received): |^content-type: message/rfc822|^[- ]*copy of (?:the "
    r"|your )?(?:original )?message|^[- ]*start of returned message|original message details|原始邮件"
    r"|以下は.{0,12}メール|original text follows"
)
#: Header fields in a text: of the returned mail, or of the machine's talk about it.
_HEADER = re.compile(
    r"^[\s>|*-]{0,8}(?:from|sender|return-path|reply-to|to|cc|bcc|subject|date|sent|message-?id"
    r"|received|x-[\w-]{2,40}|mime-version|in-reply-to|references|content-[\w-]{2,30}"
    r"|dkim-signature|arc-[\w-]{2,40}|von|an|betreff|gesendet|de|para|assunto|asunto|objet|à|da"
    r"|oggetto|reporting-mta|arrival-date|mail from|envelope-from)\s{0,4}:",
    re.IGNORECASE,
)
#: What stands around an address alone on its line.
_ALONE = re.compile(
    r"^[\s*>•·\-\u2013+.\d()\[\]{}<\"'`|]{0,24}(?:smtp:|mailto:"
    r"|rfc822;)?\x00[\s>\"'`)\]}.,:;*|<\-]{0,12}(?:mailto:\x00[>)\s]{0,4})?$",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"^[\s*>•·\-\u2013+\"'`(\[|]{0,12}(?:<\x00>|\x00)[>\"'`)\]]{0,3}\s{0,4}(?:[:;,(\-\u2013…=]|\.\.|on |auf "
    r"|had |has |was |is |does |could |cannot |failed|unknown|user|mailbox|not |\[|<mailto)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"recipient|address|mailbox|user|account|rcpt|to:|destin|failed|deliver|inbox|empfänger|adresse"
    r"|utilisateur|usuario|usuário|utente|ontvanger|geadresseerde"
    r"|modtager|mottag|odbiorc|получат|адрес|ящик|ユーザ|宛先|メールアドレス|收件|邮箱|地址|수신|email|said:|\b5\d\d\b"
    r"|\b4\d\d\b|contact:",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"please (?:contact|send|write|forward|e-?mail|visit|notify)|contact(?:ing)?\b|assistance"
    r"|(?:for )?help|support|question|administrator|mail from|sender|sent by|from:|\bfrom <|hotline"
    r"|report(?:s|ed|ing)? (?:to|errors)|whitelist|kontakt|wenden|hilfe|problem persist|forward this"
    r"|try sending|instead|\bnew address|reply-to|abuse|complain|unblock|delist|behalf|vom absender"
    r"|expéditeur|remitente",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class Words:
    """Hold a machine's own words.

    lines: those before the returned mail. returned: the fields of a mail that came back as text. named:
    addresses with how surely they failed. at: the line of each.
    """

    lines: list[str]
    returned: dict[str, list[str]]
    has_returned: bool
    named: dict[str, int] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)

    @property
    def folded(self) -> str:
        """Return the words in one case and spacing, without quoted lines."""
        kept = (line for line in self.lines if not line.startswith((">", "|")))
        return _SPACES.sub(" ", " ".join(kept)).casefold()[:WORDS_LIMIT]

    @property
    def is_delay(self) -> bool:
        """Say whether the words tell of a delay: the machine is still trying."""
        return DELAYED.search(self.folded) is not None

    @property
    def addressed(self) -> list[str]:
        """Return whom the mail went to, as the machine tells its headers before the returned mail."""
        return addresses_in(", ".join(header_lines("\n".join(self.lines)).get("to", ()))[:2000])

    def around(self, address: str) -> str:
        """Return what is said of an address: its line and those after it, the whole where it is not named."""
        at = self.at.get(address)
        if at is None:
            return " ".join(self.lines)[:3000]
        lines: list[str] = []
        for line in self.lines[at : at + 14]:
            others = [found for match in ADDRESS.finditer(line) if (found := bare(match[0])) in self.named]
            if lines and others and address not in others:
                break
            lines.append(line)
        return " ".join(lines)[:3000]


def read_words(text: str) -> Words:
    """Divide a bounce's text into its own words and the mail that it returns, and find who is named."""
    lines, notice = text.split("\n"), NOTICE.within(text.casefold())
    end = _end_of_own(lines, notice)
    own = [line[:1000] for line in "\n".join(lines[:end])[:WORDS_LIMIT].split("\n")]
    returned = header_lines("\n".join(lines[end:])[:40_000]) if end < len(lines) else {}
    words = Words(own, returned, has_returned=end < len(lines))
    _find_named(words, notice)
    return words


def _end_of_own(lines: list[str], notice: Phrases) -> int:
    """Return where the returned mail begins: at the first line that says so after the machine spoke."""
    spoken = False
    for at, line in enumerate(lines[:3000]):
        if spoken and _ends(line):
            return at
        spoken = spoken or notice.search(line[:1000].casefold()) is not None
    return next((at for at, line in enumerate(lines[:3000]) if at and _ends(line)), len(lines))


def _ends(line: str) -> bool:
    return len(line) < LINE_LIMIT and _END.search(line.strip().casefold()) is not None


def _find_named(words: Words, notice: Phrases) -> None:
    """Weigh each address by how its line speaks of it."""
    said = -9
    for number, line in enumerate(words.lines):
        if not line.strip():
            continue
        if notice.search(line.casefold()) or _NAMED.search(line):
            said = number
        if _HEADER.match(line) or "@" not in line:
            continue
        near = number - said <= 4  # noqa: PLR2004 - a heading and an empty line or two
        for match in list(ADDRESS.finditer(line))[:20]:
            address = bare(match[0])
            if address:
                weight = _weight(line, match, near=near)
                if weight > words.named.get(address, -9):
                    words.named[address] = weight
                words.at.setdefault(address, number)


def _weight(line: str, match: re.Match[str], *, near: bool) -> int:
    shape = f"{line[: match.start()]}\x00{line[match.end() :]}".replace(match[0], "\x00")
    rest = f"{line[: match.start()]} {line[match.end() :]}"
    if _ALONE.match(shape):
        return 3 + near
    weight = 3 if _FIRST.match(shape) else 0
    if _NAMED.search(rest):
        weight += 1
    if NOTICE.search(rest.casefold()):
        weight += 1
    if _ASKED.search(rest):
        weight -= 4
    return weight + 2 * near
