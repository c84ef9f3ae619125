"""The OAuth stand-in keeps to what is known of Google's: the redirect chain, PKCE, revocation."""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import google.auth.transport.urllib3
import google.oauth2.credentials
import jwt
import pytest
import urllib3
from google.auth.exceptions import RefreshError

from tests.localcloud.oauth.server import OAuthServer

#: google-auth declares no types for what it exports.
_transport: Any = google.auth.transport.urllib3
_credentials: Any = google.oauth2.credentials

ADDRESS, SUB = "recruiter@example.com", "sub-1"
MODIFY = "https://www.googleapis.com/auth/gmail.modify"
CALLBACK = "https://outreach.example.com/oauth_callback"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Browser:
    """Asks for a consent and exchanges its code; redirects are looked at, never followed."""

    def __init__(self, server: OAuthServer) -> None:
        self.server = server
        self.http = urllib3.PoolManager()

    def query(self, **changes: str) -> str:
        asked = {
            "client_id": "local-client",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": f"openid email {MODIFY}",
            "state": "s1",
            "access_type": "offline",
            "prompt": "consent",
            "login_hint": ADDRESS,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return urlencode({**asked, **changes})

    def page(self, **changes: str) -> urllib3.BaseHTTPResponse:
        return self.http.request("GET", f"{self.server.auth_url}?{self.query(**changes)}")

    def decide(self, form: list[tuple[str, str]], **changes: str) -> dict[str, str]:
        url = f"{self.server.auth_url}?{self.query(**changes)}"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.http.request("POST", url, body=urlencode(form), headers=headers, redirect=False)
        assert answer.status == 302
        location = answer.headers["Location"]
        assert location.startswith(f"{CALLBACK}?")
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    def allow(self, *, ticked: tuple[str, ...] = (MODIFY,), **changes: str) -> dict[str, str]:
        form = [("account", ADDRESS), ("decision", "allow"), *(("scope", scope) for scope in ticked)]
        return self.decide(form, **changes)

    def consent(self, changes: dict[str, str]) -> dict[str, str]:
        return self.decide([("account", ADDRESS), ("decision", "allow"), ("scope", MODIFY)], **changes)

    def post(self, url: str, **fields: str) -> tuple[int, Any]:
        answer = self.http.request("POST", url, fields=fields, encode_multipart=False)
        return answer.status, answer.json()

    def exchange(self, code: str, **changes: str) -> tuple[int, Any]:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": "local-client",
            "client_secret": "local-secret",
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        return self.post(self.server.token_url, **{**fields, **changes})

    def userinfo(self, token: str) -> tuple[int, Any]:
        answer = self.http.request(
            "GET", self.server.userinfo_url, headers={"Authorization": f"Bearer {token}"}
        )
        return answer.status, answer.json()

    def refresh(self, tokens: dict[str, Any]) -> str:
        """Refresh through Google's own client, as the functions do."""
        credentials = _credentials.Credentials(
            None,
            refresh_token=tokens["refresh_token"],
            token_uri=self.server.token_url,
            client_id="local-client",
            client_secret="local-secret",
        )
        credentials.refresh(_transport.Request(self.http))
        return str(credentials.token)


@pytest.fixture
def browser() -> Iterator[Browser]:
    server = OAuthServer()
    server.store.add_account(ADDRESS, SUB)
    server.store.add_account("other@example.com", "sub-2")
    made = Browser(server)
    yield made
    made.http.clear()
    server.stop()


def test_the_consent_page_shows_the_hinted_account_and_a_box_for_each_scope(browser: Browser) -> None:
    html = browser.page().data.decode()
    assert f'name="account" value="{ADDRESS}" checked' in html
    assert 'name="account" value="other@example.com">' in html
    assert f'name="scope" value="{MODIFY}" checked>' in html
    assert 'name="scope" value="openid" checked disabled>' in html


def test_the_chain_gives_tokens_for_what_was_granted(browser: Browser) -> None:
    back = browser.allow()
    assert back["state"] == "s1"
    status, tokens = browser.exchange(back["code"])
    assert status == 200
    assert set(tokens["scope"].split()) == {
        "openid",
        "https://www.googleapis.com/auth/userinfo.email",
        MODIFY,
    }
    assert browser.userinfo(tokens["access_token"]) == (
        200,
        {"sub": SUB, "email": ADDRESS, "email_verified": True},
    )
    keys = jwt.PyJWKSet.from_dict(browser.http.request("GET", f"{browser.server.url}/oauth2/v3/certs").json())
    claims = jwt.decode(tokens["id_token"], keys.keys[0].key, algorithms=["RS256"], audience="local-client")
    assert (claims["sub"], claims["email"]) == (SUB, ADDRESS)
    assert browser.userinfo(browser.refresh(tokens))[0] == 200


def test_a_code_works_once_and_a_replay_takes_its_token_away(browser: Browser) -> None:
    code = browser.allow()["code"]
    _, tokens = browser.exchange(code)
    status, error = browser.exchange(code)
    assert (status, error["error"]) == (400, "invalid_grant")
    assert browser.userinfo(tokens["access_token"])[0] == 401


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"code_verifier": "another"}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_grant"),
        ({"redirect_uri": "https://elsewhere.example.net/"}, 400, "redirect_uri_mismatch"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"code": "made up"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_an_exchange_that_does_not_fit_is_refused(
    browser: Browser, changes: dict[str, str], status: int, error: str
) -> None:
    code = browser.allow()["code"]
    refused, body = browser.exchange(**{"code": code, **changes})
    assert (refused, body["error"]) == (status, error)
    assert browser.exchange(code)[0] == 200


def test_unticked_scopes_are_not_granted(browser: Browser) -> None:
    _, tokens = browser.exchange(browser.allow(ticked=())["code"])
    assert MODIFY not in tokens["scope"]
    assert "openid" in tokens["scope"]


def test_scopes_that_were_not_asked_for_cannot_be_granted(browser: Browser) -> None:
    _, tokens = browser.exchange(browser.allow(ticked=(MODIFY, "https://mail.google.com/"))["code"])
    assert "https://mail.google.com/" not in tokens["scope"]


def test_denial_leads_back_with_access_denied(browser: Browser) -> None:
    back = browser.decide([("account", ADDRESS), ("decision", "deny")])
    assert back == {"error": "access_denied", "state": "s1"}


def test_another_account_may_be_chosen_than_the_hinted_one(browser: Browser) -> None:
    back = browser.decide([("account", "other@example.com"), ("decision", "allow"), ("scope", MODIFY)])
    _, tokens = browser.exchange(back["code"])
    assert browser.userinfo(tokens["access_token"])[1]["sub"] == "sub-2"


def test_a_refresh_token_comes_first_and_then_with_prompt_consent_only(browser: Browser) -> None:
    given = []
    requests: list[dict[str, str]] = [
        {"access_type": "online"},
        {"prompt": ""},
        {"prompt": ""},
        {"prompt": "consent"},
    ]
    for changes in requests:
        _, tokens = browser.exchange(browser.consent(changes)["code"])
        given.append("refresh_token" in tokens)
    assert given == [False, True, False, True]


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://elsewhere.example.net/"},
        {"client_id": "unknown"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"scope": ""},
    ],
)
def test_a_malformed_request_for_consent_is_shown_and_never_redirected(
    browser: Browser, changes: dict[str, str]
) -> None:
    browser.server.store.redirect_uris.append(CALLBACK)
    assert browser.page(**changes).status == 400
    assert browser.page().status == 200


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revocation_takes_away_all_that_was_granted(browser: Browser, which: str) -> None:
    _, first = browser.exchange(browser.allow()["code"])
    _, second = browser.exchange(browser.allow()["code"])
    assert browser.post(browser.server.revoke_url, token=first[which])[0] == 200
    for tokens in (first, second):
        assert browser.userinfo(tokens["access_token"])[0] == 401
        with pytest.raises(RefreshError, match="invalid_grant"):
            browser.refresh(tokens)
    assert browser.post(browser.server.revoke_url, token=first[which])[0] == 400
    assert browser.exchange(browser.allow(prompt="")["code"])[1]["refresh_token"]


