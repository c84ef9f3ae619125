"""Own the table by which a function for the web app finds the flow that a request is for.

A route names a method, a path in which ``{}`` stands for an id, and a flow: it is called with the services,
the caller and the ids, and, where the route has them, with the query and the body as records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Request, Response
from werkzeug.exceptions import MethodNotAllowed

from lib.core.callers import VerifiedCaller
from lib.core.campaigns.fields import is_id
from lib.core.errors import Fault, InvalidRequest, NotFound, OutreachError
from lib.core.limits import Limit
from lib.core.seen import ANYTHING, Seen
from lib.entrypoint.answers import decoded, json_response
from lib.flows.limiting import spend
from lib.ports import Services


@dataclass(frozen=True, slots=True)
class Route:
    """Lead one method and path to a flow; query, body: what the flow gets of the request besides.

    body: a record, or ``bytes`` as they came. An absent body is an empty record. answer: how what the flow
    returns becomes an answer. limit: how often one user may, None: as often as they like. tag: of the state
    that is shown (RFC 9110, ETag); one that edits it gets what the caller has seen (If-Match) besides.

    For the document alone: form: what is read by hand of the body, or else by it. statuses: where the answer
    does not tell. errors: which the flow raises besides those that follow from the rest.
    """

    method: str
    path: str
    flow: Callable[..., Any]
    body: type[Any] | None = None
    query: type[Any] | None = None
    answer: Callable[[Any], Response] = json_response
    limit: Limit | None = None
    tag: Callable[[Any], str] | None = None
    form: type[Any] | None = None
    statuses: tuple[int, ...] = ()
    errors: tuple[type[OutreachError], ...] = ()


def routed(routes: Sequence[Route], services: Services, caller: VerifiedCaller, request: Request) -> Response:
    """Answer with what the flow of a request's route returns.

    NotFound for a path that is in no route; MethodNotAllowed with the methods that there are (RFC 9110,
    section 15.5.6) for one that is there.
    """
    parts = request.path.strip("/").split("/")
    fitting = [(route, ids) for route in routes if (ids := _ids(route.path, parts)) is not None]
    if not fitting:
        raise NotFound("there is nothing at this path")
    for route, ids in fitting:
        if route.method == request.method:
            if route.limit is not None:
                spend(services, caller, route.limit)
            found = route.flow(services, caller, *ids, *_given(route, request))
            response = route.answer(found)
            if route.tag is not None:
                response.set_etag(route.tag(found))
            return response
    raise MethodNotAllowed([route.method for route, _ in fitting])


def _ids(path: str, parts: Sequence[str]) -> list[str] | None:
    """Return the ids in a request's path, None when it is not of this form."""
    wanted = path.split("/")
    if len(wanted) != len(parts):
        return None
    pairs = list(zip(wanted, parts, strict=True))
    if not all(is_id(part) if name == "{}" else name == part for name, part in pairs):
        return None
    return [part for name, part in pairs if name == "{}"]


def _given(route: Route, request: Request) -> list[Any]:
    given: list[Any] = []
    if route.query is not None:
        given.append(_asked(request, route.query))
    if route.body is bytes:
        given.append(request.get_data())
    elif route.body is not None:
        given.append(decoded(request.get_data() or b"{}", route.body))
    if route.tag is not None and route.method != "GET":
        given.append(_seen(request))
    return given


def _asked(request: Request, kind: type[Any]) -> Any:
    """Return a query as a record; InvalidRequest for what is there twice: one of the two would be lost."""
    faults = [
        Fault(field=name, why="is there more than once")
        for name, values in request.args.lists()
        if len(values) > 1
    ]
    query = request.args.to_dict()
    asked = None if faults else msgspec.convert(query, kind, strict=False)
    # msgspec takes the word for what is absent.
    faults += [Fault(field=name, why="is not null: leave it out") for name in query if _is_null(asked, name)]
    if faults:
        raise InvalidRequest("the query is not what is expected here", tuple(faults))
    return asked


def _is_null(asked: Any, name: str) -> bool:
    return asked is not None and getattr(asked, name, "") is None


def _seen(request: Request) -> Seen:
    """Return what the caller says to have seen; a weak tag fits nothing (RFC 9110, 13.1.1)."""
    tags = request.if_match
    if "If-Match" not in request.headers or tags.star_tag:
        return ANYTHING
    # What is no tag at all comes as None.
    return Seen(tags=tuple(sorted(filter(None, tags.as_set()))))
