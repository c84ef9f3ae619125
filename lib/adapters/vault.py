"""Own the sealing of users' refresh tokens: envelope by Tink AEAD, bound to org and mailbox.

A sealed token that is copied to another org or mailbox does not open there.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable

import tink
from tink import aead, secret_key_access

from lib.core.errors import Permanent


class TinkVault:
    """Seal and open with the keyset; ``keyset`` returns its JSON, and is asked each time: it may rotate."""

    def __init__(self, keyset: Callable[[], bytes]) -> None:
        aead.register()
        self._keyset = keyset
        self._lock = threading.Lock()
        self._loaded: tuple[bytes, aead.Aead] | None = None

    def seal(self, secret: str, *, org: str, mailbox: str) -> str:
        """Return the secret sealed to org and mailbox, as base64url text."""
        sealed = self._primitive().encrypt(secret.encode(), _bound_to(org, mailbox))
        return base64.urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str, *, org: str, mailbox: str) -> str:
        """Return the secret; Permanent when it was sealed to another org or mailbox."""
        try:
            data = base64.urlsafe_b64decode(sealed)
            opened: bytes = self._primitive().decrypt(data, _bound_to(org, mailbox))
            return opened.decode()
        except (tink.TinkError, ValueError):
            raise Permanent("the sealed token does not open for this org and mailbox") from None

    def _primitive(self) -> aead.Aead:
        """Return the primitive of the present keyset, made once for each keyset."""
        keyset = self._keyset()
        with self._lock:
            if self._loaded is None or self._loaded[0] != keyset:
                handle = tink.json_proto_keyset_format.parse(keyset.decode(), secret_key_access.TOKEN)
                self._loaded = keyset, handle.primitive(aead.Aead)
            return self._loaded[1]


def _bound_to(org: str, mailbox: str) -> bytes:
    # The separator can be part of neither id, so that no two pairs give the same bytes.
    return f"refresh-token\x1f{org}\x1f{mailbox}".encode()
