"""The web app's issuer keeps to OpenID Connect: discovery, code and PKCE for a public client, ID tokens."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests

from lib.adapters.user_tokens import UserTokens
from lib.core.callers import VerifiedCaller
from tests.localcloud.oauth.issuer import ADA, CLIENT_ID, HANA, ROBIN, Person, challenge_of
from tests.localcloud.oauth.server import OAuthServer

CONSOLE = "https://outreach.example.com/console/"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
ORIGIN = {"Origin": "https://outreach.example.com"}


class Console:
    """Signs in as a page does; redirects are looked at, never followed."""

    def __init__(self, server: OAuthServer) -> None:
        self.server = server
        self.found = self.get(f"{server.issuer}/.well-known/openid-configuration").json()

    @staticmethod
    def get(url: str) -> requests.Response:
        return requests.get(url, headers=ORIGIN, allow_redirects=False, timeout=20)

    def request(self, changes: dict[str, str]) -> str:
        asked = {
            "client_id": CLIENT_ID,
            "redirect_uri": CONSOLE,
            "response_type": "code",
            "scope": "openid email profile",
            "state": "s1",
            "nonce": "n1",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        wanted = {name: value for name, value in (asked | changes).items() if value}
        return f"{self.found['authorization_endpoint']}?{urlencode(wanted)}"

    def page(self, **changes: str) -> requests.Response:
        return self.get(self.request(changes))

    def choose(self, sub: str, **changes: str) -> dict[str, str]:
        answer = requests.post(self.request(changes), data={"person": sub}, allow_redirects=False, timeout=20)
        return back(answer)

    def exchange(self, code: str, **changes: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": CLIENT_ID,
            "redirect_uri": CONSOLE,
            "code_verifier": VERIFIER,
        }
        return requests.post(self.found["token_endpoint"], data=form | changes, headers=ORIGIN, timeout=20)

    def tokens(self, sub: str, **changes: str) -> dict[str, Any]:
        answer = self.exchange(self.choose(sub, **changes)["code"])
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def back(answer: requests.Response) -> dict[str, str]:
    """Return what the browser is sent back with, to where it was registered to be."""
    assert answer.status_code == 303
    location = urlsplit(answer.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == CONSOLE
    return {name: values[0] for name, values in parse_qs(location.query).items()}


@pytest.fixture
def console() -> Iterator[Console]:
    server = OAuthServer()
    server.store.web_app.redirect_uris.append(CONSOLE)
    yield Console(server)
    server.stop()


def test_the_discovery_document_names_the_issuer_that_it_was_found_at(console: Console) -> None:
    found, issuer = console.found, console.server.issuer
    assert found["issuer"] == issuer
    assert all(found[name].startswith(f"{issuer}/") for name in found if name.endswith(("_endpoint", "_uri")))
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["token_endpoint_auth_methods_supported"] == ["none"]


def test_a_page_of_another_origin_may_find_and_exchange_but_not_sign_in(console: Console) -> None:
    code = console.choose(ROBIN.sub)["code"]
    readable = [
        console.get(f"{console.server.issuer}/.well-known/openid-configuration"),
        console.get(console.found["jwks_uri"]),
        requests.options(console.found["token_endpoint"], headers=ORIGIN, timeout=20),
        console.exchange(code),
        console.exchange(code),
    ]
    assert [one.status_code for one in readable] == [200, 200, 204, 200, 400]
    assert {one.headers["Access-Control-Allow-Origin"] for one in readable} == {"*"}
    assert "Access-Control-Allow-Origin" not in console.page().headers


def test_the_page_offers_each_person(console: Console) -> None:
    answer = console.page()
    assert answer.status_code == 200
    assert re.findall(r'name="person" value="([^"]*)"', answer.text) == [ROBIN.sub, HANA.sub, ADA.sub, ""]


@pytest.mark.parametrize("person", [ROBIN, HANA, ADA], ids=lambda one: one.job)
def test_the_id_token_is_a_user_token_for_the_functions(console: Console, person: Person) -> None:
    tokens = console.tokens(person.sub)
    verifier = UserTokens(
        issuer=console.server.issuer, audiences=[CLIENT_ID], jwks_url=console.found["jwks_uri"]
    )
    assert verifier.verify(tokens["id_token"]) == VerifiedCaller(
        org=person.org, user=person.sub, email=person.email, role=person.role
    )
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (claims["nonce"], claims["name"], claims["email_verified"]) == ("n1", person.name, True)
    assert claims["exp"] - claims["iat"] == tokens["expires_in"] == 3600


def test_a_token_has_no_nonce_that_was_not_asked_for(console: Console) -> None:
    claims = jwt.decode(console.tokens(ROBIN.sub, nonce="")["id_token"], options={"verify_signature": False})
    assert "nonce" not in claims


def test_the_browser_comes_back_with_its_state_and_the_issuer(console: Console) -> None:
    answer = console.choose(ROBIN.sub)
    assert (answer["state"], answer["iss"]) == ("s1", console.server.issuer)
    assert console.choose("") == {"error": "access_denied", "state": "s1", "iss": console.server.issuer}


def test_a_code_works_once(console: Console) -> None:
    code = console.choose(ROBIN.sub)["code"]
    assert [console.exchange(code).status_code for _ in range(2)] == [200, 400]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "another"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "https://elsewhere.example.net/"}, "invalid_grant"),
        ({"client_id": "unknown"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": "made up"}, "invalid_grant"),
    ],
)
def test_an_exchange_that_does_not_fit_is_refused(
    console: Console, changes: dict[str, str], error: str
) -> None:
    code = console.choose(ROBIN.sub)["code"]
    answer = console.exchange(**{"code": code, **changes})
    assert (answer.status_code, answer.json()["error"]) == (401 if error == "invalid_client" else 400, error)


def test_a_guess_at_the_verifier_uses_the_code_up(console: Console) -> None:
    code = console.choose(ROBIN.sub)["code"]
    console.exchange(code, code_verifier="a guess")
    assert console.exchange(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("changes", [{"client_id": "unknown"}, {"redirect_uri": "https://x.example.net/"}])
def test_who_is_not_registered_is_never_redirected_to(console: Console, changes: dict[str, str]) -> None:
    assert console.page(**changes).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_request_at_fault_leads_back_with_its_error(
    console: Console, changes: dict[str, str], error: str
) -> None:
    answer = back(console.page(**changes))
    assert (answer["error"], answer["state"]) == (error, "s1")
