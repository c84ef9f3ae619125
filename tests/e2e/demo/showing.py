"""Show what happens as it happens: a bar and lines on a terminal, plain lines otherwise; then a table."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

#: Name in the report, and what it says to a person.
FIGURES = {
    "candidates": "candidates enrolled",
    "sent": "mails in candidates' inboxes",
    "replied": "answered in person",
    "bounced": "bounced",
    "opted_out": "opted out",
    "auto_replies": "automatic answers (stop nothing)",
    "completed": "got every step, no answer",
}
PROMISES = {
    "twice": "mails that came twice",
    "after_answer": "mails after an answer, bounce or opt-out",
    "lost_replies": "answers lost",
    "bodies_read_unrelated": "unrelated mails read",
}


class Screen:
    """Speak to the person who runs the demo."""

    def __init__(self, begin: datetime, span: timedelta) -> None:
        self.console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
        self._begin, self._span = begin, span
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[what]}"))
        self._progress = Progress(
            *columns, TimeElapsedColumn(), console=self.console, disable=not self.console.is_terminal
        )
        self._bar = self._progress.add_task("setting up", total=span.total_seconds(), what="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """Print one line."""
        self.console.print(text, markup=False)

    def happened(self, at: datetime, text: str) -> None:
        """Print what happened at a simulated time."""
        self.say(f"  {at:%a %d %b %H:%M}  {text}")

    def reached(self, at: datetime, what: str) -> None:
        """Move the bar to a simulated time."""
        done = min(at - self._begin, self._span).total_seconds()
        self._progress.update(self._bar, completed=done, description=f"{at:%a %d %b %H:%M}", what=what)

    def figures(self, figures: Mapping[str, int], costs: Mapping[str, int]) -> None:
        """Print the figures, the four promises, and what it took."""
        table = Table(title="What happened", title_justify="left", show_header=False, min_width=56)
        table.add_column("what", min_width=44)
        table.add_column("count", justify="right")
        for name, words in FIGURES.items():
            table.add_row(words, str(figures[name]))
        table.add_section()
        for name, words in PROMISES.items():
            table.add_row(words, str(figures[name]))
        if costs:
            table.add_section()
            for name, count in costs.items():
                table.add_row(name.replace("_", " "), f"{count:,}")
        self.console.print(table)

    def differences(self, differences: Sequence[str]) -> None:
        """Print the checker's verdict."""
        if not differences:
            self.say("Checked from outside against the script: everything is as it should be.")
            return
        self.say(f"{len(differences)} differences from the script:")
        for one in differences:
            self.say(f"  - {one}")
