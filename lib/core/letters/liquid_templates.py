"""Own the way to Liquid: which of its tags and filters there are, and how far one template may go.

Invariants: a template reads nothing but the values that it is given (no files, no clock), and its work and
its output are bounded. Imported when the first template needs it: Liquid is a third of a cold start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn

import liquid
from liquid.ast import Node
from liquid.exceptions import LiquidError

from lib.core.letters.templates import (
    CLOCK_NAMES,
    FILTERS,
    OUTPUT_LIMIT,
    SOURCE_LIMIT,
    TAGS,
    MissingValue,
    TemplateFault,
)

#: What Liquid's parser registers as tags for its own use: text, output, and the error for an unknown tag.
_INNER_TAGS = frozenset({"content", "output", "illegal"})


class _Missing(liquid.Undefined):
    """Stand where a value is missing: false in a condition, replaced by ``default``, else an error.

    The condition for it is ``{% if company %}``; compared with an empty text it is not equal.
    """

    force_liquid_default = True

    def _refuse(self, *_: object) -> NoReturn:
        raise MissingValue(self.name)

    __str__ = __iter__ = __len__ = __int__ = __getitem__ = _refuse
    __hash__ = liquid.Undefined.__hash__


class _Environment(liquid.Environment):
    block_nesting_limit = 10
    context_depth_limit = 10
    loop_iteration_limit = 1_000
    local_namespace_limit = 100_000
    output_stream_limit = OUTPUT_LIMIT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        # Includes read files, and ``liquid`` would hide tags from the list: what is not named is taken out.
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS | _INNER_TAGS}
        self.filters = {name: function for name, function in self.filters.items() if name in FILTERS}


_ENVIRONMENTS = {
    html: _Environment(undefined=_Missing, autoescape=html, strict_filters=True) for html in (False, True)
}


@lru_cache(maxsize=512)
def _compiled(source: str, html: bool) -> liquid.BoundTemplate:  # noqa: FBT001 - a cache's key is positional
    if len(source) > SOURCE_LIMIT:
        raise TemplateFault(f"is longer than {SOURCE_LIMIT} characters")
    try:
        return _ENVIRONMENTS[html].from_string(source)
    except LiquidError as error:
        raise TemplateFault(_words(error)) from None


def _words(error: LiquidError) -> str:
    context = error.context()
    line = f"line {context[0]} of the template: " if context else ""
    return f"{line}{error.message}"


def nodes_of(source: str) -> Sequence[Node]:
    """Return what a template consists of; TemplateFault when it is not one."""
    return _compiled(source, html=False).nodes


@lru_cache(maxsize=512)
def variables_of(source: str) -> frozenset[str]:
    """Return the names that a template takes from outside; TemplateFault when it is not one.

    Finds unknown tags and filters too, which Liquid itself finds only on the way through a branch.
    """
    found = _compiled(source, html=False).analyze(include_partials=False)
    for name in sorted(set(found.filters) - FILTERS):
        raise TemplateFault(f"there is no filter {name!r}; there are {', '.join(sorted(FILTERS))}")
    for uses in found.globals.values():
        for variable in uses:
            root, *parts = variable.segments
            if not isinstance(root, str) or parts:
                raise TemplateFault(f"{variable} is not a variable: values are plain text and have no parts")
            if root in CLOCK_NAMES:
                raise TemplateFault(f"{root!r} is not available: a mail says the same whenever it is written")
    return frozenset(found.globals)


def render(source: str, present: Mapping[str, Any], *, html: bool) -> str:
    """Fill a template with the values that there are; MissingValue, or TemplateFault for all else."""
    try:
        return str(_compiled(source, html).render(dict(present)))
    except LiquidError as error:
        raise TemplateFault(_words(error)) from None
