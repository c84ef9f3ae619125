"""Our OAuth adapter goes through Google's consent chain on the stand-in, over real connections."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from werkzeug.wrappers import Request, Response

from lib.adapters.oauth import GoogleOAuth
from lib.core.errors import Permanent, Unavailable
from lib.core.tickets import SCOPES as BY_ACCESS
from lib.core.unconnected import NotConnected
from tests.localcloud.http import serve
from tests.localcloud.oauth.errors import OAuthError
from tests.localcloud.oauth.server import OAuthServer

RECRUITER = "recruiter@example.com"
REDIRECT = "https://functions.example.com/oauth_callback"
SCOPES = BY_ACCESS["full"]
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    running = OAuthServer()
    running.store.add_account(RECRUITER, "sub-1")
    yield running
    running.stop()


def adapter(
    server: OAuthServer, secret: str = "local-secret", token_url: str = "", revoke_url: str = ""
) -> GoogleOAuth:
    return GoogleOAuth(
        auth_url=server.auth_url,
        token_url=token_url or server.token_url,
        revoke_url=revoke_url or server.revoke_url,
        userinfo_url=server.userinfo_url,
        client=lambda: ("local-client", secret),
    )


def consent(server: OAuthServer, *, without: str = "") -> str:
    """Say yes on the consent page, as a browser does, and return the code."""
    url = adapter(server).authorization_url(
        scopes=SCOPES, state="s1", challenge=CHALLENGE, login_hint=RECRUITER, redirect_uri=REDIRECT
    )
    assert "checked" in requests.get(url, timeout=5).text
    ticked = [scope for scope in SCOPES if scope != without]
    form = {"account": RECRUITER, "scope": ticked, "decision": "allow"}
    answer = requests.post(url, data=form, allow_redirects=False, timeout=5)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


def exchange(server: OAuthServer, code: str, verifier: str = VERIFIER, secret: str = "local-secret") -> None:
    adapter(server, secret).exchange(code=code, verifier=verifier, redirect_uri=REDIRECT)


def test_the_browser_is_asked_for_offline_consent_with_pkce(server: OAuthServer) -> None:
    url = adapter(server).authorization_url(
        scopes=SCOPES, state="s1", challenge=CHALLENGE, login_hint=RECRUITER, redirect_uri=REDIRECT
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query == {
        "response_type": "code",
        "client_id": "local-client",
        "redirect_uri": REDIRECT,
        "scope": "openid email https://www.googleapis.com/auth/gmail.modify",
        "state": "s1",
        "access_type": "offline",
        "prompt": "consent",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "login_hint": RECRUITER,
    }


def test_a_code_gives_tokens_scopes_and_who_consented(server: OAuthServer) -> None:
    grant = adapter(server).exchange(code=consent(server), verifier=VERIFIER, redirect_uri=REDIRECT)
    assert (grant.sub, grant.email) == ("sub-1", RECRUITER)
    assert grant.scopes == set(SCOPES)
    assert grant.refresh_token
    assert server.store.check(grant.access_token)


def test_a_scope_that_was_not_ticked_is_not_granted(server: OAuthServer) -> None:
    code = consent(server, without="https://www.googleapis.com/auth/gmail.modify")
    grant = adapter(server).exchange(code=code, verifier=VERIFIER, redirect_uri=REDIRECT)
    assert grant.scopes == {"openid", "email"}


def test_a_code_works_once_and_only_with_its_verifier(server: OAuthServer) -> None:
    code = consent(server)
    with pytest.raises(NotConnected) as wrong:
        exchange(server, code, verifier="another-verifier-of-forty-three-characters-00")
    exchange(server, code)
    with pytest.raises(NotConnected) as replayed:
        exchange(server, code)
    for error in (wrong, replayed):
        assert error.value.why == "used_code"
        assert code not in str(error.value)
        assert VERIFIER not in str(error.value)


def test_an_administrators_block_is_told_apart(server: OAuthServer) -> None:
    code = consent(server)
    server.store.blocked.add(RECRUITER)
    with pytest.raises(NotConnected) as error:
        exchange(server, code)
    assert error.value.why == "admin_block"


def test_a_wrong_client_secret_is_no_fault_of_the_person(server: OAuthServer) -> None:
    with pytest.raises(Permanent) as error:
        exchange(server, consent(server), secret="wrong")
    assert not isinstance(error.value, NotConnected)


@contextmanager
def answering(status: str | None, content: bytes, asked: list[Request]) -> Iterator[str]:
    """Serve one answer to everything, or none at all; yield its URL, and note what was asked."""

    @Request.application
    def application(request: Request) -> Response:
        request.get_data(cache=True, parse_form_data=False)
        asked.append(request)
        return Response(content, status or "500", content_type="text/html")

    failing = serve(application, 0)
    if status is None:
        failing.stop()
    try:
        yield failing.url
    finally:
        if status is not None:
            failing.stop()


@pytest.mark.parametrize("answer", ["503 Down", "429 Slow down", "200 OK", None])
def test_a_token_endpoint_that_fails_is_unavailable(server: OAuthServer, answer: str | None) -> None:
    with answering(answer, b"<p>no JSON</p>", []) as url, pytest.raises(Unavailable):
        adapter(server, token_url=f"{url}/token").exchange(code="c", verifier=VERIFIER, redirect_uri=REDIRECT)


def test_a_revoked_grant_leaves_no_token_of_it(server: OAuthServer) -> None:
    grant = adapter(server).exchange(code=consent(server), verifier=VERIFIER, redirect_uri=REDIRECT)
    assert grant.refresh_token is not None
    adapter(server).revoke(grant.refresh_token)
    assert server.store.check(grant.access_token) is None
    with pytest.raises(OAuthError, match="invalid_grant"):
        server.store.refresh(grant.refresh_token, "local-client")


def test_a_token_that_google_does_not_know_any_more_is_revoked_already(server: OAuthServer) -> None:
    grant = adapter(server).exchange(code=consent(server), verifier=VERIFIER, redirect_uri=REDIRECT)
    assert grant.refresh_token is not None
    for token in (grant.refresh_token, grant.refresh_token, "1//never-given"):
        adapter(server).revoke(token)


def test_a_token_is_revoked_in_a_form_and_shows_in_no_url(server: OAuthServer) -> None:
    asked: list[Request] = []
    # What a 200 says besides means nothing (RFC 7009, section 2.2).
    with answering("200 OK", b"", asked) as url:
        adapter(server, revoke_url=f"{url}/revoke").revoke("1//to+ken")
    [request] = asked
    assert (request.method, request.path, request.query_string) == ("POST", "/revoke", b"")
    assert (request.mimetype, request.get_data()) == (
        "application/x-www-form-urlencoded",
        b"token=1%2F%2Fto%2Bken",
    )


@pytest.mark.parametrize(
    ("status", "content"),
    [
        ("503 Down", b""),
        ("429 Slow down", b""),
        ("400 Bad Request", b"<p>no JSON</p>"),
        ("400 Bad Request", b'{"error": "invalid_request"}'),
        ("401 Unauthorized", b'{"error": "invalid_token"}'),
        (None, b""),
    ],
)
def test_any_other_answer_to_a_revocation_is_unavailable(
    server: OAuthServer, status: str | None, content: bytes
) -> None:
    with answering(status, content, []) as url, pytest.raises(Unavailable) as error:
        adapter(server, revoke_url=f"{url}/revoke").revoke("1//token")
    assert "1//token" not in str(error.value)
