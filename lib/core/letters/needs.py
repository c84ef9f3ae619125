"""Own what of its values decides whether a template can be filled in, so that few have to be tried.

Invariant: of two sets of values that agree in what is needed, and are not too long, a template can be filled
with both or with neither, for the same reason, and the result is blank with both or with neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, Path
from liquid.builtin.expressions.logical import (
    LogicalAndExpression,
    LogicalNotExpression,
    LogicalOrExpression,
)
from liquid.builtin.expressions.primitive import Literal
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.expression import Expression

from lib.core.letters import liquid_templates
from lib.core.letters.templates import OUTPUT_LIMIT

#: Filters that leave something of a text without space at its ends.
_KEEPING = frozenset(
    {"append", "capitalize", "default", "downcase", "lstrip", "prepend", "rstrip", "strip", "upcase"}
    | {"url_encode"}
)
#: In how many bytes one character of a value may end up: four of UTF-8, each as %XX.
_WIDEST = 12


class _Unclear(Exception):
    """Say that a template does more than put values in their places."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Hold what decides: of ``told`` only whether they are empty, of ``read`` what they say.

    most: the longest value, in characters, with which the result is surely not too long.
    """

    told: tuple[str, ...]
    read: tuple[str, ...]
    most: int

    def key(self, values: Mapping[str, str]) -> tuple[bool | str, ...] | None:
        """Return what decides for some values; None: they have to be tried."""
        told = [values.get(name, "") for name in self.told]
        if any(len(one) > self.most for one in told):
            return None
        return (*map(bool, told), *(values.get(name, "") for name in self.read))


@dataclass(slots=True)
class _Found:
    """Collect what is seen on the way through a template."""

    told: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    fixed: int = 0
    added: int = 0
    places: int = 0


@lru_cache(maxsize=512)
def needs_of(source: str) -> Needs:
    """Return what a template needs; TemplateFault when it is none."""
    names = liquid_templates.variables_of(source)
    nodes = liquid_templates.nodes_of(source)
    spoken = any(isinstance(node, ContentNode) and node.text.strip() for node in nodes)
    found = _Found()
    try:
        _look(nodes, found, blank_matters=not spoken)
    except _Unclear:
        return Needs(told=(), read=tuple(sorted(names)), most=0)
    room = OUTPUT_LIMIT - found.fixed - _WIDEST * found.added
    return Needs(
        told=tuple(sorted(found.told - found.read)),
        read=tuple(sorted(found.read)),
        most=max(0, room // (_WIDEST * max(1, found.places))),
    )


def _look(nodes: Iterable[Node], found: _Found, *, blank_matters: bool) -> None:
    for node in nodes:
        if isinstance(node, ContentNode):
            found.fixed += len(node.text.encode())
        elif isinstance(node, OutputNode):
            _output(node.expression, found, blank_matters=blank_matters)
        elif isinstance(node, IfNode | UnlessNode):
            _condition(node.condition, found)
            blocks: list[Node] = [node.consequence, *node.alternatives]
            _look([*blocks, *([node.default] if node.default else [])], found, blank_matters=blank_matters)
        elif isinstance(node, ConditionalBlockNode):
            _condition(node.expression, found)
            _look([node.block], found, blank_matters=blank_matters)
        elif isinstance(node, BlockNode):
            _look(node.nodes, found, blank_matters=blank_matters)
        elif not isinstance(node, CommentNode):
            raise _Unclear


def _output(expression: Expression, found: _Found, *, blank_matters: bool) -> None:
    if not isinstance(expression, FilteredExpression):
        raise _Unclear
    filters = expression.filters or []
    for argument in (argument.value for one in filters for argument in one.args):
        if not isinstance(argument, Literal):
            raise _Unclear
        found.added += len(str(argument.value))
    found.places += 1
    if isinstance(expression.left, Literal):
        found.added += len(str(expression.left.value))
        return
    keeps = all(one.name in _KEEPING for one in filters)
    (found.told if keeps or not blank_matters else found.read).add(_name(expression.left))


def _condition(expression: Expression, found: _Found) -> None:
    """Note the variables of a condition: whether they are there, or what they say."""
    if isinstance(expression, BooleanExpression):
        _condition(expression.expression, found)
    elif isinstance(expression, LogicalAndExpression | LogicalOrExpression):
        _condition(expression.left, found)
        _condition(expression.right, found)
    elif isinstance(expression, LogicalNotExpression):
        _condition(expression.right, found)
    elif isinstance(expression, Path):
        found.told.add(_name(expression))
    else:
        found.read.update(_names(expression))


def _names(expression: Expression) -> Iterable[str]:
    if isinstance(expression, Path):
        yield _name(expression)
    elif not isinstance(expression, Literal):
        for child in expression.children():
            yield from _names(child)


def _name(expression: Expression) -> str:
    if not isinstance(expression, Path) or len(expression.path) != 1:
        raise _Unclear
    name = expression.path[0]
    if not isinstance(name, str):
        raise _Unclear
    return name
