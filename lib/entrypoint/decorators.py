"""Own the four kinds of functions, and what becomes of an error in each.

============= ============================== ==========================================================
kind          called by                      an error becomes
============= ============================== ==========================================================
user          the web app, with a token      problem details
public        a browser                      a page
task, event   Cloud Tasks, Scheduler,        settled badly: 200, logged. Should come again: 503, with
              Pub/Sub; IAM has let them in   Retry-After. A bug: 500, logged, and it comes again
============= ============================== ==========================================================

This alone catches broadly. A bug's text is neither sent nor logged: it may hold an address.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

import msgspec
from flask import Request, Response
from werkzeug.exceptions import HTTPException

from lib.core.callers import VerifiedCaller
from lib.core.errors import OutreachError, Permanent, Unauthenticated
from lib.entrypoint.answers import error_page, json_response, problem, with_cors, with_way_out
from lib.entrypoint.logs import FUNCTION, log, log_error
from lib.entrypoint.wiring import Wiring, services
from lib.ports import Services

Handler = Callable[[Request], Response]
UserHandler = Callable[[Services, VerifiedCaller, Request], Response]
PublicHandler = Callable[[Services, Request], Response]
#: Returns a word for the log, or nothing.
TaskHandler = Callable[[Services, bytes, bool], object]
EventHandler = Callable[[Services, bytes], object]

#: Errors that say what is wrong with a request; others are bugs.
EXPECTED = (OutreachError, msgspec.MsgspecError, HTTPException)


def user_function(handler: UserHandler) -> Handler:
    """Make a function for the web app: the bearer token is verified before anything else is looked at."""

    @wraps(handler)
    def handle(request: Request) -> Response:
        FUNCTION.set(handler.__name__)
        origins: tuple[str, ...] = ()
        try:
            wiring = services()
            origins = wiring.allowed_origins
            if request.method == "OPTIONS":
                response = Response(status=HTTPStatus.NO_CONTENT)
            else:
                response = handler(wiring, _caller(wiring, request), request)
        except Exception as error:  # noqa: BLE001 - the edge: every error becomes an answer
            _log(error)
            response = problem(error)
        return with_cors(response, request, origins)

    return handle


def public_function(handler: PublicHandler) -> Handler:
    """Make a function for browsers: nobody is known, and errors are pages."""

    @wraps(handler)
    def handle(request: Request) -> Response:
        FUNCTION.set(handler.__name__)
        try:
            return handler(services(), request)
        except Exception as error:  # noqa: BLE001 - the edge: every error becomes an answer
            _log(error)
            return error_page(error)

    return handle


def task_function(handler: TaskHandler) -> Handler:
    """Make a function for Cloud Tasks and Scheduler; it is told whether the task has been tried before."""

    @wraps(handler)
    def handle(request: Request) -> Response:
        # Anything but a plain zero counts as tried before: then stray drafts are looked for.
        retried = request.headers.get("X-CloudTasks-TaskRetryCount", "0") != "0"
        return _settle(handler.__name__, request, lambda body: handler(services(), body, retried))

    return handle


def event_function(handler: EventHandler) -> Handler:
    """Make a function for Pub/Sub pushes and their continuation tasks; it gets the body as it came."""

    @wraps(handler)
    def handle(request: Request) -> Response:
        return _settle(handler.__name__, request, lambda body: handler(services(), body))

    return handle


def _settle(name: str, request: Request, work: Callable[[bytes], object]) -> Response:
    """Do queued work; the status says whether it should come again."""
    FUNCTION.set(name)
    if request.method != "POST":
        return _method_not_allowed()
    try:
        outcome = work(request.get_data())
    except (Permanent, msgspec.MsgspecError) as error:
        # Without a kind of its own it is what should never happen: a bug of ours, not the world's doing.
        severity = "ERROR" if _alert(error) or type(error) is Permanent else "WARNING"
        log_error(_alert(error) or "settled_badly", error, severity=severity)
        return json_response({"outcome": "settled_badly"})
    except OutreachError as error:
        log_error(_alert(error) or "comes_again", error, severity="ERROR" if _alert(error) else "WARNING")
        response = json_response({"outcome": "comes_again"}, HTTPStatus.SERVICE_UNAVAILABLE)
        return with_way_out(response, error)
    except Exception as error:  # noqa: BLE001 - the edge: a bug is logged, and the work comes again
        log_error("crashed", error, severity="ERROR")
        return problem(error)
    word = outcome if isinstance(outcome, str) else None
    log("settled", outcome=word)
    return json_response({"outcome": word})


def _alert(error: Exception) -> str:
    """Return the event name that an operator's alert is made on; "" for what they need not know."""
    return error.alert if isinstance(error, OutreachError) else ""


def _method_not_allowed() -> Response:
    response = json_response({"outcome": "refused"}, HTTPStatus.METHOD_NOT_ALLOWED)
    response.headers["Allow"] = "POST"
    return response


def _caller(wiring: Wiring, request: Request) -> VerifiedCaller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("a bearer token is needed")
    return wiring.callers.verify(token.strip())


def _log(error: Exception) -> None:
    """Log an error that is answered: what the caller did wrong quietly, a bug loudly."""
    if isinstance(error, EXPECTED):
        log_error(_alert(error) or "refused", error, severity="ERROR" if _alert(error) else "INFO")
    else:
        log_error("crashed", error, severity="ERROR")
