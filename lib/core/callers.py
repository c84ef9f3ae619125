"""Own the verified caller: who asks, on behalf of which org, in which role.

A VerifiedCaller is made only from a token whose signature, issuer, audience and times have been checked.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

#: An org's id becomes part of document paths.
ORG_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

Role = Literal["member", "admin"]


class VerifiedCaller(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a user of the web app; ``user`` is the token's ``sub``."""

    org: str
    user: str
    email: str
    role: Role
