"""Owns the RSA keys of the stand-in: one for Google's ID tokens, one for the web app's user tokens.

Keys are made at first use and live as long as the process.
"""

import json
import time
import uuid
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

Json = dict[str, Any]


class SigningKey:
    """An RSA key with its id; signs JWTs and shows its public half as a JWKS."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex[:16]

    @cached_property
    def _private(self) -> RSAPrivateKey:
        return generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, claims: Json, lifetime: int) -> str:
        now = int(time.time())
        stamped = {"iat": now, "exp": now + lifetime, **claims}
        return jwt.encode(stamped, self._private, algorithm="RS256", headers={"kid": self.id})

    def jwks(self) -> Json:
        public: Json = json.loads(RSAAlgorithm.to_jwk(self._private.public_key()))
        return {"keys": [{**public, "kid": self.id, "use": "sig", "alg": "RS256"}]}
