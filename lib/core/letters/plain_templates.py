"""Own the filling of plain templates: text, ``{{ name }}`` and ``{{ name | default: "words" }}``, no more.

Invariant: what is plain is filled in exactly as Liquid would; all else is left to Liquid. Most letters are
plain, and a function that has just started sends its first mail without importing Liquid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from markupsafe import escape

from lib.core.letters.templates import CLOCK_NAMES, OUTPUT_LIMIT, SOURCE_LIMIT, MissingValue

#: Words that mean something to Liquid where a name could stand.
_RESERVED = CLOCK_NAMES | frozenset(
    [
        "true",
        "false",
        "nil",
        "null",
        "empty",
        "blank",
        "and",
        "or",
        "contains",
        "not",
        "in",
        "offset",
        "limit",
        "reversed",
        "cols",
        "continue",
        "with",
        "for",
        "as",
        "if",
        "else",
        "required",
    ]
)
_OUTPUT = re.compile(
    r"""
    \{\{ [ ]* ([A-Za-z_][A-Za-z0-9_]*) [ ]*
    (?: \| [ ]* default [ ]* : [ ]* (?: "([^"'<>&\\{}]*)" | '([^"'<>&\\{}]*)' ) [ ]* )?
    \}\}""",
    re.VERBOSE,
)
_LINE_END = re.compile(r"\r\n?")
#: What begins or ends anything else, or might.
_MARKUP = re.compile(r"\{\{|\{%|\{\#|\}\}|%\}|\#\}")


class _Hole(NamedTuple):
    """Stand where a value comes in; default: None where there is none."""

    name: str
    default: str | None


@lru_cache(maxsize=512)
def _parts(source: str) -> tuple[str | _Hole, ...] | None:
    """Return a plain template's texts and holes in order, None for one that is not plain."""
    if len(source) > SOURCE_LIMIT:
        return None
    parts: list[str | _Hole] = []
    end = 0
    for found in _OUTPUT.finditer(source):
        name, *defaults = found.groups()
        if name in _RESERVED:
            return None
        default = next((one for one in defaults if one is not None), None)
        parts += [source[end : found.start()], _Hole(name, default)]
        end = found.end()
    parts.append(source[end:])
    texts = [part for part in parts if isinstance(part, str)]
    # A brace right before a hole begins it one sooner.
    odd = any(map(_MARKUP.search, texts)) or any(text.endswith("{") for text in texts[:-1])
    return None if odd else tuple(parts)


def fill(source: str, present: Mapping[str, str], *, html: bool) -> str | None:
    """Fill a plain template with the values that there are; None when Liquid has to do it.

    MissingValue for the first value that is missing without a fallback.
    """
    parts = _parts(source)
    if parts is None:
        return None
    # As Liquid's output does, which is a text file in memory.
    filled = _LINE_END.sub("\n", "".join(_filled(parts, present, html=html)))
    return filled if len(filled.encode(errors="surrogatepass")) < OUTPUT_LIMIT else None


def _filled(parts: Sequence[str | _Hole], present: Mapping[str, str], *, html: bool) -> list[str]:
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif part.name in present:
            value = present[part.name]
            texts.append(str(escape(value)) if html else value)
        elif part.default is None:
            raise MissingValue(part.name)
        else:
            texts.append(part.default)
    return texts
