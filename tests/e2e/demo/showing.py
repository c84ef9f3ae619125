"""Show what happens as it happens: a bar and lines on a terminal, plain lines otherwise; then tables.

Times of the candidates are written in UTC; the reasons of the plan name the candidate's own.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.e2e.demo.checker import Did
from tests.e2e.demo.script import Reaction

#: Name in the report, and what it says to a person.
FIGURES = {
    "candidates": "candidates enrolled",
    "sent": "mails in candidates' inboxes",
    "replied": "answered in person",
    "bounced": "bounced",
    "opted_out": "opted out",
    "auto_replies": "automatic answers (stop nothing)",
    "completed": "got every step, no answer",
    "moved": "mails moved behind a day of return",
}
PROMISES = {
    "twice": "mails that came twice",
    "after_answer": "mails after an answer, bounce or opt-out",
    "lost_replies": "answers lost",
    "bodies_read_unrelated": "unrelated mails read",
    "outside_hours": "mails outside the candidate's working hours",
    "too_close": "mails less than 90 seconds after another",
    "over_cap": "mails above the day's cap",
}
DOES = {"reply": "answers", "automatic": "is away: an automatic answer", "opt_out": "opts out"}
WIDTH = 100
#: How many findings are shown.
FINDINGS = 8
#: What moves a mail, as its reason says; and by how much, to be told of.
CAUSES = ("is a holiday", "a day reached", "outside the hours")
LATER = timedelta(hours=2)


class Screen:
    """Speak to the person who runs the demo."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stdout, highlight=False, soft_wrap=not sys.stdout.isatty())
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[what]}"))
        self._progress = Progress(
            *columns,
            TimeElapsedColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._bar = self._progress.add_task("setting up", total=None, what="")
        self._begin: datetime | None = None
        self._mails: list[datetime] = []

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, text: str, indent: int = 0) -> None:
        """Print one line; a longer one goes on below its own indentation."""
        width = min(self.console.width, WIDTH) if self.console.is_terminal else WIDTH
        lines = textwrap.wrap(text, width - 1, subsequent_indent=" " * indent, break_on_hyphens=False)
        self.console.print("\n".join(lines or [""]), markup=False)

    # Before the first mail

    def connected(self, address: str, way: Sequence[str], end: str) -> None:
        """Show how a mailbox was connected."""
        self.say(f"Connected {address}: the browser went")
        for step in way:
            self.say(f"    {step}")
        self.say(f"    and is back at {end}")

    def plan(self, plan: Mapping[str, Any]) -> None:
        """Show what a dry run has found: a mail, times with their reasons, and what is worth a look."""
        candidates, sample = plan["candidates"], plan["samples"][0]
        self.say("")
        self.say(f"Dry run: {len(candidates)} candidates, {len(candidates[0]['slots'])} steps. A first mail:")
        for line in (f"Subject: {sample['subject']}", *sample["text"].splitlines()):
            self.say(f"    | {line}".rstrip(), 6)
        self.say("The first candidate's times (UTC), each with its reason:")
        for slot in candidates[0]["slots"]:
            self._slot(slot)
        self._later(candidates)
        self._findings(plan["lint"])

    def _later(self, candidates: Sequence[Mapping[str, Any]]) -> None:
        """Show for whom the first mail is hours later than for the first candidate, one for each cause."""
        begin = datetime.fromisoformat(candidates[0]["slots"][0]["due"])
        moved: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
        for place, one in enumerate(candidates, 1):
            slot = one["slots"][0]
            if datetime.fromisoformat(slot["due"]) - begin > LATER:
                cause = next((cause for cause in CAUSES if cause in slot["reason"]), "")
                moved.setdefault(cause, []).append((place, slot))
        if moved:
            self.say(f"The first mail comes hours later for {sum(map(len, moved.values()))}, for example:")
        for some in moved.values():
            place, slot = some[-1]
            self.say(f"    candidate {place:<2}  {_time(slot['due'])}  {slot['reason']}", 18)

    def _slot(self, slot: Mapping[str, Any]) -> None:
        self.say(f"    {slot['step']:<7} {_time(slot['due'])}  {slot['reason']}", 12)

    def _findings(self, findings: Sequence[Mapping[str, Any]]) -> None:
        self.say("Worth a look before launch:" if findings else "The texts were looked over: nothing found.")
        for one in findings[:FINDINGS]:
            self.say(f"    {one['field']}: {one['why']} ({one['candidates']} candidates)", 6)
        if len(findings) > FINDINGS:
            self.say(f"    and {len(findings) - FINDINGS} more")

    def accepted(self, candidates: int, *, same: bool) -> None:
        """Show that the plan was accepted."""
        self.say(f"Accepted {candidates} candidates, {'exactly that plan' if same else 'with another plan'}.")
        self.say("")

    def lasts(self, begin: datetime, end: datetime) -> None:
        """Set the bar's length."""
        self._begin = begin
        self._progress.update(self._bar, total=(end - begin).total_seconds())

    # As it happens

    def mail(self, at: datetime) -> None:
        """Count a mail that has come; each day's are shown together."""
        if self._mails and self._mails[-1].date() != at.date():
            self.day_is_over()
        self._mails.append(at)

    def day_is_over(self) -> None:
        """Print how many mails came on the last day that had some."""
        if self._mails:
            first, last = min(self._mails), max(self._mails)
            count = f"{len(self._mails)} mail{'' if len(self._mails) == 1 else 's'} in candidates' inboxes"
            self.say(f"  {first:%a %d %b}        {count}, {first:%H:%M} to {last:%H:%M}")
            self._mails.clear()

    def reaction(self, at: datetime, index: int, reaction: Reaction, back: date | None) -> None:
        """Print what a candidate does."""
        if self._mails and self._mails[-1].date() != at.date():
            self.day_is_over()
        how = f"back on {back:%a %d %b}" if back else str(reaction.how)
        if reaction.kind == "automatic" and not back:
            how = "names no day of return"
        lost = "; Gmail's notification is lost" if reaction.unnoticed else ""
        self.say(f"  {at:%a %d %b %H:%M}  candidate {index + 1} {DOES[reaction.kind]} ({how}){lost}")

    def reached(self, at: datetime, mails: int, reactions: int) -> None:
        """Move the bar to a simulated time."""
        what = f"{mails} mails, {reactions} reactions"
        done = (at - (self._begin or at)).total_seconds()
        self._progress.update(self._bar, completed=done, description=f"{at:%a %d %b %H:%M}", what=what)

    # In the end

    def answers(self, shown: Mapping[str, Any], who: Mapping[str, int]) -> None:
        """Print the answers as the web app shows them, the share of interested, and what led to it."""
        self._progress.stop()
        table = Table(title="Answers in the web app", title_justify="left", box=None, padding=(0, 2, 0, 0))
        for name in ("no.", "kind", "found by", "comes to, by its words"):
            table.add_column(name, header_style="")
        for one in sorted(shown["answers"], key=lambda one: str(one["received_at"])):
            number = str(who.get(one["enrollment"], "?"))
            table.add_row(number, one["kind"].replace("_", " "), _found_by(one), _comes_to(one))
        self.say("")
        self.console.print(table)
        if shown["interested"] is not None:
            self.say(f"Interested: {shown['interested']:.0%} of those who answered.")

    def timeline(self, one: Mapping[str, Any], did: Sequence[Did]) -> None:
        """Print what was planned for one candidate, what went out, and what they did."""
        sent = {mail["step"]: mail["at"] for mail in one["sent"]}
        lines = [(at, f"{step} was sent") for step, at in sent.items()]
        lines += [
            (slot["due"], f"{slot['step']} was planned, and is not sent")
            for slot in one["slots"]
            if slot["step"] not in sent
        ]
        said = {"reply": "answered", "automatic": "was away", "opt_out": "opted out", "bounce": "bounced"}
        for item in did:
            back = f", back on {item.back:%a %d %b}" if item.back else ""
            lines.append((item.at.isoformat(), f"{said[item.kind]}{back}"))
        self.say("")
        self.say(f"One candidate, {one['name'] or one['email']} (now: {one['status'].replace('_', ' ')}):")
        reasons = {f"{slot['step']} was sent": slot["reason"] for slot in one["slots"]}
        for at, what in sorted(lines, key=lambda line: datetime.fromisoformat(line[0])):
            why = f"  ({reasons[what]})" if what in reasons else ""
            self.say(f"    {_time(at)}  {what}{why}", 22)

    def figures(self, figures: Mapping[str, int], costs: Mapping[str, int]) -> None:
        """Print the figures, the promises, and what it took."""
        table = Table(title="What happened", title_justify="left", show_header=False, min_width=56)
        table.add_column("what", min_width=44)
        table.add_column("count", justify="right")
        for names in (FIGURES, PROMISES):
            for name, words in names.items():
                table.add_row(words, str(figures[name]))
            table.add_section()
        for name, count in costs.items():
            table.add_row(name.replace("_", " "), f"{count:,}")
        self.say("")
        self.console.print(table)

    def differences(self, differences: Sequence[str]) -> None:
        """Print the checker's verdict."""
        if not differences:
            self.say("Checked from outside against script and plan: everything is as it should be.")
            return
        self.say(f"{len(differences)} differences from script and plan:")
        for one in differences:
            self.say(f"  - {one}", 4)


def _time(at: str) -> str:
    return f"{datetime.fromisoformat(at):%a %d %b %H:%M}"


def _found_by(one: Mapping[str, Any]) -> str:
    other = ", other sender" if one["different_sender"] else ""
    return f"{one['matched_by']}{other}"


def _comes_to(one: Mapping[str, Any]) -> str:
    if one["returns_on"]:
        return f"back on {one['returns_on']}"
    if one["severity"]:
        return f"{one['severity']} bounce"
    if one["proposed"]:
        return f'{one["proposed"].replace("_", " ")}: "{one["proposed_by"]}"'
    return ""
