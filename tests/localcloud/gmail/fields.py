"""Owns partial responses: the `fields` mask of Google's APIs (`a,b/c,d(e,f/g),*`), applied to JSON."""

from typing import Any

from tests.localcloud.gmail.errors import invalid

Mask = dict[str, "Mask"]  #: an empty mask keeps everything below


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, expected: str) -> None:
        if self.peek() != expected:
            raise invalid(f"Invalid field selection {self.text}")
        self.at += 1

    def selections(self) -> Mask:
        mask: Mask = {}
        while True:
            name, below = self.selection()
            # Named twice: with everything below it wins over a part of it.
            mask[name] = mask[name] | below if mask.get(name) and below else below
            if self.peek() != ",":
                return mask
            self.at += 1

    def selection(self) -> tuple[str, Mask]:
        start = self.at
        while self.peek() and self.peek() not in ",()/":
            self.at += 1
        name = self.text[start : self.at].strip()
        if not name:
            raise invalid(f"Invalid field selection {self.text}")
        if self.peek() == "/":
            self.at += 1
            inner, below = self.selection()
            return name, {inner: below}
        if self.peek() == "(":
            self.at += 1
            mask = self.selections()
            self.take(")")
            return name, mask
        return name, {}


def parse(text: str) -> Mask:
    parser = _Parser(text)
    mask = parser.selections()
    if parser.peek():
        raise invalid(f"Invalid field selection {text}")
    return mask


def keep(value: Any, mask: Mask) -> Any:
    """Leave what the mask names; lists are masked element by element."""
    if not mask or mask.get("*") == {}:
        return value
    if isinstance(value, list):
        return [keep(element, mask) for element in value]
    if not isinstance(value, dict):
        return value
    wild = mask.get("*")
    kept = {}
    for name, inner in value.items():
        if name in mask:
            kept[name] = keep(inner, mask[name])
        elif wild is not None:
            kept[name] = keep(inner, wild)
    return kept
