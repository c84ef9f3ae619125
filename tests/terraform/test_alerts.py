"""Operators hear of every event that the code logs as an error, and find in the README what to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from lib.core.errors import MailboxPaused, OutreachError
from lib.entrypoint import decorators, event_function, public_function, task_function, user_function
from lib.flows import maintaining
from tests.localcloud.child_process import ROOT
from tests.terraform.evaluated import TERRAFORM, evaluated, needs_terraform

pytestmark = needs_terraform

SOURCES = {
    file: ast.parse(file.read_text()) for top in ("lib", "functions") for file in (ROOT / top).rglob("*.py")
}
#: Where event names are variables: what comes of them is found out otherwise.
BY_VARIABLE = {"lib/entrypoint/decorators.py", "lib/entrypoint/logs.py", "functions/maintain/main.py"}

#: The alert on the absence of an event.
SILENCE = {"maintain_silent"}


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    for file, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield file.relative_to(ROOT).as_posix(), node


def named_alerts() -> set[str]:
    """Return the alerts that errors are raised with."""
    keywords = (node for tree in SOURCES.values() for node in ast.walk(tree) if isinstance(node, ast.keyword))
    return {text for one in keywords if one.arg == "alert" for text in texts(one.value)} - {""}


def texts(node: ast.AST) -> set[str]:
    """Return all the texts in a piece of source."""
    constants = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    return {value for value in constants if isinstance(value, str)}


def error_classes(root: type[OutreachError] = OutreachError) -> Iterator[type[OutreachError]]:
    yield root
    for one in root.__subclasses__():
        yield from error_classes(one)


def errors() -> list[Exception]:
    """Return an error of each kind that a function may meet; those of single flows are like their roots."""
    paused = [MailboxPaused("made up", retry_after=timedelta(hours=1), alert=one) for one in named_alerts()]
    made: list[Exception] = [*paused, ValueError("a bug")]
    for kind in error_classes():
        if kind.__module__ != MailboxPaused.__module__:
            continue
        if kind is MailboxPaused:
            made.append(kind("made up", retry_after=timedelta(hours=1)))
        else:
            made.append(kind("made up"))
    return made


def logged_by_decorators(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the events that the four kinds of functions log as errors, whatever their flow raises."""
    seen: set[tuple[str, str]] = set()

    def note(event: str, _: BaseException, *, severity: str, **__: Any) -> None:
        seen.add((event, severity))

    monkeypatch.setattr(decorators, "log_error", note)
    monkeypatch.setattr(decorators, "services", lambda: SimpleNamespace(allowed_origins=()))
    monkeypatch.setattr(decorators, "_caller", lambda *_: None)
    request = Request(EnvironBuilder(method="POST").get_environ())
    for error in errors():

        def fail(*_: Any, error: Exception = error) -> Any:
            raise error

        for kind in (user_function, public_function, task_function, event_function):
            kind(fail)(request)
    return {event for event, severity in seen if severity == "ERROR"}


def logged_by_maintain() -> set[str]:
    """Return the events by which maintain reports what failed; its function logs them as errors."""
    found: set[str] = set()
    for place, call in calls("_job"):
        assert place == "lib/flows/maintaining.py"
        name = call.args[0]
        words = {getattr(maintaining, name.id)} if isinstance(name, ast.Name) else texts(name)
        assert len(words) == 1, f"{place}:{call.lineno}: a name that this test does not understand"
        found |= words
    return found | {kind.alert for kind in error_classes() if kind.alert} | named_alerts()


def logged_elsewhere(severity: str = "") -> set[str]:
    """Return the events that are logged by a plain call, with this severity or with any."""
    found: set[str] = set()
    for place, call in calls("log", "log_error", "report"):
        given = [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "severity")]
        by_name = place not in BY_VARIABLE or isinstance(call.args[0], ast.Constant)
        if by_name and (not severity or any(severity in texts(one) for one in given)):
            found |= texts(call.args[0])
    return found


def alerts() -> set[str]:
    return set(evaluated("local.alerted_events")) | set(evaluated("local.alerted_measures")) | SILENCE


def test_every_event_logged_as_an_error_has_an_alert_and_the_other_way_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    as_errors = logged_by_decorators(monkeypatch) | logged_by_maintain() | logged_elsewhere("ERROR")
    alerted = set(evaluated("local.alerted_events"))
    assert as_errors - alerted == set()
    assert alerted - as_errors - logged_elsewhere() == set()


def test_a_bug_and_a_lost_grant_are_among_them_and_what_comes_again_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_decorators = logged_by_decorators(monkeypatch)
    assert by_decorators >= {"crashed", "settled_badly", "mailbox_disconnected", "project_limit"}
    assert by_decorators.isdisjoint({"refused", "comes_again"})
    assert logged_by_maintain() >= {"watch_renewal_failed", "enrollment_failed"}


def test_maintain_says_each_minute_that_it_ran() -> None:
    """An alert waits for the absence of this event."""
    main = (ROOT / "functions" / "maintain" / "main.py").read_text()
    assert 'log("maintained"' in main
    assert 'metric.labels.event=\\"maintained\\"' in (TERRAFORM / "alerts.tf").read_text()


def test_the_readme_says_of_each_alert_what_it_means_and_what_to_do() -> None:
    readme = (TERRAFORM / "OPERATING.md").read_text()
    section = readme.partition("## Alerts")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `(\w+)` \| .+ \|$", section, re.MULTILINE)
    assert sorted(told) == sorted(alerts())
    patient = {name for name, one in evaluated("local.alerted_events").items() if one["more_than"]}
    assert set(re.findall(r"`(\w+_failed)`", section.partition("|")[0])) == patient
