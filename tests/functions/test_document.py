"""The interface's document says what the functions do: its examples run, their answers have its shapes."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import msgspec
import pytest

from lib.entrypoint.answers import Answer
from lib.entrypoint.interface.document import document, is_file, path_of
from lib.entrypoint.interface.examples import ADDRESS, CAMPAIGN, EXAMPLES
from lib.entrypoint.interface.shapes import answered
from tests.functions.campaigning import KIM
from tests.functions.office import RECRUITER
from tests.functions.staging import ROUTES, Stage, Where
from tests.localcloud.child_process import ROOT

if TYPE_CHECKING:
    import requests

    from lib.entrypoint.routes import Route
    from tests.functions.office import Office

#: Who runs an example, where that is neither the mailbox's owner nor, for the org's settings, an admin.
CALLERS = {
    ("mailboxes", "POST", "requests"): "stranger",
    ("mailboxes", "POST", "invitations"): "admin",
    ("mailboxes", "GET", "invitations"): "admin",
    ("mailboxes", "DELETE", "invitations/{}"): "admin",
}


@pytest.fixture
def stage(office: Office) -> Stage:
    return Stage(office)


def test_the_kept_document_is_the_one_that_is_made() -> None:
    kept = json.loads((ROOT / "functions" / "openapi.json").read_text())
    assert kept == as_json(), "make openapi"


def test_the_document_is_served(office: Office) -> None:
    served = office.call("GET", "campaigns/openapi.json")
    assert served.status_code == 200
    assert served.json() == as_json()


def test_each_route_is_in_it_under_a_name_of_its_own() -> None:
    paths = document()["paths"]
    names = [
        paths[path_of(where[0], one)][one.method.lower()]["operationId"] for where, one in ROUTES.items()
    ]
    assert len(set(names)) == len(ROUTES)


def test_each_body_has_an_example_of_its_form() -> None:
    bodies = {where for where, route in ROUTES.items() if route.body is not None and not is_file(route)}
    assert bodies == EXAMPLES.keys()
    for where, example in EXAMPLES.items():
        msgspec.convert(example, ROUTES[where].form or ROUTES[where].body)


def test_each_example_runs_and_each_answer_has_its_shape(stage: Stage) -> None:
    wrong = []
    for where, route in ROUTES.items():
        answer = tried(stage, where)
        if not fits(route, answer):
            wrong.append((*where, answer.status_code, answer.text[:300]))
    assert not wrong, "\n".join(map(str, wrong))


def test_an_answer_of_another_shape_is_told_apart(stage: Stage) -> None:
    answer = tried(stage, ("campaigns", "GET", "{}"))
    assert fits(ROUTES["campaigns", "GET", "{}"], answer)
    assert not fits(ROUTES["campaigns", "PATCH", "{}"], tried(stage, ("settings", "GET", "")))
    assert not fits(ROUTES["mailboxes", "POST", "invitations"], answer)


def tried(stage: Stage, where: Where) -> requests.Response:
    """Send a route's example, with what there is in place of what it names, and put everything back."""
    _, _, path = where
    if path.endswith("resume"):
        stage.set_campaign("paused")
    if path.endswith("decision"):
        stage.hold()
    try:
        return stage.call(caller_of(where), where[1], stage.path(where), example_for(stage, where))
    finally:
        stage.put_back()


def caller_of(where: Where) -> str:
    """Return who runs a route's example."""
    return CALLERS.get(where, "admin" if where[0] == "settings" else "owner")


def example_for(stage: Stage, where: Where) -> Any:
    if where == ("settings", "POST", "exports"):
        return {"address": KIM}
    if is_file(ROUTES[where]):
        return b"email"
    example = EXAMPLES.get(where)
    if example is CAMPAIGN:
        example = {**EXAMPLES[where], "mailbox": stage.ids["m"]}
    return json.loads(json.dumps(example).replace(ADDRESS, RECRUITER))


def fits(route: Route, answer: requests.Response) -> bool:
    """Say whether an answer is one of those that the document has for when all is well."""
    status = (route.answer.status,) if isinstance(route.answer, Answer) else (200,)
    if answer.status_code not in (route.statuses or status):
        return False
    if (route.tag is not None) != ("ETag" in answer.headers):
        return False
    if isinstance(route.answer, partial):
        return "attachment" in answer.headers["Content-Disposition"]
    body, kind = answer.json(), answered(route)
    if isinstance(route.answer, Answer) and route.answer.under:
        if [*body] != [route.answer.under]:
            return False
        body = body[route.answer.under]
    if get_origin(kind) is list:
        return isinstance(body, list) and all(is_one(one, get_args(kind)[0]) for one in body)
    return is_one(body, kind)


def is_one(body: Any, kind: Any) -> bool:
    """Say whether a body is a record of a type, or of one of several, with all that such a record shows."""
    kinds = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    for one in kinds:
        with suppress(msgspec.ValidationError):
            msgspec.convert(body, one)
            known = (
                {field.encode_name for field in msgspec.structs.fields(one)} if is_record(one) else {*body}
            )
            return {*body} <= known if isinstance(body, dict) else True
    return False


def is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def as_json() -> Any:
    return msgspec.json.decode(msgspec.json.encode(document()))
