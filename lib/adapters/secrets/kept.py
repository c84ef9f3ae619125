"""Own the age of the secrets: each is kept in the process for a bounded time, so that rotated ones arrive."""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Callable
from typing import Protocol

from lib.core.errors import Unavailable

#: Seconds for which a value is used before it is read again.
MAX_AGE = 300.0
#: Seconds that lie at least between two readings that somebody asked for before their time.
BETWEEN_EARLY = 10.0
#: Bytes; a shorter key would be guessed.
LEAST_KEY = 16
#: Both alphabets of base64 are understood.
TO_STANDARD = bytes.maketrans(b"-_", b"+/")


class SecretSource(Protocol):
    """Read a secret afresh."""

    def read(self, name: str) -> bytes:
        """Return the newest value; Unavailable when there is none."""


class Secrets:
    """Give the secrets by name; ``monotonic`` counts seconds and bounds the age of what is kept."""

    def __init__(self, source: SecretSource, monotonic: Callable[[], float]) -> None:
        self._source = source
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, bytes]] = {}
        self._early: dict[str, float] = {}

    def get(self, name: str) -> bytes:
        """Return a secret as it is stored, at most five minutes old."""
        with self._lock:
            return self._current(name)

    def afresh(self, name: str) -> bytes:
        """Return a secret read just now; when that was done seconds ago, what was read then.

        For whoever finds that the value must have changed. What cannot be right however often it is read
        must not become a call for each time that it is met.
        """
        with self._lock:
            now, before = self._monotonic(), self._early.get(name)
            if before is None or now - before >= BETWEEN_EARLY:
                self._early[name] = now
                return self._read(name)
            return self._current(name)

    def key(self, name: str) -> bytes:
        """Return the bytes of a key that is stored as base64 text."""
        try:
            key = base64.b64decode(self.get(name).strip().translate(TO_STANDARD), validate=True)
        except binascii.Error:
            raise Unavailable(f"secret {name}: no base64 text") from None
        if len(key) < LEAST_KEY:
            raise Unavailable(f"secret {name}: fewer than {LEAST_KEY} bytes")
        return key

    def _current(self, name: str) -> bytes:
        kept = self._kept.get(name)
        if kept is None or self._monotonic() - kept[0] > MAX_AGE:
            return self._read(name)
        return kept[1]

    def _read(self, name: str) -> bytes:
        self._kept[name] = self._monotonic(), self._source.read(name)
        return self._kept[name][1]
