"""Owns the HTTP interface of the web app's issuer (OpenID Connect Core and Discovery), and its one page.

Pages of other origins may read the discovery document and the keys, and may exchange a code: the browser
holds the tokens itself. A request that names no known client or redirect URI is shown and never redirected.
"""

import json
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from tests.localcloud.oauth.errors import OAuthError
from tests.localcloud.oauth.issuer import CLIENT_ID, Issuer, Person

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Where the issuer lies at its server: the issuer's URL is the server's and this.
PATH = "/webapp"
SCOPES = ("openid", "email", "profile")
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Allow-Methods": "GET, POST",
}
_RULES = {
    "discovery": ("/.well-known/openid-configuration", "GET OPTIONS"),
    "jwks": ("/jwks", "GET OPTIONS"),
    "authorize": ("/authorize", "GET POST"),
    "token": ("/token", "POST OPTIONS"),
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in - local web app</title>
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; background: Canvas; color: CanvasText; }}
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 10vh auto; padding: 0 1rem; }}
button {{ display: block; width: 100%; margin: .6rem 0; padding: .7rem 1rem; font: inherit;
  text-align: left; }}
button span {{ display: block; font-size: .9rem; }}
</style></head>
<body><main>
<h1>Sign in as</h1>
<p>This page stands in for your company's own sign-in.</p>
<form method="post" action="?{query}">
{people}
<button name="person" value="">Nobody: cancel</button>
</form>
</main></body></html>
"""
_PERSON = '<button name="person" value="{sub}">{name}, {job}<span>{email} at {org}</span></button>'


class SignInApp:
    """The WSGI application over one issuer; mounted at `PATH`."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._urls = Map(
            [
                Rule(f"{PATH}{path}", endpoint=name, methods=methods.split())
                for name, (path, methods) in _RULES.items()
            ]
        )

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        try:
            endpoint, _ = self._urls.bind_to_environ(environ).match()
            response: Response = getattr(self, endpoint)(request)
        except OAuthError as error:
            response = _readable(error.body(), error.status)
        except HTTPException as error:
            response = Response(f"{error.description}\n", error.code)
        return response(environ, start_response)

    def discovery(self, request: Request) -> Response:
        url = _url(request)
        return _readable(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/jwks",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": list(SCOPES),
                "token_endpoint_auth_methods_supported": ["none"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "claims_supported": ["sub", "email", "email_verified", "name", "org", "role"],
            }
        )

    def jwks(self, _request: Request) -> Response:
        return _readable(self._issuer.key.jwks())

    def authorize(self, request: Request) -> Response:
        """Show who can sign in; the form comes back here with the request still in the query."""
        asked = dict(request.args.items())
        if asked.get("client_id") != CLIENT_ID:
            raise BadRequest("there is no client of this id")
        if not self._issuer.redirect_allowed(asked.get("redirect_uri", "")):
            raise BadRequest("this redirect_uri is not registered")
        if wrong := _fault_in(asked):
            return _back(request, asked, {"error": wrong})
        if request.method == "GET":
            people = "\n".join(map(_button, self._issuer.people.values()))
            page = _PAGE.format(query=escape(request.query_string.decode()), people=people)
            return Response(page, content_type="text/html; charset=utf-8")
        sub = request.form.get("person", "")
        if sub not in self._issuer.people:
            return _back(request, asked, {"error": "access_denied"})
        return _back(request, asked, {"code": self._issuer.sign_in(sub, asked)})

    def token(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status=204, headers=CORS)
        return _readable(self._issuer.exchange(_url(request), dict(request.form.items())))


def _fault_in(asked: dict[str, str]) -> str | None:
    """Return the error code for what is wrong with a request of the known client (RFC 6749, 4.1.2.1)."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in asked.get("scope", "").split():
        return "invalid_scope"
    # A public client has to bring PKCE, and not the plain kind (RFC 9700, 2.1.1).
    if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
        return "invalid_request"
    return "login_required" if asked.get("prompt") == "none" else None


def _back(request: Request, asked: dict[str, str], answer: dict[str, str]) -> Response:
    if "state" in asked:
        answer = {**answer, "state": asked["state"]}
    # So that a browser that uses several issuers knows whose answer it is (RFC 9207).
    query = urlencode({**answer, "iss": _url(request)})
    separator = "&" if "?" in asked["redirect_uri"] else "?"
    return redirect(f"{asked['redirect_uri']}{separator}{query}", 303)


def _button(person: Person) -> str:
    named = {name: getattr(person, name) for name in ("sub", "name", "job", "email", "org")}
    return _PERSON.format(**{name: escape(value) for name, value in named.items()})


def _url(request: Request) -> str:
    return f"{request.host_url.rstrip('/')}{PATH}"


def _readable(body: dict[str, Any], status: int = 200) -> Response:
    headers = {**CORS, "Cache-Control": "no-store"}
    return Response(json.dumps(body), status, headers, content_type="application/json; charset=UTF-8")
