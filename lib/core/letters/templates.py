"""Own the templates: a small, bounded part of Liquid, strict about missing values.

Invariants: a template reads nothing but the values that it is given (no files, no clock), its work and its
output are bounded, and a value that is missing without a fallback is an error, never a gap in a mail.
"""

from __future__ import annotations

from collections.abc import Mapping

#: The longest source of one template, in characters.
SOURCE_LIMIT = 50_000
#: The longest result, in bytes.
OUTPUT_LIMIT = 200_000
#: Beyond these a template is no letter.
TAGS = frozenset({"if", "unless", "case", "for", "break", "continue", "assign", "capture", "comment", "#"})
#: No filter multiplies its input (replace, split and join do), reads the clock (date does), undoes or doubles
#: the escaping of values (safe and escape do).
FILTERS = frozenset(
    {
        "append",
        "capitalize",
        "default",
        "downcase",
        "lstrip",
        "prepend",
        "remove",
        "rstrip",
        "strip",
        "truncate",
        "truncatewords",
        "upcase",
        "url_encode",
    }
)
#: Names that Liquid itself would fill in from the clock.
CLOCK_NAMES = frozenset({"now", "today"})


class TemplateFault(Exception):
    """Say what is wrong with a template, in words for its author."""


class MissingValue(Exception):
    """Say that a template needs a value which is missing, and has no fallback for it."""

    def __init__(self, name: str) -> None:
        """Keep the variable's name."""
        super().__init__(name)
        self.name = name


def variables_of(source: str) -> frozenset[str]:
    """Return the names that a template takes from outside; TemplateFault when it is not one."""
    from lib.core.letters import liquid_templates  # noqa: PLC0415 - cold start

    return liquid_templates.variables_of(source)


def render(source: str, values: Mapping[str, str], *, html: bool) -> str:
    """Fill a template; an empty value counts as missing. With ``html`` the values are escaped.

    Raises MissingValue for the first missing value that is needed, TemplateFault when a bound is hit or a
    filter refuses its arguments.
    """
    from lib.core.letters import plain_templates  # noqa: PLC0415 - it imports from here

    present = {name: value for name, value in values.items() if value}
    filled = plain_templates.fill(source, present, html=html)
    if filled is not None:
        return filled
    from lib.core.letters import liquid_templates  # noqa: PLC0415 - cold start

    return liquid_templates.render(source, present, html=html)
