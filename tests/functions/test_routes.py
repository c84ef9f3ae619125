"""A request finds its flow by method and path; what is in no route is not found."""

from __future__ import annotations

from typing import Any, Literal

import flask
import msgspec
import pytest
from werkzeug.exceptions import MethodNotAllowed

from lib.core.callers import VerifiedCaller
from lib.core.errors import InvalidRequest, NotFound
from lib.entrypoint.routes import Route, routed

CALLER = VerifiedCaller(org="acme", user="user-1", email="robin@example.com", role="member")
SERVICES: Any = object()


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    why: str = ""
    limit: int = 5


class Search(msgspec.Struct, forbid_unknown_fields=True):
    why: Literal["tall", "short"] | None = None
    limit: int = 5


def told(name: str) -> Any:
    def flow(services: object, caller: object, *given: object) -> list[Any]:
        assert (services, caller) == (SERVICES, CALLER)
        return [name, *given]

    return flow


ROUTES = (
    Route("GET", "{}", told("show")),
    Route("PATCH", "{}", told("change"), body=Wish),
    Route("GET", "{}/people", told("list"), query=Wish),
    Route("POST", "{}/people", told("add"), body=bytes),
    Route("POST", "{}/people/{}/skip", told("skip")),
    Route("GET", "{}/notes", told("notes"), query=Search),
)


def ask(method: str, path: str, body: bytes = b"") -> Any:
    app = flask.Flask(__name__)
    with app.test_request_context(path, method=method, data=body):
        return msgspec.json.decode(routed(ROUTES, SERVICES, CALLER, flask.request).get_data())


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/c1", b"", ["show", "c1"]),
        ("GET", "/c1/", b"", ["show", "c1"]),
        ("PATCH", "/c1", b'{"why":"x"}', ["change", "c1", {"why": "x", "limit": 5}]),
        ("PATCH", "/c1", b"", ["change", "c1", {"why": "", "limit": 5}]),
        ("GET", "/c1/people?limit=7", b"", ["list", "c1", {"why": "", "limit": 7}]),
        ("POST", "/c1/people/e1/skip", b"", ["skip", "c1", "e1"]),
    ],
)
def test_flow_gets_ids_and_body_or_query(method: str, path: str, body: bytes, expected: list[Any]) -> None:
    assert ask(method, path, body) == expected


def test_bytes_come_as_they_are() -> None:
    # JSON has no bytes: msgspec writes them in base64.
    assert ask("POST", "/c1/people", b"\x00{") == ["add", "c1", "AHs="]


@pytest.mark.parametrize(
    "path", ["/", "/c1/other", "/c1/people/e1", "/c1//people", "/a.b", "/c1/people/../skip"]
)
def test_other_paths_are_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        ask("GET", path)


def test_other_methods_name_those_that_there_are() -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        ask("DELETE", "/c1")
    assert refused.value.valid_methods == ["GET", "PATCH"]


def test_wrong_body_or_query_is_refused() -> None:
    for body in (b"{", b"[]", b'{"other":1}', b'{"why":1}', b"\xff"):
        with pytest.raises(InvalidRequest):
            ask("PATCH", "/c1", body)
    for query in ("limit=many", "other=1"):
        with pytest.raises(msgspec.ValidationError):
            ask("GET", f"/c1/people?{query}")


@pytest.mark.parametrize(("query", "field"), [("limit=1&limit=2", "limit"), ("why=null", "why")])
def test_a_query_says_each_thing_once_and_nothing_by_null(query: str, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        ask("GET", f"/c1/notes?{query}")
    assert [fault.field for fault in refused.value.faults] == [field]
