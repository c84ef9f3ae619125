"""Our OAuth adapter goes through Google's consent chain on the stand-in, over real connections."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from lib.adapters.oauth import GoogleOAuth
from lib.core.errors import InvalidRequest, OutreachError, Permanent, Unavailable
from lib.core.tickets import SCOPES as BY_ACCESS
from tests.localcloud.http import serve
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


def adapter(server: OAuthServer, secret: str = "local-secret", token_url: str = "") -> GoogleOAuth:
    return GoogleOAuth(
        auth_url=server.auth_url,
        token_url=token_url or server.token_url,
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
    with pytest.raises(InvalidRequest) as wrong:
        exchange(server, code, verifier="another-verifier-of-forty-three-characters-00")
    exchange(server, code)
    with pytest.raises(InvalidRequest) as replayed:
        exchange(server, code)
    for error in (wrong, replayed):
        assert code not in str(error.value)
        assert VERIFIER not in str(error.value)


def test_an_administrators_block_is_told_in_words(server: OAuthServer) -> None:
    code = consent(server)
    server.store.blocked.add(RECRUITER)
    with pytest.raises(InvalidRequest, match="administrator"):
        exchange(server, code)


def test_a_wrong_client_secret_is_no_fault_of_the_person(server: OAuthServer) -> None:
    with pytest.raises(Permanent) as error:
        exchange(server, consent(server), secret="wrong")
    assert not isinstance(error.value, InvalidRequest)


@pytest.mark.parametrize(
    ("answer", "raised"),
    [("503 Down", Unavailable), ("429 Slow down", Unavailable), ("200 OK", Unavailable), (None, Unavailable)],
)
def test_a_token_endpoint_that_fails_is_unavailable(
    server: OAuthServer, answer: str | None, raised: type[OutreachError]
) -> None:
    def application(_environ: object, start_response: object) -> list[bytes]:
        start_response(answer, [("Content-Type", "text/html")])  # type: ignore[operator] # WSGI's
        return [b"<p>no JSON</p>"]

    failing = serve(application, 0)
    url = f"{failing.url}/token"
    if answer is None:
        failing.stop()
    try:
        with pytest.raises(raised):
            adapter(server, token_url=url).exchange(code="c", verifier=VERIFIER, redirect_uri=REDIRECT)
    finally:
        if answer is not None:
            failing.stop()
