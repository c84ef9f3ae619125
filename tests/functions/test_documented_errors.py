"""Every error that the document has for a route is answered by it, as it is written down; and no other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import requests

from lib.core.errors import (
    Contended,
    MailboxDisconnected,
    MailboxPaused,
    MailboxRefused,
    OutreachError,
    RateLimited,
    RecipientRefused,
    Unavailable,
)
from lib.entrypoint.answers import Problem, status_of
from lib.entrypoint.interface.document import document, errors_of, path_of
from tests.functions.staging import ROUTES, Stage, Where
from tests.functions.test_document import caller_of, example_for
from tests.functions.test_rights_matrix import CALLERS, RULES, as_routed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functions.office import Office

RULE = {(name, method, as_routed(path)): rule for (name, method, path), rule in RULES.items()}
WAIT = timedelta(seconds=7)
RAISED: dict[str, OutreachError] = {
    "rate-limited": RateLimited("slow", retry_after=WAIT),
    "unavailable": Unavailable("down", retry_after=WAIT),
    "contended": Contended("race", retry_after=WAIT),
}
AT_GMAIL: dict[str, OutreachError] = {
    "mailbox-disconnected": MailboxDisconnected("gone"),
    "mailbox-refused": MailboxRefused("no"),
    "mailbox-paused": MailboxPaused("later", retry_after=WAIT),
    "recipient-refused": RecipientRefused("no"),
}
#: What lets a route's Gmail be asked, or its answer be a conflict: by the end of its path.
READY: dict[str, Callable[[Stage], None]] = {"decision": Stage.hold, "read": Stage.leave_unread}
CAMPAIGN_STATES = {"{}", "{}/pause", "{}/resume", "{}/cancel", "{}/approve", "{}/candidates"}


class Failing:
    """Be a store, or whoever reads tokens, that raises whatever it is asked."""

    def __init__(self, error: OutreachError) -> None:
        self._error = error

    def __getattr__(self, _: str) -> Callable[..., Any]:
        return raising(self._error)


def raising(error: OutreachError) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


class Provoking:
    """Make a route answer with each of its errors."""

    def __init__(self, stage: Stage, patch: pytest.MonkeyPatch) -> None:
        self.stage = stage
        self.patch = patch
        self.wiring = stage.office.wiring

    def provoked(self, where: Where, slug: str) -> requests.Response:
        """Return the answer, and put everything back."""
        try:
            with self.patch.context() as patch:
                return self._provoke(where, slug, patch)
        finally:
            self.wiring.store = self.stage.store
            self.stage.put_back()

    def _provoke(self, where: Where, slug: str, patch: pytest.MonkeyPatch) -> requests.Response:
        if slug == "unauthenticated":
            url = self.stage.office.url(self.stage.path(where))
            return requests.request(where[1], url, timeout=30)
        if slug in RAISED:
            failing: Any = Failing(RAISED[slug])
            if where[2] == "openapi.json":
                patch.setattr(self.wiring, "callers", failing)
            self.wiring.store = failing
        elif slug in AT_GMAIL:
            if ready := READY.get(where[2].rpartition("/")[2]):
                ready(self.stage)
            patch.setattr(self.wiring, "gmail", raising(AT_GMAIL[slug]))
        elif slug == "conflict":
            self._into_conflict(where)
        elif slug == "not-found" and "{}" not in where[2]:
            return self._named_nothing(where)
        elif slug in {"not-found", "forbidden"}:
            status = 404 if slug == "not-found" else 403
            caller = next(one for one in CALLERS if RULE[where].status(one) == status)
            return self._send(where, caller)
        return self._send(where, None, damaged=slug == "invalid-request", outdated=slug == "outdated")

    def _into_conflict(self, where: Where) -> None:
        if where[0] == "campaigns" and where[2] in CAMPAIGN_STATES:
            self.stage.need_approval()
            # What is cancelled can be so once more.
            self.stage.set_campaign("undoing" if where[2].endswith("/cancel") else "cancelled")
        elif where[2] == "invitations/{}":
            self.stage.use_invitation()
        elif where[2].endswith("/read"):
            self.stage.leave_unread()
            self.stage.disconnect()
        elif not where[2].endswith("/decision"):
            # Of a decision nothing is held.
            self.stage.erase_org(*(["example.net"] if where[2].endswith("removals") else []))

    def _named_nothing(self, where: Where) -> requests.Response:
        body = {
            "requests": {"address": "nobody@example.net"},
            "exports": {"address": "nobody@example.net"},
            "erasures": {"mailbox": "nothing"},
        }[where[2]]
        return self.stage.call("admin", where[1], self.stage.path(where), body)

    def _send(
        self, where: Where, caller: str | None, *, damaged: bool = False, outdated: bool = False
    ) -> requests.Response:
        name = caller or caller_of(where)
        path, body = self.stage.path(where), example_for(self.stage, where)
        headers = {"Authorization": f"Bearer {self.stage.token(name)}"}
        if outdated:
            headers["If-Match"] = '"another"'
        if damaged and ROUTES[where].body is None:
            path = f"{path.partition('?')[0]}?nonsense=1"
        sent = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        data = b"[" if damaged else sent
        url = self.stage.office.url(path)
        return requests.request(where[1], url, headers=headers, data=data, timeout=30)


@pytest.fixture
def provoking(office: Office, monkeypatch: pytest.MonkeyPatch) -> Provoking:
    return Provoking(Stage(office), monkeypatch)


@pytest.mark.parametrize("function", sorted({function for function, _, _ in ROUTES}))
def test_each_documented_error_is_answered(provoking: Provoking, function: str) -> None:
    wrong, seen = [], 0
    for where, route in ROUTES.items():
        for error in errors_of(route) if where[0] == function else ():
            answer, seen = provoking.provoked(where, error.slug), seen + 1
            if not is_problem(answer, error):
                wrong.append((*where, error.slug, answer.status_code, answer.text[:300]))
    assert not wrong, f"of {seen}:\n" + "\n".join(map(str, wrong))
    assert seen


def is_problem(answer: requests.Response, error: type[OutreachError]) -> bool:
    """Say whether an answer is just the problem that the document has for an error."""
    if answer.headers["Content-Type"] != "application/problem+json":
        return False
    problem = msgspec.json.decode(answer.content, type=Problem)
    waits = answer.headers.get("Retry-After")
    return (
        (problem.type, problem.status) == (f"urn:outreach:error:{error.slug}", answer.status_code)
        and answer.status_code == status_of(error)
        and (waits is not None and int(waits) > 0) == (answer.status_code in {429, 503})
        and bool(problem.faults) == (error.slug == "invalid-request")
    )


def test_who_may_not_is_refused_as_documented() -> None:
    for where, route in ROUTES.items():
        statuses = {RULE[where].status(caller) for caller in CALLERS} - {0}
        documented = {status_of(error) for error in errors_of(route)}
        assert statuses <= documented, where


def test_the_document_refers_to_each_of_them() -> None:
    found = document()
    for where, route in ROUTES.items():
        responses = found["paths"][path_of(where[0], route)][where[1].lower()]["responses"]
        for error in errors_of(route):
            status = str(status_of(error))
            assert responses[status] == {"$ref": f"#/components/responses/{status}"}
            [content] = found["components"]["responses"][status]["content"].values()
            assert (
                f"urn:outreach:error:{error.slug}"
                in content["schema"]["allOf"][1]["properties"]["type"]["enum"]
            )
