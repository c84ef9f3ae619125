"""Own the shape of what goes out: JSON, problem details (RFC 9457) and pages, with their headers."""

from __future__ import annotations

import http
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from flask import Request, Response, stream_with_context
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from lib.core.errors import Conflict, Fault, InvalidRequest, OutreachError, RateLimited, Retryable
from lib.core.pages import CONTENT_SECURITY_POLICY, Action, render
from lib.core.unconnected import NotConnected

T = TypeVar("T")

#: Where msgspec ends its message with the place of the fault.
PLACE = re.compile(r"(?P<why>.*) - at `\$\.?(?P<field>.*)`", re.DOTALL)
#: msgspec quotes values in one message; they may be anything.
QUOTED = re.compile(r" '.*'", re.DOTALL)

PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Describe what went wrong to a program (RFC 9457), with all faults of an input, or what there is now."""

    type: str
    title: str
    status: int
    detail: str = ""
    faults: tuple[Fault, ...] = ()
    now: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Say how what a flow returns goes out as JSON; under: the one field that holds it, "" for none."""

    status: int = 200
    under: str = ""

    def __call__(self, found: Any) -> Response:
        """Answer with what was found."""
        return json_response({self.under: found} if self.under else found, self.status)


def decoded(body: bytes, kind: type[T]) -> T:
    """Return a JSON body as a record; InvalidRequest names the field that does not fit."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise InvalidRequest("the body is not what is expected here", (_fault(error),)) from None
    except UnicodeDecodeError:
        raise InvalidRequest("the body is not UTF-8", (Fault(field="", why="not UTF-8"),)) from None


def json_response(body: Any, status: int = 200) -> Response:
    """Answer with a record, or whatever else msgspec encodes."""
    response = Response(msgspec.json.encode(body), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def json_lines(lines: Iterator[bytes], name: str) -> Response:
    """Answer with a file of JSON lines, sent as it is made."""
    return _file(lines, name, "application/jsonl")


def json_file(parts: Iterator[bytes], name: str) -> Response:
    """Answer with a file of JSON, sent as it is made."""
    return _file(parts, name, "application/json")


def csv_response(lines: Iterator[str], name: str) -> Response:
    """Answer with a CSV file, sent as it is made."""
    return _file((line.encode() for line in lines), name, "text/csv; charset=utf-8")


def _file(content: Iterator[bytes], name: str, content_type: str) -> Response:
    response = Response(stream_with_context(content), content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def problem(error: Exception) -> Response:
    """Answer with the problem details of an error; one that is not ours keeps its text to itself."""
    status, slug, detail = _facts(error)
    faults = error.faults if isinstance(error, InvalidRequest) else ()
    if isinstance(error, msgspec.MsgspecError):
        faults = (_fault(error),)
    body = Problem(
        type=f"urn:outreach:error:{slug}",
        title=http.HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        faults=faults,
        now=error.now if isinstance(error, Conflict) else None,
    )
    response = Response(msgspec.json.encode(body), status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return with_way_out(response, error)


def with_way_out(response: Response, error: Exception) -> Response:
    """Add the least time to wait, in whole seconds (RFC 9110 10.2.3), or the methods there are (15.5.6)."""
    if isinstance(error, Retryable):
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after.total_seconds())))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def page(title: str, paragraphs: Sequence[str], status: int = 200, action: Action | None = None) -> Response:
    """Answer a browser with a page of our own."""
    html = render(title, paragraphs, action)
    return Response(html, status, headers=PAGE_HEADERS, content_type="text/html; charset=utf-8")


def redirect(url: str) -> Response:
    """Send the browser on; the next page does not learn where it came from."""
    response = Response(status=http.HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS)
    response.headers["Location"] = url
    return response


def error_page(error: Exception) -> Response:
    """Answer a browser that something did not work, and what to do."""
    if isinstance(error, NotConnected):
        way = Action(label="Back to the web app", url=error.back) if error.back else None
        return page(error.title, error.paragraphs, error.status, way)
    status, _, detail = _facts(error)
    if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR or isinstance(error, Retryable):
        paragraphs = ["Something on our side does not answer.", "Please try again in a moment."]
    else:
        paragraphs = [detail or http.HTTPStatus(status).phrase]
    return with_way_out(page("This did not work", paragraphs, status), error)


def with_cors(response: Response, request: Request, origins: tuple[str, ...]) -> Response:
    """Let the web app's pages read the answer; no cookie is involved, so no credentials are allowed."""
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin", "")
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-Match"
            response.headers["Access-Control-Max-Age"] = "3600"
    return response


def status_of(error: type[OutreachError]) -> int:
    """Return the status that an error of ours is answered with."""
    return http.HTTPStatus.TOO_MANY_REQUESTS if issubclass(error, RateLimited) else error.status


def _facts(error: Exception) -> tuple[int, str, str]:
    """Return status, slug and what may be told of an error."""
    if isinstance(error, OutreachError):
        return status_of(type(error)), error.slug, str(error)
    if isinstance(error, msgspec.MsgspecError):
        return InvalidRequest.status, InvalidRequest.slug, "the input is not what is expected here"
    if isinstance(error, HTTPException) and error.code is not None:
        return error.code, "invalid", ""
    return http.HTTPStatus.INTERNAL_SERVER_ERROR, OutreachError.slug, ""


def _fault(error: msgspec.MsgspecError) -> Fault:
    found = PLACE.fullmatch(str(error))
    why = QUOTED.sub("", found["why"] if found else str(error))
    return Fault(field=found["field"] if found else "", why=why)
