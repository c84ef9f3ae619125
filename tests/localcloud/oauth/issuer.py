"""Owns the web app's OIDC issuer: who may sign in, the codes it gave out, and the tokens it signs.

The one client is public: PKCE stands in for its secret, and a code works once, for the redirect URI and the
verifier that it was asked with. Tokens are on real time.
"""

import base64
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.localcloud.oauth.errors import OAuthError
from tests.localcloud.oauth.keys import SigningKey

Json = dict[str, Any]
Role = Literal["member", "admin"]

CLIENT_ID = "outreach-console"
CODE_LIFETIME = 60
TOKEN_LIFETIME = 3600


@dataclass(frozen=True, kw_only=True)
class Person:
    """One who can sign in, as the issuer's claims name them."""

    sub: str
    email: str
    name: str
    org: str
    role: Role
    job: str  #: for the page alone
    email_verified: bool = True

    def claims(self) -> Json:
        names = ("sub", "email", "email_verified", "name", "org", "role")
        return {name: getattr(self, name) for name in names}


ROBIN = Person(
    sub="user-1",
    email="robin.recruiter@example.com",
    name="Robin Reyes",
    org="northwind",
    role="member",
    job="recruiter",
)
HANA = Person(
    sub="user-2",
    email="hana.manager@example.com",
    name="Hana Sato",
    org="northwind",
    role="member",
    job="hiring manager",
)
ADA = Person(
    sub="user-3", email="ada.admin@example.com", name="Ada Obi", org="northwind", role="admin", job="admin"
)
PEOPLE = (ROBIN, HANA, ADA)


@dataclass
class _Code:
    person: Person
    redirect_uri: str
    challenge: str
    nonce: str | None
    expires: float = field(default_factory=lambda: time.time() + CODE_LIFETIME)


class Issuer:
    """The issuer's memory; its URL comes with each call, since whoever serves it knows that."""

    def __init__(self) -> None:
        self.key = SigningKey()
        self.people = {one.sub: one for one in PEOPLE}
        self.redirect_uris: list[str] = []  #: empty: any
        self._codes: dict[str, _Code] = {}
        self._lock = threading.Lock()

    def redirect_allowed(self, uri: str) -> bool:
        return bool(uri) and (not self.redirect_uris or uri in self.redirect_uris)

    def sign_in(self, sub: str, asked: dict[str, str]) -> str:
        """Give the code for an authorization request that has been checked."""
        made = _Code(self.people[sub], asked["redirect_uri"], asked["code_challenge"], asked.get("nonce"))
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._codes[code] = made
        return code

    def exchange(self, issuer: str, form: dict[str, str]) -> Json:
        """Use a code up, whether or not the rest of the request fits it."""
        if form.get("grant_type") != "authorization_code":
            raise OAuthError("unsupported_grant_type", "only authorization_code is known here")
        if form.get("client_id") != CLIENT_ID:
            raise OAuthError("invalid_client", "no such client", 401)
        with self._lock:
            code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.expires < time.time():
            raise OAuthError("invalid_grant", "the code is unknown, used up or expired")
        if form.get("redirect_uri") != code.redirect_uri:
            raise OAuthError("invalid_grant", "the redirect_uri is not the one that the code was asked with")
        if not secrets.compare_digest(challenge_of(form.get("code_verifier", "")), code.challenge):
            raise OAuthError("invalid_grant", "the code_verifier does not fit")
        nonce = {"nonce": code.nonce} if code.nonce is not None else {}
        claims = {"iss": issuer, "aud": CLIENT_ID, **code.person.claims(), **nonce}
        return {
            "access_token": secrets.token_urlsafe(32),
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFETIME,
            "scope": "openid email profile",
            "id_token": self.key.sign(claims, TOKEN_LIFETIME),
        }

    def mint_user_token(
        self, sub: str, email: str, org: str, role: str, issuer: str, audience: str, expires_in: int = 3600
    ) -> str:
        """Sign a user token as the web app has it; a negative lifetime makes an expired one."""
        claims = {"iss": issuer, "aud": audience, "sub": sub, "email": email, "org": org, "role": role}
        return self.key.sign(claims, expires_in)


def challenge_of(verifier: str) -> str:
    """Return a verifier's S256 challenge (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
