"""The edge of the functions: who gets in, what becomes of an error, and what is never told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import flask
import msgspec
import pytest
from flask import Request, Response
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.test import EnvironBuilder

from lib.config import Settings
from lib.core import errors
from lib.core.callers import VerifiedCaller
from lib.entrypoint import (
    Wiring,
    event_function,
    json_response,
    public_function,
    task_function,
    use,
    user_function,
)
from lib.ports import Services
from tests.core.test_config import LEAST

ADDRESS = "candidate@example.org"
ORIGIN = "https://app.example.com"
CALLER = VerifiedCaller(org="acme", user="user-1", email="user@example.com", role="member")

#: error, status for a user, slug, status for a queue.
TABLE: list[tuple[Exception, int, str, int]] = [
    (errors.RateLimited("slow", retry_after=timedelta(seconds=1.2)), 429, "rate-limited", 503),
    (errors.Unavailable("down"), 503, "unavailable", 503),
    (errors.Contended("raced"), 503, "contended", 503),
    (errors.Permanent("never"), 400, "invalid", 200),
    (errors.InvalidRequest("wrong"), 422, "invalid-request", 200),
    (errors.Unauthenticated("who"), 401, "unauthenticated", 200),
    (errors.Forbidden("no"), 403, "forbidden", 200),
    (errors.NotFound("gone"), 404, "not-found", 200),
    (errors.Conflict("changed"), 409, "conflict", 200),
    (errors.MailboxDisconnected("gone"), 409, "mailbox-disconnected", 200),
    (errors.RecipientRefused("no"), 422, "recipient-refused", 200),
    (errors.SendUncertain("who knows"), 503, "send-uncertain", 503),
    (errors.HistoryExpired("old"), 503, "history-expired", 503),
    (
        msgspec.ValidationError(f"Invalid enum value '{ADDRESS}' - at `$.steps[0].thread`"),
        422,
        "invalid-request",
        200,
    ),
    (msgspec.DecodeError("JSON is malformed"), 422, "invalid-request", 200),
    (RuntimeError(f"a bug about {ADDRESS}"), 500, "internal", 500),
]


class Tokens:
    """Stand in for the check of user tokens."""

    def verify(self, token: str) -> VerifiedCaller:
        if token != "good":
            raise errors.Unauthenticated("the token is not valid")
        return CALLER


class TestWiring(Wiring):
    """Be a wiring that verifies by word."""

    __test__ = False
    callers = Tokens()  # type: ignore[assignment] # a stand-in


@pytest.fixture(autouse=True)
def wiring() -> Iterator[Wiring]:
    made = TestWiring(Settings.from_env(LEAST | {"OUTREACH_ALLOWED_ORIGINS": ORIGIN}))
    use(lambda: made)
    yield made
    use(_no_wiring)


def _no_wiring() -> Wiring:
    raise AssertionError("no wiring was chosen")


def request(method: str = "POST", path: str = "/", body: bytes = b"{}", **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return flask.Request(
        EnvironBuilder(path=path, method=method, data=body, headers=[*named.items()]).get_environ()
    )


def raising(error: Exception) -> Callable[..., Any]:
    def handler(*_: object) -> Response:
        raise error

    return handler


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out = capsys.readouterr().out
    return [json.loads(line) for line in out.splitlines()]


# For the web app


@pytest.mark.parametrize(("error", "status", "slug", "_queue"), TABLE, ids=lambda one: str(one)[:40])
def test_errors_are_problem_details_for_a_user(
    error: Exception, status: int, slug: str, _queue: int, capsys: pytest.CaptureFixture[str]
) -> None:
    response = user_function(raising(error))(request(Authorization="Bearer good", Origin=ORIGIN))
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    body = json.loads(response.data)
    assert (body["type"], body["status"]) == (f"urn:outreach:error:{slug}", status)
    assert body["title"]
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    told = response.get_data(as_text=True) + json.dumps(lines(capsys))
    assert ADDRESS not in told


def test_a_wait_is_told_in_whole_seconds() -> None:
    error = errors.RateLimited("slow", retry_after=timedelta(seconds=1.2))
    response = user_function(raising(error))(request(Authorization="Bearer good"))
    assert response.headers["Retry-After"] == "2"


def test_all_faults_of_an_input_are_told() -> None:
    faults = (
        errors.Fault(field="steps[0].delay", why="below zero"),
        errors.Fault(field="email", why="twice", line=3),
    )
    error = errors.InvalidRequest("2 faults", faults)
    response = user_function(raising(error))(request(Authorization="Bearer good"))
    assert json.loads(response.data)["faults"] == [
        {"field": "steps[0].delay", "why": "below zero", "line": None},
        {"field": "email", "why": "twice", "line": 3},
    ]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic good", "good", "Bearer bad"])
def test_nobody_gets_in_without_a_good_token(header: str) -> None:
    response = user_function(raising(AssertionError("must not run")))(request(Authorization=header))
    assert response.status_code == 401


def test_a_verified_caller_and_the_services_reach_the_handler(wiring: Wiring) -> None:
    @user_function
    def campaigns(services: Services, caller: VerifiedCaller, asked: Request) -> Response:
        assert services is wiring
        return json_response({"org": caller.org, "path": asked.path}, 202)

    response = campaigns(request(path="/c1/pause", Authorization="bearer good"))
    assert (response.status_code, json.loads(response.data)) == (202, {"org": "acme", "path": "/c1/pause"})
    assert campaigns.__name__ == "campaigns"


@pytest.mark.parametrize(
    ("origin", "allowed"), [(ORIGIN, True), ("https://evil.example.com", False), ("", False)]
)
def test_only_the_web_apps_pages_may_call(origin: str, *, allowed: bool) -> None:
    function = user_function(raising(AssertionError("must not run")))
    response = function(request("OPTIONS", Origin=origin, Access_Control_Request_Method="POST"))
    assert response.status_code == 204
    assert response.headers["Vary"] == "Origin"
    assert ("Access-Control-Allow-Origin" in response.headers) is allowed
    assert ("Access-Control-Allow-Methods" in response.headers) is allowed
    assert "Access-Control-Allow-Credentials" not in response.headers


# For queues


@pytest.mark.parametrize(("error", "_user", "_slug", "status"), TABLE, ids=lambda one: str(one)[:40])
@pytest.mark.parametrize("kind", [task_function, event_function])
def test_queues_hear_whether_the_work_should_come_again(
    kind: Callable[[Any], Callable[[Request], Response]],
    error: Exception,
    _user: int,
    _slug: str,
    status: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    response = kind(raising(error))(request())
    assert response.status_code == status
    assert ("Retry-After" in response.headers) is isinstance(error, errors.Retryable)
    [line] = lines(capsys)
    assert line["error"] == type(error).__name__
    assert line["function"] == "handler"
    assert line["at"].startswith("tests.functions.test_entrypoint:")
    assert ADDRESS not in json.dumps(line) + response.get_data(as_text=True)


@pytest.mark.parametrize(("count", "retried"), [(None, False), ("0", False), ("1", True), ("odd", True)])
def test_a_task_hears_whether_it_was_tried_before(
    count: str | None, capsys: pytest.CaptureFixture[str], *, retried: bool
) -> None:
    seen: list[tuple[bytes, bool]] = []

    @task_function
    def send_step(_services: Services, body: bytes, again: bool) -> str:  # noqa: FBT001 - the port's shape
        seen.append((body, again))
        return "sent"

    headers = {} if count is None else {"X_CloudTasks_TaskRetryCount": count}
    response = send_step(request(body=b'{"org":"acme"}', **headers))
    assert seen == [(b'{"org":"acme"}', retried)]
    assert response.status_code == 200
    [line] = lines(capsys)
    assert line == {"severity": "INFO", "event": "settled", "function": "send_step", "outcome": "sent"}


def test_an_event_gets_its_body_as_it_came() -> None:
    seen: list[bytes] = []

    @event_function
    def watch_notification(_services: Services, body: bytes) -> None:
        seen.append(body)

    body = b'{"message":{"data":"e30=","messageId":"7"},"subscription":"s"}'
    assert watch_notification(request(body=body)).status_code == 200
    assert seen == [body]


def test_queued_work_comes_by_post_only() -> None:
    response = task_function(raising(AssertionError("must not run")))(request("GET", body=b""))
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_a_wiring_that_fails_lets_the_work_come_again() -> None:
    use(_no_wiring)
    assert task_function(lambda *_: None)(request()).status_code == 500
    assert user_function(raising(AssertionError()))(request()).status_code == 500


# For browsers


@pytest.mark.parametrize(("error", "status", "_slug", "_queue"), TABLE, ids=lambda one: str(one)[:40])
def test_errors_are_pages_for_a_browser(error: Exception, status: int, _slug: str, _queue: int) -> None:
    response = public_function(raising(error))(request("GET"))
    assert response.status_code == status
    assert response.content_type == "text/html; charset=utf-8"
    assert "did not work" in response.get_data(as_text=True)
    assert ADDRESS not in response.get_data(as_text=True)


def test_a_method_that_is_not_there_is_refused_with_those_that_are() -> None:
    response = public_function(raising(MethodNotAllowed(["GET", "HEAD"])))(request("PUT"))
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


def test_what_a_person_did_wrong_is_said_in_words() -> None:
    error = errors.InvalidRequest("This link has expired. Please ask for a new one.")
    response = public_function(raising(error))(request("GET"))
    assert "This link has expired." in response.get_data(as_text=True)


def test_what_operators_must_know_is_logged_loudly_under_its_own_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paused = errors.MailboxPaused("blocked", retry_after=timedelta(hours=6), alert="admin_block")
    assert task_function(raising(paused))(request()).status_code == 503
    [line] = lines(capsys)
    assert (line["severity"], line["event"]) == ("ERROR", "admin_block")
    quiet = errors.MailboxPaused("limit", retry_after=timedelta(hours=1))
    task_function(raising(quiet))(request())
    [line] = lines(capsys)
    assert (line["severity"], line["event"]) == ("WARNING", "comes_again")