def test_an_administrator_may_block_the_app(browser: Browser) -> None:
    _, tokens = browser.exchange(browser.allow()["code"])
    browser.server.store.blocked.add(ADDRESS)
    with pytest.raises(RefreshError, match="admin_policy_enforced"):
        browser.refresh(tokens)
    browser.server.store.blocked.clear()
    browser.refresh(tokens)


def test_user_tokens_of_the_web_app_verify_against_its_jwks(browser: Browser) -> None:
    wanted = {
        "sub": "u1",
        "email": ADDRESS,
        "org": "acme",
        "role": "admin",
        "issuer": "https://app.example.com",
        "audience": "outreach",
    }
    url = f"{browser.server.url}/_local/user_token"
    token = browser.http.request("POST", url, body=json.dumps(wanted)).json()["token"]
    keys = jwt.PyJWKSet.from_dict(browser.http.request("GET", f"{browser.server.url}/webapp/jwks").json())
    assert keys.keys[0].key_id == jwt.get_unverified_header(token)["kid"]
    claims = jwt.decode(
        token, keys.keys[0].key, algorithms=["RS256"], audience="outreach", issuer="https://app.example.com"
    )
    assert (claims["sub"], claims["org"], claims["role"]) == ("u1", "acme", "admin")
    expired = browser.server.store.web_app.mint_user_token(**wanted, expires_in=-60)
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(expired, keys.keys[0].key, algorithms=["RS256"], audience="outreach")
