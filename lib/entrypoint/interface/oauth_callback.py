"""Own the pages on which a browser connects a mailbox: its beginning, an invitation, the way back.

Invariant: all of it happens on one host, where the cookie holds; no answer may be kept, framed, or tell the
next page where the browser came from. Each page imports what it needs of the flows: a browser waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Request, Response
from werkzeug.exceptions import MethodNotAllowed

from lib.core.errors import NotFound
from lib.core.pages import Action
from lib.core.tickets import STATE_TIME
from lib.entrypoint.answers import page, redirect
from lib.flows.connecting import Started, start
from lib.ports import Services

#: The prefix makes browsers refuse it from any other host, and without TLS (localhost aside).
COOKIE = "__Host-outreach-connect"
Page = Callable[[Services, Request], Response]


def browsed(services: Services, request: Request) -> Response:
    """Answer with what a path's page says; NotConnected, a page too, when something is in the way."""
    pages = PAGES.get(request.path.strip("/"))
    if pages is None:
        raise NotFound("There is no such page.")
    handle = pages.get("GET" if request.method == "HEAD" else request.method)
    if handle is None:
        raise MethodNotAllowed(["GET", "HEAD", *(["POST"] if "POST" in pages else [])])
    return handle(services, request)


def _begun(services: Services, request: Request) -> Response:
    started = start(services, request.args.get("ticket", ""))
    return _bound(redirect(started.url), started)


def _asked(services: Services, request: Request) -> Response:
    return _invitation(services, request.args.get("token", ""))


def _pressed(services: Services, request: Request) -> Response:
    token = request.form.get("token", "")
    # Who comes from another site has not seen who asks for what. Browsers that are too old to say pass.
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return _invitation(services, token)
    from lib.flows.inviting import begin  # noqa: PLC0415 - cold start

    started = begin(services, token)
    way = Action(label="Go on to Google", url=started.url, method="onward")
    says = ["You are on your way to Google. If nothing happens, press the button."]
    return _bound(page("One moment", says, action=way), started)


def _invitation(services: Services, token: str) -> Response:
    from lib.flows.inviting import show  # noqa: PLC0415 - cold start

    asking = show(services, token)
    url = f"{services.base_url}/oauth_callback/invitation"
    button = Action(label="Go on to Google", url=url, method="post", fields={"token": token})
    return page(asking.title, asking.paragraphs, action=button)


def _came_back(services: Services, request: Request) -> Response:
    from lib.flows.consenting import finish  # noqa: PLC0415 - cold start

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


def _bound(response: Response, started: Started) -> Response:
    seconds = int(STATE_TIME.total_seconds())
    response.set_cookie(COOKIE, started.cookie, max_age=seconds, secure=True, httponly=True, samesite="Lax")
    return response


#: By path and method; HEAD is answered as GET.
PAGES: Mapping[str, Mapping[str, Page]] = {
    "": {"GET": _came_back},
    "start": {"GET": _begun},
    "invitation": {"GET": _asked, "POST": _pressed},
}
