"""Owns what the OAuth stand-in remembers: clients, codes, grants and tokens, on real time.

A code works once; a revoked grant takes all its tokens with it; scopes that were not granted are on no token.
"""

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.localcloud.oauth.errors import OAuthError
from tests.localcloud.oauth.issuer import Issuer, challenge_of
from tests.localcloud.oauth.keys import SigningKey

Json = dict[str, Any]

ISSUER = "https://accounts.google.com"
#: Google answers with the long names of these, whatever was asked for.
LONG_NAMES = {name: f"https://www.googleapis.com/auth/userinfo.{name}" for name in ("email", "profile")}
#: Shown on the consent page, but nobody can untick them.
IDENTITY = frozenset({"openid", *LONG_NAMES.values()})
CODE_LIFETIME = 600


@dataclass
class Grant:
    """What one account granted to one client, with one consent."""

    address: str
    sub: str
    client_id: str
    scopes: frozenset[str]
    offline: bool
    revoked: bool = False


@dataclass
class Code:
    grant: Grant
    redirect_uri: str
    challenge: str | None
    gives_refresh_token: bool
    expires: float
    access_tokens: list[str] = field(default_factory=list)
    used: bool = False


@dataclass
class AccessToken:
    grant: Grant
    expires: float


class OAuthStore:
    """Clients, codes and tokens; `accounts`, address to `sub`, may be shared with the Gmail."""

    def __init__(self, accounts: dict[str, str] | None = None) -> None:
        self.accounts = accounts if accounts is not None else {}
        self.clients = {"local-client": "local-secret"}
        self.redirect_uris: list[str] = []  #: empty: any
        self.access_lifetime = 3600
        self.blocked: set[str] = set()  #: addresses whose administrator has blocked the app
        self.blocked_at_once: set[str] = set()  #: those who hear of it on the consent page already
        self.without_refresh: set[str] = set()  #: addresses that get no refresh token
        self.down = False  #: the token endpoint answers with 503
        self.google_key = SigningKey()
        self.web_app = Issuer()
        self._codes: dict[str, Code] = {}
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, Grant] = {}
        self._lock = threading.RLock()

    def add_account(self, address: str, sub: str) -> None:
        self.accounts[address.lower()] = sub

    def recover(self) -> None:
        """Let everybody consent again, and the endpoints answer."""
        self.down = False
        for some in (self.blocked, self.blocked_at_once, self.without_refresh):
            some.clear()

    # Consent

    def redirect_allowed(self, uri: str) -> bool:
        return not self.redirect_uris or "*" in self.redirect_uris or uri in self.redirect_uris

    def consent(self, address: str, scopes: set[str], request: dict[str, str]) -> str:
        """Record a consent to an authorization request and give its code."""
        client_id = request["client_id"]
        granted = frozenset(LONG_NAMES.get(scope, scope) for scope in scopes)
        offline = request.get("access_type") == "offline"
        with self._lock:
            first = not any(self._is_of(grant, address, client_id) for grant in self._refresh.values())
            grant = Grant(address, self.accounts[address], client_id, granted, offline)
            code = f"4/{secrets.token_urlsafe(32)}"
            self._codes[code] = Code(
                grant,
                request["redirect_uri"],
                request.get("code_challenge"),
                gives_refresh_token=offline and (first or "consent" in request.get("prompt", "")),
                expires=time.time() + CODE_LIFETIME,
            )
        return code

    @staticmethod
    def _is_of(grant: Grant, address: str, client_id: str) -> bool:
        return not grant.revoked and grant.address == address and grant.client_id == client_id

    # Tokens

    def check_client(self, client_id: str, client_secret: str) -> None:
        if client_id not in self.clients:
            raise OAuthError("invalid_client", "The OAuth client was not found.", 401)
        if not secrets.compare_digest(self.clients[client_id].encode(), client_secret.encode()):
            raise OAuthError("invalid_client", "Unauthorized", 401)

    def exchange(self, code: str, client_id: str, redirect_uri: str, verifier: str | None) -> Json:
        """Use a code up; a code that comes again also takes away what it gave (RFC 6749, 4.1.2)."""
        with self._lock:
            found = self._codes.get(code)
            if found is None or found.grant.client_id != client_id or found.expires < time.time():
                raise OAuthError("invalid_grant", "Malformed auth code.")
            if found.used:
                for token in found.access_tokens:
                    self._access.pop(token, None)
                raise OAuthError("invalid_grant", "Bad Request")
            if found.redirect_uri != redirect_uri:
                raise OAuthError("redirect_uri_mismatch", "Bad Request")
            _check_verifier(found.challenge, verifier)
            self._check_policy(found.grant)
            found.used = True
            answer = self._new_access_token(found.grant)
            found.access_tokens.append(answer["access_token"])
            if found.gives_refresh_token and found.grant.address not in self.without_refresh:
                answer["refresh_token"] = self._new_refresh_token(found.grant)
        return answer | self._identity(found.grant)

    def refresh(self, refresh_token: str, client_id: str) -> Json:
        with self._lock:
            grant = self._refresh.get(refresh_token)
            if grant is None or grant.revoked or grant.client_id != client_id:
                raise OAuthError("invalid_grant", "Token has been expired or revoked.")
            self._check_policy(grant)
            answer = self._new_access_token(grant)
        return answer | self._identity(grant)

    def issue(self, address: str, scopes: set[str] | frozenset[str], client_id: str = "local-client") -> Json:
        """Give tokens without any consent, for tests and scripts."""
        address = address.lower()
        granted = frozenset(LONG_NAMES.get(scope, scope) for scope in scopes)
        with self._lock:
            grant = Grant(address, self.accounts[address], client_id, granted, offline=True)
            return {**self._new_access_token(grant), "refresh_token": self._new_refresh_token(grant)}

    def check(self, access_token: str) -> Grant | None:
        """Find the grant behind an access token; None when it is unknown, expired or revoked."""
        with self._lock:
            found = self._access.get(access_token)
        if found is None or found.expires <= time.time() or found.grant.revoked:
            return None
        return found.grant

    def expire_access_tokens(self, address: str) -> None:
        with self._lock:
            for token in self._access.values():
                if token.grant.address == address.lower():
                    token.expires = 0.0

    def revoke(self, token: str) -> bool:
        """Take away all that the account behind a token granted to that client."""
        with self._lock:
            access = self._access.get(token)
            grant = access.grant if access else self._refresh.get(token)
            if grant is None or grant.revoked:
                return False
            self._revoke_where(grant.address, grant.client_id)
        return True

    def revoke_all(self, address: str) -> None:
        """Do what a person does at myaccount.google.com: no client keeps anything."""
        with self._lock:
            self._revoke_where(address.lower(), None)

    def _revoke_where(self, address: str, client_id: str | None) -> None:
        grants = [*self._refresh.values(), *(token.grant for token in self._access.values())]
        for grant in [*grants, *(code.grant for code in self._codes.values())]:
            if grant.address == address and client_id in (None, grant.client_id):
                grant.revoked = True

    def _check_policy(self, grant: Grant) -> None:
        if grant.address in self.blocked:
            raise OAuthError("admin_policy_enforced", "Access blocked by your organization's administrator.")
        if grant.revoked:
            raise OAuthError("invalid_grant", "Token has been expired or revoked.")

    def _new_access_token(self, grant: Grant) -> Json:
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self._access[token] = AccessToken(grant, time.time() + self.access_lifetime)
        return {
            "access_token": token,
            "expires_in": self.access_lifetime,
            "scope": " ".join(sorted(grant.scopes)),
            "token_type": "Bearer",
        }

    def _new_refresh_token(self, grant: Grant) -> str:
        token = f"1//{secrets.token_urlsafe(40)}"
        self._refresh[token] = grant
        return token

    def _identity(self, grant: Grant) -> Json:
        if "openid" not in grant.scopes:
            return {}
        claims: Json = {"iss": ISSUER, "aud": grant.client_id, "azp": grant.client_id, "sub": grant.sub}
        if LONG_NAMES["email"] in grant.scopes:
            claims |= {"email": grant.address, "email_verified": True}
        return {"id_token": self.google_key.sign(claims, 3600)}


def _check_verifier(challenge: str | None, verifier: str | None) -> None:
    """Compare a PKCE verifier with the S256 challenge (RFC 7636, 4.6)."""
    if challenge is None:
        return
    if verifier is None:
        raise OAuthError("invalid_grant", "Missing code verifier.")
    if not secrets.compare_digest(challenge_of(verifier), challenge):
        raise OAuthError("invalid_grant", "Invalid code verifier.")
