"""Own the sealing of users' refresh tokens: Tink AEAD, bound to org and mailbox.

Invariants: a sealed token that is copied to another org or mailbox does not open there; one that was sealed
with a key of which this process has not heard yet makes it read the keyset afresh, so that a rotation fails
nothing.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from dataclasses import dataclass

import tink
from tink import aead, secret_key_access
from tink.proto import tink_pb2

from lib.core.errors import Permanent, Unavailable

#: A sealed text begins with a version and the key's id, which is not authenticated: a hint, no more. Source:
#: "Tink output prefix", developers.google.com/tink/wire-format.
TINK_VERSION = 1
PREFIX_BYTES = 5


@dataclass(frozen=True, slots=True, repr=False)
class _Loaded:
    """Hold a keyset that was made ready to use."""

    keyset: bytes
    primitive: aead.Aead
    primary: int
    keys: frozenset[int]


class TinkVault:
    """Seal and open with the keyset, given as its JSON.

    ``keyset`` returns it as this process knows it and is asked each time, ``afresh`` returns the newest one.
    """

    def __init__(self, keyset: Callable[[], bytes], afresh: Callable[[], bytes]) -> None:
        aead.register()
        self._keyset = keyset
        self._afresh = afresh
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def seal(self, secret: str, *, org: str, mailbox: str) -> str:
        """Return the secret sealed to org and mailbox, as base64url text."""
        sealed = self._load(self._keyset()).primitive.encrypt(secret.encode(), _bound_to(org, mailbox))
        return base64.urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str, *, org: str, mailbox: str) -> str:
        """Return the secret; Permanent when it was sealed to another org or mailbox.

        Unavailable when its key is in no keyset: an operator may have taken the key out too early.
        """
        data, key = _taken_apart(sealed)
        known = self._load(self._keyset())
        if key not in known.keys:
            known = self._load(self._afresh())
        if key not in known.keys:
            raise Unavailable(f"the keyset holds no key {key}")
        try:
            opened: bytes = known.primitive.decrypt(data, _bound_to(org, mailbox))
            return opened.decode()
        except (tink.TinkError, ValueError):
            raise _no_token() from None

    def is_current(self, sealed: str) -> bool:
        """Say whether the secret is sealed with the keyset's primary key; Permanent when it is not sealed."""
        _, key = _taken_apart(sealed)
        # Whoever says no here seals anew at once, and must not do that with the key of yesterday.
        return key == self._load(self._keyset()).primary or key == self._load(self._afresh()).primary

    def _load(self, keyset: bytes) -> _Loaded:
        """Return a keyset ready to use, made once for each."""
        with self._lock:
            if self._loaded is None or self._loaded.keyset != keyset:
                self._loaded = _loaded(keyset)
            return self._loaded


def _loaded(keyset: bytes) -> _Loaded:
    try:
        handle = tink.json_proto_keyset_format.parse(keyset.decode(), secret_key_access.TOKEN)
        primitive = handle.primitive(aead.Aead)
    except (tink.TinkError, ValueError):
        raise Unavailable("secret token-keyset: no Tink keyset of AEAD keys in JSON") from None
    info = handle.keyset_info()
    if any(key.output_prefix_type != tink_pb2.OutputPrefixType.TINK for key in info.key_info):
        raise Unavailable("secret token-keyset: a key without Tink's output prefix")
    enabled = frozenset(key.key_id for key in info.key_info if key.status == tink_pb2.KeyStatusType.ENABLED)
    return _Loaded(keyset, primitive, info.primary_key_id, enabled)


def _taken_apart(sealed: str) -> tuple[bytes, int]:
    """Return the bytes of a sealed text, and the id of its key."""
    try:
        data = base64.urlsafe_b64decode(sealed)
    except ValueError:
        raise _no_token() from None
    if len(data) < PREFIX_BYTES or data[0] != TINK_VERSION:
        raise _no_token()
    return data, int.from_bytes(data[1:PREFIX_BYTES])


def _no_token() -> Permanent:
    return Permanent("the sealed token does not open for this org and mailbox")


def _bound_to(org: str, mailbox: str) -> bytes:
    # The separator can be part of neither id, so that no two pairs give the same bytes.
    return f"refresh-token\x1f{org}\x1f{mailbox}".encode()
