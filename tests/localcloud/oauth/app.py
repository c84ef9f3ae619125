"""Owns the HTTP interface of the OAuth stand-in; it only translates between requests and the store."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from tests.localcloud.oauth import consent, sign_in
from tests.localcloud.oauth.errors import OAuthError
from tests.localcloud.oauth.store import LONG_NAMES, OAuthStore

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Where this application answers, for who mounts it beside another.
PREFIXES = (
    "/o/oauth2/",
    "/oauth2/",
    "/token",
    "/revoke",
    "/userinfo",
    f"{sign_in.PATH}/",
    "/_local/oauth/",
    "/_local/user_token",
)

_RULES = {
    "authorize": ("/o/oauth2/v2/auth", "GET POST"),
    "token": ("/token", "POST"),
    "revoke": ("/revoke", "POST"),
    "userinfo": ("/userinfo", "GET"),
    "certificates": ("/oauth2/v3/certs", "GET"),
    "user_token": ("/_local/user_token", "POST"),
    "add_account": ("/_local/oauth/accounts", "POST"),
    "issue": ("/_local/oauth/tokens", "POST"),
    "revoke_all": ("/_local/oauth/revoke_all", "POST"),
    "block": ("/_local/oauth/block", "POST"),
}


def json_response(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json; charset=UTF-8")


class OAuthApp:
    """The WSGI application over one store."""

    def __init__(self, store: OAuthStore) -> None:
        self.store = store
        self._sign_in = sign_in.SignInApp(store.web_app)
        self._urls = Map(
            [Rule(path, endpoint=name, methods=methods.split()) for name, (path, methods) in _RULES.items()]
        )

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(f"{sign_in.PATH}/"):
            return self._sign_in(environ, start_response)
        request = Request(environ)
        try:
            endpoint, _ = self._urls.bind_to_environ(environ).match()
            response: Response = getattr(self, endpoint)(request)
        except OAuthError as error:
            response = json_response(error.body(), error.status)
        except HTTPException as error:
            response = json_response({"error": "invalid_request"}, error.code or 400)
        return response(environ, start_response)

    # Google's endpoints

    def authorize(self, request: Request) -> Response:
        """Show the consent page; its form comes back here with the request still in the query."""
        asked = dict(request.args.items())
        wrong = self._fault_in(asked)
        if wrong:
            return Response(f"Error 400: {wrong}\n", status=400)
        scopes = asked["scope"].split()
        if request.method == "GET":
            query = request.query_string.decode()
            hint = asked.get("login_hint", "").lower()
            html = consent.page(asked["client_id"], query, sorted(self.store.accounts), hint, scopes)
            return Response(html, content_type="text/html; charset=utf-8")
        address = request.form.get("account", "").lower()
        if request.form.get("decision") != "allow" or address not in self.store.accounts:
            return _back(asked, {"error": "access_denied"})
        if address in self.store.blocked_at_once:
            return _back(asked, {"error": "admin_policy_enforced"})
        ticked = set(request.form.getlist("scope"))
        granted = {scope for scope in scopes if scope in ticked or consent.fixed(scope)}
        code = self.store.consent(address, granted, asked)
        named = " ".join(sorted(LONG_NAMES.get(scope, scope) for scope in granted))
        return _back(asked, {"code": code, "scope": named})

    def _fault_in(self, asked: dict[str, str]) -> str | None:
        if asked.get("client_id") not in self.store.clients:
            return "invalid_client"
        if not self.store.redirect_allowed(asked.get("redirect_uri", "")):
            return "redirect_uri_mismatch"
        if asked.get("response_type") != "code" or not asked.get("scope") or not asked.get("redirect_uri"):
            return "invalid_request"
        if "code_challenge" in asked and asked.get("code_challenge_method") != "S256":
            return "invalid_request"
        return None

    def token(self, request: Request) -> Response:
        if self.store.down:
            return json_response({"error": "backend_error"}, 503)
        form, basic = request.form, request.authorization
        client_id = (basic.username if basic else None) or form.get("client_id", "")
        secret = (basic.password if basic else None) or form.get("client_secret", "")
        self.store.check_client(client_id, secret)
        kind = form.get("grant_type")
        if kind == "authorization_code":
            code, uri = form.get("code", ""), form.get("redirect_uri", "")
            return json_response(self.store.exchange(code, client_id, uri, form.get("code_verifier")))
        if kind == "refresh_token":
            return json_response(self.store.refresh(form.get("refresh_token", ""), client_id))
        raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {kind}")

    def revoke(self, request: Request) -> Response:
        if not self.store.revoke(request.values.get("token", "")):
            raise OAuthError("invalid_token", "Token expired or revoked")
        return json_response({})

    def userinfo(self, request: Request) -> Response:
        token = bearer(request)
        grant = self.store.check(token) if token else None
        if grant is None or "openid" not in grant.scopes:
            raise OAuthError("invalid_request", "Invalid Credentials", 401)
        answer: dict[str, Any] = {"sub": grant.sub}
        if LONG_NAMES["email"] in grant.scopes:
            answer |= {"email": grant.address, "email_verified": True}
        return json_response(answer)

    def certificates(self, _request: Request) -> Response:
        return json_response(self.store.google_key.jwks())

    # The web app

    def user_token(self, request: Request) -> Response:
        try:
            return json_response({"token": self.store.web_app.mint_user_token(**_json(request))})
        except TypeError:
            raise BadRequest from None

    # For scripts

    def add_account(self, request: Request) -> Response:
        wanted = _json(request)
        self.store.add_account(wanted["address"], wanted["sub"])
        return json_response({})

    def issue(self, request: Request) -> Response:
        wanted = _json(request)
        client = wanted.get("client_id", "local-client")
        return json_response(self.store.issue(wanted["address"], set(wanted["scopes"]), client))

    def revoke_all(self, request: Request) -> Response:
        self.store.revoke_all(_json(request)["address"])
        return json_response({})

    def block(self, request: Request) -> Response:
        """Let the administrator block the app for an address, or with `blocked: false` no more."""
        wanted = _json(request)
        change = self.store.blocked.add if wanted.get("blocked", True) else self.store.blocked.discard
        change(wanted["address"].lower())
        return json_response({})


def bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _json(request: Request) -> dict[str, Any]:
    body = request.get_json(force=True)
    if not isinstance(body, dict):
        raise BadRequest
    return body


def _back(asked: dict[str, str], answer: dict[str, str]) -> Response:
    if "state" in asked:
        answer = {"state": asked["state"], **answer}
    separator = "&" if "?" in asked["redirect_uri"] else "?"
    return redirect(f"{asked['redirect_uri']}{separator}{urlencode(answer)}", 302)
