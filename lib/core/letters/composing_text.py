"""Own the small changes of form that words need on their way into a mail.

Invariant: what ``one_line`` returns can stand in a header once ``header_words`` has encoded it: it is one
line without control characters.
"""

from __future__ import annotations

import re
import unicodedata
from email.header import Header
from email.utils import quote
from html.parser import HTMLParser

#: Elements that begin a line of their own; their words would run together otherwise.
_BLOCKS = re.compile(r"address|blockquote|br|div|h[1-6]|hr|li|ol|p|pre|table|tr|ul")
#: Elements whose content nobody reads.
_SILENT = frozenset({"head", "script", "style", "title"})
#: The end of a line in a mail; a header goes on in the next one that begins with a space.
LINE_END = "\r\n"
#: How long a plain header may be; far below the 998 of RFC 5322 for names before an address.
_PLAIN_LIMIT = 200
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
#: Control characters become spaces, half surrogates (which no encoding can write) nothing.
_IN_LINE = {"Cc": " ", "Cs": ""}
_PREFIX = re.compile(r"(?:re|aw|sv|antw)(?:\[\d+\])?\s*:\s*", re.IGNORECASE)


def one_line(text: str) -> str:
    """Return a text without control characters and in one line, each run of white space one space."""
    spaced = "".join(_IN_LINE.get(unicodedata.category(char), char) for char in text)
    return " ".join(spaced.split())


def header_words(line: str) -> str:
    """Return one line as the value of a header: as it is, or in encoded words (RFC 2047).

    By ``email.header``: the folding of ``email.policy`` drops spaces between encoded words in Python 3.11,
    and a subject that differs by a space leaves its thread.
    """
    if line.isascii() and len(line) <= _PLAIN_LIMIT and "=?" not in line:
        return line
    return Header(line, "utf-8", maxlinelen=75, header_name="X" * 12).encode(linesep=LINE_END)


def header_phrase(line: str) -> str:
    """Return one line as the name before an address: quoted where it holds more than words."""
    words = header_words(line)
    return words if words != line or _ATOMS.fullmatch(line) else f'"{quote(line)}"'


def without_reply_prefix(subject: str) -> str:
    """Return a subject without the reply prefixes that stand before it."""
    while found := _PREFIX.match(subject):
        subject = subject[found.end() :]
    return subject


def text_of_html(html: str) -> str:
    """Return what a reader sees of html: text in lines, the targets of links in brackets."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collect the text of html."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag == "a":
            self._links.append(dict(attrs).get("href") or "")
        elif _BLOCKS.fullmatch(tag):
            self.parts.append("\n\n" if tag == "p" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "a" and self._links:
            target = self._links.pop()
            if target.startswith(("http://", "https://", "mailto:")):
                self.parts.append(f" [{target}]")
        elif _BLOCKS.fullmatch(tag) and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(" ".join(data.splitlines()) if "\n" in data else data)
