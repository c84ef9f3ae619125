"""Only tokens of the web app's issuer, for us, in time, with an org and a role of ours let anybody in."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from werkzeug.wrappers import Request, Response

from lib.adapters.user_tokens import UserTokens
from lib.core.callers import VerifiedCaller
from lib.core.errors import Forbidden, OutreachError, Unauthenticated, Unavailable
from tests.localcloud.http import serve
from tests.localcloud.oauth.keys import SigningKey

ISSUER, AUDIENCE, CONSOLE = "https://app.example.com", "outreach", "outreach-console"
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "user-1",
    "email": "user@example.com",
    "org": "acme",
    "role": "member",
}


class Issuer:
    """A web app that publishes its keys and counts how often they are fetched."""

    def __init__(self) -> None:
        self.key, self.fetches = SigningKey(), 0
        self.server = serve(Request.application(self._answer), 0)
        self.tokens = UserTokens(
            issuer=ISSUER, audiences=[AUDIENCE, CONSOLE], jwks_url=f"{self.server.url}/jwks"
        )

    def _answer(self, _request: Request) -> Response:
        self.fetches += 1
        return Response(json.dumps(self.key.jwks()), content_type="application/json")

    def verify(self, lifetime: int = 3600, **claims: Any) -> VerifiedCaller:
        kept = {name: value for name, value in (GOOD | claims).items() if value is not None}
        return self.tokens.verify(self.key.sign(kept, lifetime))


@pytest.fixture(scope="module")
def shared() -> Iterator[Issuer]:
    running = Issuer()
    yield running
    running.server.stop()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    running = Issuer()
    yield running
    running.server.stop()


@pytest.mark.parametrize("role", ["member", "admin"])
def test_a_good_token_tells_who_asks(shared: Issuer, role: str) -> None:
    caller = shared.verify(role=role)
    assert caller == VerifiedCaller(
        org="acme",
        user="user-1",
        email="user@example.com",
        role=role,  # type: ignore[arg-type] # one of the two
    )


def test_an_id_token_of_the_console_is_a_user_token(shared: Issuer) -> None:
    assert shared.verify(aud=CONSOLE).user == "user-1"


@pytest.mark.parametrize(
    ("claims", "raised"),
    [
        ({"iss": "https://other.example.com"}, Unauthenticated),
        ({"aud": "other"}, Unauthenticated),
        ({"aud": None}, Unauthenticated),
        ({"iss": None}, Unauthenticated),
        ({"sub": None}, Unauthenticated),
        ({"sub": 7}, Unauthenticated),
        ({"email": None}, Unauthenticated),
        ({"email": ""}, Unauthenticated),
        ({"email": ["a"]}, Unauthenticated),
        ({"lifetime": -120}, Unauthenticated),
        ({"nbf": 99999999999}, Unauthenticated),
        ({"org": None}, Forbidden),
        ({"org": "a/b"}, Forbidden),
        ({"org": ""}, Forbidden),
        ({"org": "a" * 65}, Forbidden),
        ({"org": "acme\n"}, Forbidden),
        ({"org": ["acme"]}, Forbidden),
        ({"email_verified": False}, Forbidden),
        ({"email_verified": "false"}, Forbidden),
        ({"role": None}, Forbidden),
        ({"role": "owner"}, Forbidden),
        ({"role": ["admin"]}, Forbidden),
    ],
    ids=lambda one: str(one)[:60],
)
def test_other_tokens_are_refused(
    shared: Issuer, claims: dict[str, Any], raised: type[OutreachError]
) -> None:
    with pytest.raises(OutreachError) as error:
        shared.verify(**claims)
    assert type(error.value) is raised


def test_a_minute_of_difference_between_clocks_is_borne(shared: Issuer) -> None:
    assert shared.verify(lifetime=-30).user == "user-1"


def test_a_foreign_key_under_our_key_id_is_refused(shared: Issuer) -> None:
    foreign = SigningKey()
    foreign.id = shared.key.id
    with pytest.raises(Unauthenticated):
        shared.tokens.verify(foreign.sign(GOOD, 3600))


def test_the_token_does_not_choose_its_algorithm(shared: Issuer) -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    unsigned = f"{part({'alg': 'none', 'kid': shared.key.id})}.{part(GOOD | {'exp': 99999999999})}."
    headers = {"kid": shared.key.id}
    by_public_key = jwt.encode(GOOD | {"exp": 99999999999}, "x" * 64, algorithm="HS256", headers=headers)
    for token in (unsigned, by_public_key, "", "a.b.c", "no token", shared.key.sign(GOOD, 60)[:-4]):
        with pytest.raises(Unauthenticated):
            shared.tokens.verify(token)


def test_keys_are_fetched_once_and_not_for_each_unknown_key(issuer: Issuer) -> None:
    for _ in range(3):
        issuer.verify()
    assert issuer.fetches == 1
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            issuer.tokens.verify(SigningKey().sign(GOOD, 3600))
    assert issuer.fetches == 1


def test_keys_that_cannot_be_fetched_are_no_ones_fault(issuer: Issuer) -> None:
    issuer.server.stop()
    with pytest.raises(Unavailable):
        issuer.verify()
