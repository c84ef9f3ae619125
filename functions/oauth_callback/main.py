"""Connect a mailbox in the browser: ``/start`` binds it and sends it to Google, which sends it back here."""

from __future__ import annotations

import flask
from werkzeug.exceptions import MethodNotAllowed

from lib.entrypoint import public_function, redirect
from lib.flows.connecting import finish, start
from lib.ports import Services

#: The prefix makes browsers refuse it from any other host, and without TLS (localhost aside).
COOKIE = "__Host-outreach-connect"


@public_function
def oauth_callback(services: Services, request: flask.Request) -> flask.Response:
    """Answer with a redirect: to Google, then to the web app; or with a page that says what went wrong."""
    if request.method not in {"GET", "HEAD"}:
        raise MethodNotAllowed(["GET", "HEAD"])
    if request.path.strip("/") == "start":
        started = start(services, request.args.get("ticket", ""))
        response = redirect(started.url)
        response.set_cookie(COOKIE, started.cookie, max_age=900, secure=True, httponly=True, samesite="Lax")
        return response
    url = finish(
        services,
        state=request.args.get("state", ""),
        cookie=request.cookies.get(COOKIE, ""),
        code=request.args.get("code"),
        error=request.args.get("error"),
    )
    response = redirect(url)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax")
    return response
