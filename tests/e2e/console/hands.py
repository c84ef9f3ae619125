"""Own how a person uses a page: with a mouse or finger, or with the keyboard alone.

The keyboard reaches a thing as a person does, by Tab, so that what cannot be reached fails.
"""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Locator

#: How many times Tab is pressed at most on the way to something, further than any page has stops.
FAR = 150
IS_REACHED = "element => element === document.activeElement"


class Hands(Protocol):
    """What a person does to what is on a page."""

    def press(self, thing: Locator) -> None: ...

    def write(self, field: Locator, words: str) -> None: ...

    def choose(self, field: Locator, words: str) -> None: ...


class Pointer:
    """A mouse, or a finger; and a keyboard for words."""

    def press(self, thing: Locator) -> None:
        thing.click()

    def write(self, field: Locator, words: str) -> None:
        field.fill(words)

    def choose(self, field: Locator, words: str) -> None:
        field.select_option(label=words)


class Keyboard:
    """The keyboard alone."""

    def press(self, thing: Locator) -> None:
        self._reach(thing)
        is_box = thing.evaluate("element => ['checkbox', 'radio'].includes(element.type)")
        thing.page.keyboard.press("Space" if is_box else "Enter")

    def write(self, field: Locator, words: str) -> None:
        self._reach(field)
        field.page.keyboard.press("Control+A")
        field.page.keyboard.type(words)

    def choose(self, field: Locator, words: str) -> None:
        self._reach(field)
        field.page.keyboard.type(words)

    @staticmethod
    def _reach(thing: Locator) -> None:
        thing.wait_for()
        for _ in range(FAR):
            if thing.evaluate(IS_REACHED):
                return
            thing.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {thing}")
