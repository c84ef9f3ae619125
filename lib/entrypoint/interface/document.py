"""Own the interface as a document (OpenAPI 3.1), for those who build on it.

Invariant: nothing is said here that something else does not do. Paths and errors are those of the tables of
routes, words those of the flows, shapes those of the records by which requests are read and answers made.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

import msgspec

from lib.core import errors
from lib.core.callers import VerifiedCaller
from lib.core.errors import (
    Contended,
    InvalidRequest,
    NotFound,
    OutreachError,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from lib.entrypoint.answers import Problem, status_of
from lib.entrypoint.interface.examples import EXAMPLES
from lib.entrypoint.interface.shapes import Shapes, answered, parameters_of
from lib.entrypoint.routes import Route
from lib.ports import Services

FUNCTIONS = ("campaigns", "enqueue_campaign", "mailboxes", "settings")
#: What any request may meet: no token; too many at once; something behind us that does not answer.
ALWAYS = (Unauthenticated, RateLimited, Unavailable, Contended)
PROBLEM = "application/problem+json"
ABOUT = """Recruiting e-mail campaigns from the recruiter's own Gmail.

Every request carries a user token of the web app's issuer. Times are ISO 8601 in UTC, durations ISO 8601.
Errors are problem details (RFC 9457): `type` is stable, `faults` lists all that is wrong with an input. What
a caller may not see does not exist for them (404). A path asked by another method answers 405 with `Allow`.

Idempotent: GET, PATCH and DELETE, and of POST: `enqueue_campaign` and its candidates (the campaign's id and
the candidate's address are the key), what steers a campaign, skips a candidate, reads an answer; resume and
disconnect of a mailbox; grants (the same again is one); suppressions and their removal; erasures (the one
under way is answered). A decision on a held mail answers 409 the second time. Connections, invitations,
exports and test mails are made anew each time.

`ETag` and `If-Match`: a tag stands for what an edit changes, not for figures beside it. An edit whose
`If-Match` does not fit answers 412 and changes nothing."""

_NAMED = re.compile(r"\b(" + "|".join(name for name in dir(errors) if name[0].isupper()) + r")\b")


def show_document(_: Services, __: VerifiedCaller) -> dict[str, Any]:
    """Show this document; it is the same for everybody."""
    return document()


@cache
def document() -> dict[str, Any]:
    """Return the document, made from the tables of routes at the first time."""
    found = [(name, route) for name in FUNCTIONS for route in table(name)]
    shapes = Shapes([Problem, *(kind for _, route in found for kind in kinds(route))])
    paths: dict[str, dict[str, Any]] = {}
    for function, route in found:
        path = path_of(function, route)
        paths.setdefault(path, {})[route.method.lower()] = _operation(function, route, path, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Outreach", "version": "1", "description": ABOUT},
        "servers": [{"url": "{base}", "variables": {"base": {"default": "https://outreach.example.com"}}}],
        "security": [{"user": []}],
        "tags": [{"name": name, "description": _said(_module(name))[0]} for name in FUNCTIONS],
        "paths": paths,
        "components": {
            "securitySchemes": {"user": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": shapes.components,
            "responses": _problems([errors_of(route) for _, route in found], shapes),
        },
    }


def table(function: str) -> Sequence[Route]:
    """Return the routes of a function."""
    routes: Sequence[Route] = _module(function).ROUTES
    return routes


def path_of(function: str, route: Route) -> str:
    """Return a route's path with its ids named after the nouns before them."""
    parts = [function]
    for part in filter(None, route.path.split("/")):
        parts.append(
            f"{{{parts[-1].removesuffix('es' if parts[-1] == 'mailboxes' else 's')}}}"
            if part == "{}"
            else part
        )
    return "/" + "/".join(parts)


def kinds(route: Route) -> list[Any]:
    """Return the types that a route's request and answer are made of."""
    given = [] if route.body is None or is_file(route) else [route.form or route.body]
    return [*given, answered(route)]


def is_file(route: Route) -> bool:
    """Say whether a route's body is a file, or a piece of one."""
    return route.body is bytes and route.form is None


def errors_of(route: Route) -> list[type[OutreachError]]:
    """Return all errors that a route answers with."""
    found: list[type[OutreachError]] = [*ALWAYS, *route.errors]
    if "{}" in route.path:
        found.append(NotFound)
    if route.body is not None or route.query is not None:
        found.append(InvalidRequest)
    return sorted(dict.fromkeys(found), key=lambda one: (status_of(one), one.slug))


def _operation(function: str, route: Route, path: str, shapes: Shapes) -> dict[str, Any]:
    summary, description = _said(route.flow)
    found: dict[str, Any] = {
        "tags": [function],
        "operationId": "_".join([route.method.lower(), *re.findall(r"\w+", path)]),
        "summary": summary,
        "description": description,
        "parameters": parameters_of(route, path),
    }
    if is_file(route):
        content: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
        found["requestBody"] = {"required": True, "content": {"application/octet-stream": content}}
    elif route.body is not None:
        schema = shapes.schema(route.form or route.body)
        content = {"schema": schema}
        if (example := EXAMPLES.get((function, route.method, route.path))) is not None:
            content["example"] = example
        found["requestBody"] = {
            "required": shapes.is_needed(route.form or route.body),
            "content": {"application/json": content},
        }
    found["responses"] = shapes.answers(route) | {
        str(status_of(error)): {"$ref": f"#/components/responses/{status_of(error)}"}
        for error in errors_of(route)
    }
    return {name: value for name, value in found.items() if value}


def _problems(raised: list[list[type[OutreachError]]], shapes: Shapes) -> dict[str, Any]:
    """Return what an answer of each status is, with all the types of problem that it may name."""
    by_status: dict[int, dict[str, str]] = {}
    for error in sorted({one for some in raised for one in some}, key=lambda one: one.slug):
        by_status.setdefault(status_of(error), {})[f"urn:outreach:error:{error.slug}"] = _said(error)[0]
    found: dict[str, Any] = {}
    for status, types in sorted(by_status.items()):
        schema = {"allOf": [shapes.schema(Problem), {"properties": {"type": {"enum": list(types)}}}]}
        words = " ".join(f"`{name}`: {said}" for name, said in types.items())
        found[str(status)] = {"description": words, "content": {PROBLEM: {"schema": schema}}}
        if status in (429, 503):
            found[str(status)]["headers"] = {
                "Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}
            }
    return found


def _said(thing: Any) -> tuple[str, str]:
    """Return the first line of a docstring and the rest, with errors by the names that callers know."""
    text = _NAMED.sub(
        lambda named: getattr(getattr(errors, named[0]), "slug", named[0]), inspect.getdoc(thing) or ""
    )
    summary, _, rest = text.replace("``", "`").partition("\n")
    return summary, rest.strip()


def _module(function: str) -> Any:
    # The table of one function leads here: what it is part of is looked up when it is whole.
    return import_module(f"lib.entrypoint.interface.{function}")


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document()), indent=1).decode() + "\n")
