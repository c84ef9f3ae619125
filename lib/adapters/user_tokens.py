"""Own the check of the web app's user tokens: RS256 JWTs against the issuer's published keys.

The algorithm is pinned, so that a token cannot choose how it is checked. The keys are fetched once and kept;
an unknown key id leads to one fetch in half a minute at most, however many such tokens come.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jwt

from lib.core.callers import ORG_ID, VerifiedCaller
from lib.core.errors import Forbidden, Unauthenticated, Unavailable

#: Seconds by which the issuer's clock may differ from ours.
LEEWAY = 60
#: Seconds for one fetch of the keys.
TIMEOUT = 10


class UserTokens:
    """Verify tokens of one issuer for any of some audiences; ``jwks_url`` is where its keys lie."""

    def __init__(
        self,
        *,
        issuer: str,
        audiences: Sequence[str],
        jwks_url: str,
        org_claim: str = "org",
        role_claim: str = "role",
    ) -> None:
        self._issuer = issuer
        self._audiences = audiences
        self._org_claim = org_claim
        self._role_claim = role_claim
        self._keys = jwt.PyJWKClient(jwks_url, timeout=TIMEOUT)

    def verify(self, token: str) -> VerifiedCaller:
        """Return who the token speaks for.

        Unauthenticated: the token proves nothing. Forbidden: it is good, but names no org or role of ours, or
        an address that is not verified.
        Unavailable: the keys cannot be fetched.
        """
        claims = self._claims(token)
        email, org, role = claims["email"], claims.get(self._org_claim), claims.get(self._role_claim)
        if not isinstance(email, str) or not email:
            raise Unauthenticated("the token names no e-mail address")
        # Whose mailbox it is and who is somebody's delegate goes by the address: it has to be theirs.
        if claims.get("email_verified", True) is not True:
            raise Forbidden("the token's e-mail address is not verified")
        if not isinstance(org, str) or not ORG_ID.fullmatch(org):
            raise Forbidden("the token names no valid organisation")
        if role not in ("member", "admin"):
            raise Forbidden("the token gives neither the role member nor admin")
        return VerifiedCaller(org=org, user=claims["sub"], email=email, role=role)

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._audiences,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub", "email"]},
            )
        except jwt.PyJWKClientConnectionError:
            raise Unavailable("the keys of the web app's issuer cannot be fetched") from None
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("the token has expired") from None
        except jwt.PyJWTError:
            # Which check failed helps only those who forge.
            raise Unauthenticated("the token is not valid") from None
