"""Own the way from a mail's HTML to text: what a reader would have seen, quotes marked as in plain mail.

Mail programs mark quotes and signatures in their HTML; here they become the marks of plain mail (``> ``,
``-- ``, a line for the original message), so that one cutter serves both.

Invariant: no code, style, comment or hidden element gets through; time is linear, also on HTML made to take
long.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass

from lib.core.answers.phrases import fold

#: Stands where a mail program begins the mail that is answered or forwarded.
ORIGINAL = "-----Original Message-----"
#: Begins a signature (RFC 3676, section 4.3).
SIGNATURE = "-- "
_DEPTH_LIMIT = 300
_TAG_LIMIT = 4_000
_LINK_LIMIT = 500

#: How many unsound tags are looked at with care; mail that has more was made to take long.
_PATIENCE = 200

#: A tag whose quoted values may hold brackets.
_TAG = re.compile(r"</?[a-zA-Z](?>[^<>=]|=\s*\"[^\"]*\"|=\s*'[^']*'|=)*+>")
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]*)")
_ATTRIBUTE = re.compile(
    r"(?<![-\w])(class|id|style|type|href|hidden|data-smartmail|name)\s*(?:=\s*(\"[^\"]*\"|'[^']*'"
    r"|[^\s>]+))?",
    re.IGNORECASE,
)
_SILENT = frozenset(
    [
        "audio",
        "canvas",
        "head",
        "iframe",
        "math",
        "noscript",
        "object",
        "select",
        "svg",
        "template",
        "textarea",
        "title",
        "video",
    ]
)
_RAW = frozenset({"script", "style"})
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "dd",
        "div",
        "dl",
        "dt",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tr",
        "ul",
    ]
)
_HIDDEN = re.compile(r"display:none|visibility:hidden|mso-hide:all|font-size:0(?:px|pt|em|%)?(?![\d.])")
#: Outlook's line above the mail that is answered.
_BORDER = re.compile(r"border-top:solid#(?:e1e1e1|b5c4df)1\.0pt.*padding:3\.0pt0")
_QUOTES = re.compile(
    r"(?<![a-z])(?:yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|moz-cite-prefix)"
)
_ORIGINALS = re.compile(
    r"(?:divrplyfwdmsg|appendonsend|olk_src_body_section|mail-editor-reference-message-container|"
    r"outlookmessageheader|stopspelling|ms-outlook-mobile-reference-message|isforwardcontent)"
)
_SIGNATURES = re.compile(
    r"(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|(?<!\w)(?:x_)?signature)(?!\w)"
)
_PLAIN_LINK = re.compile(r"https?://", re.IGNORECASE)


@dataclass(slots=True)
class _Open:
    """Hold an element that is open, and what it does to the text in it."""

    tag: str
    silent: bool = False
    quoted: bool = False
    dashed: bool = False
    link: str = ""
    began: int = 0


def text_of_html(source: str) -> str:
    """Return what a reader sees of HTML: text in lines, quotes with ``> ``, link targets in brackets."""
    reader, at, patience = _Reader(), 0, _PATIENCE
    while (opened := source.find("<", at)) >= 0:
        reader.text(source[at:opened])
        quoted = _TAG.match(source, opened, opened + _TAG_LIMIT) if patience else None
        patience -= patience > 0 and quoted is None
        at = quoted.end() if quoted else _rough_end(source, opened)
        if at == opened + 1:
            reader.text("<")
        elif name := _NAME.match(source, opened, at):
            tag = name.group(1).lower()
            if source[opened + 1] == "/":
                reader.end(tag)
            elif tag in _RAW:
                at = _after_raw(source, tag, at)
            else:
                reader.start(tag, source[name.end() : min(at, name.end() + _TAG_LIMIT)])
    reader.text(source[at:])
    reader.line_end()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.lines)).strip("\n")


def _rough_end(source: str, opened: int) -> int:
    """Return where markup that is no sound tag ends; right behind the bracket when it is no markup."""
    if source.startswith("<!--", opened):
        end = source.find("-->", opened + 4)
        return end + 3 if end >= 0 else len(source)
    following = source[opened + 1 : opened + 2]
    if not following.isalpha() and following not in {"/", "!", "?"}:
        return opened + 1
    # Never further than the next bracket: a tag that does not end must not take the text behind it along.
    other = source.find("<", opened + 1)
    other = other if other >= 0 else len(source)
    end = source.find(">", opened, other)
    return end + 1 if end >= 0 else other


def _after_raw(source: str, tag: str, at: int) -> int:
    """Return where the text after a script or style begins."""
    end = re.compile(f"</{tag}", re.IGNORECASE).search(source, at)
    if end is None:
        return len(source)
    closed = source.find(">", end.end())
    return closed + 1 if closed >= 0 else len(source)


class _Reader:
    """Collect the lines of a text from the pieces of HTML."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._pieces: list[str] = []
        self._open: list[_Open] = []
        self._tags: Counter[str] = Counter()
        self._silent = self._quoted = self._pre = 0

    def text(self, piece: str) -> None:
        """Take text between tags."""
        if not piece or self._silent:
            return
        plain = html.unescape(piece)
        if not self._pre:
            self._pieces.append(plain)
            return
        first, *others = plain.splitlines() or [""]
        self._pieces.append(first)
        for other in others:
            self.line_end(blank=True)
            self._pieces.append(other)

    def start(self, tag: str, attributes: str) -> None:
        """Take the begin of an element."""
        if tag in _BLOCKS or tag == "br":
            self.line_end(blank=tag in {"br", "p"})
        elif tag in {"td", "th"}:
            self._pieces.append(" ")
        values = {
            found.group(1).lower(): (found.group(2) or "").strip("\"'")
            for found in _ATTRIBUTE.finditer(attributes)
        }
        opened = _Open(
            tag, link=html.unescape(values.get("href", "")) if tag == "a" else "", began=len(self._pieces)
        )
        opened.silent = tag in _SILENT or "hidden" in values or _HIDDEN.search(_style(values)) is not None
        self._mark(opened, values)
        if tag in _VOID or len(self._open) >= _DEPTH_LIMIT:
            return
        self._open.append(opened)
        self._tags[tag] += 1
        self._silent += opened.silent
        self._quoted += opened.quoted
        self._pre += tag == "pre"

    def _mark(self, opened: _Open, values: dict[str, str]) -> None:
        """Write the marks of plain mail for what the element stands for."""
        names = fold(" ".join(values.get(name, "") for name in ("class", "id", "name", "data-smartmail")))[
            :500
        ]
        style = _style(values)
        indents = "border:none" in style and values.get("type") != "cite" and "quote" not in names
        opened.dashed = "gmail_attr" in names
        opened.quoted = (
            (opened.tag == "blockquote" and not indents) or _QUOTES.search(names) is not None or opened.dashed
        )
        if self._silent or opened.silent:
            return
        if _ORIGINALS.search(names) or _BORDER.search(style):
            self._line(ORIGINAL)
        elif _SIGNATURES.search(names):
            self._line(SIGNATURE)

    def end(self, tag: str) -> None:
        """Take the end of an element, and of those left open in it."""
        if tag in _BLOCKS:
            self.line_end(blank=tag == "p")
        if not self._tags[tag]:
            return
        closed = None
        while closed is None or closed.tag != tag:
            closed = self._open.pop()
            self._tags[closed.tag] -= 1
            self._silent -= closed.silent
            self._quoted -= closed.quoted
            self._pre -= closed.tag == "pre"
            if closed.link and not self._silent:
                self._link(closed)

    def line_end(self, *, blank: bool = False) -> None:
        """End the line; an empty one is kept where it parts paragraphs."""
        words = " ".join("".join(self._pieces).split())
        self._pieces.clear()
        if not words and not blank:
            return
        # A forwarded mail begins with a line of dashes, where an answered one has who wrote when.
        dashed = words.startswith("-----")
        self.lines.append(f"> {words}" if self._quoted and not dashed else words)

    def _line(self, words: str) -> None:
        self.line_end()
        self.lines.append(f"> {words}" if self._quoted else words)

    def _link(self, closed: _Open) -> None:
        words = "".join(self._pieces[closed.began :])
        target = closed.link.strip()[:_LINK_LIMIT]
        if _PLAIN_LINK.match(target) and target.rstrip("/") not in words:
            self._pieces.append(f" [{target}]")


def _style(values: dict[str, str]) -> str:
    """Return a style without spaces, in small letters."""
    return "".join(html.unescape(values.get("style", "")).split()).lower()
