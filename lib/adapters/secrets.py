"""Own the application's secrets: read from Secret Manager or the environment, kept for a bounded time.

The values never show in an error or a log. A secret that cannot be read is Unavailable, not Permanent: queued
work must come again when the operator has put it right.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Protocol

import grpc
from google.api_core import exceptions
from google.cloud import secretmanager_v1
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)

from lib.core.errors import Unavailable

OAUTH_CLIENT = "oauth-client"
TOKEN_KEYSET = "token-keyset"  # noqa: S105 - the name of a secret
ADDRESS_KEY = "address-key"
TICKET_KEY = "ticket-key"

#: Seconds for which a value is used before it is read again, so that a rotated secret arrives.
MAX_AGE = 300.0
#: Seconds for one read.
TIMEOUT = 10.0
#: Bytes; a shorter key would be guessed.
LEAST_KEY = 16
#: Both alphabets of base64 are understood.
TO_STANDARD = bytes.maketrans(b"-_", b"+/")


class SecretSource(Protocol):
    """Read a secret afresh."""

    def read(self, name: str) -> bytes:
        """Return the newest value; Unavailable when there is none."""


class SecretManager:
    """Read from Google's Secret Manager; ``endpoint`` is host:port of a plain-text gRPC one, or None."""

    def __init__(self, project: str, endpoint: str | None = None) -> None:
        self._project = project
        self._endpoint = endpoint

    @cached_property
    def _client(self) -> secretmanager_v1.SecretManagerServiceClient:
        if self._endpoint is None:
            return secretmanager_v1.SecretManagerServiceClient()
        channel = grpc.insecure_channel(self._endpoint)
        transport = SecretManagerServiceGrpcTransport(channel=channel)
        return secretmanager_v1.SecretManagerServiceClient(transport=transport)

    def read(self, name: str) -> bytes:
        """Return the newest version; Unavailable when there is none."""
        path = f"projects/{self._project}/secrets/{name}/versions/latest"
        try:
            answer = self._client.access_secret_version(name=path, timeout=TIMEOUT)
        except (exceptions.GoogleAPIError, grpc.RpcError) as error:
            raise Unavailable(f"secret {name}: {type(error).__name__}") from None
        return bytes(answer.payload.data)


class EnvironmentSecrets:
    """Read from variables like OUTREACH_SECRET_OAUTH_CLIENT."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def read(self, name: str) -> bytes:
        """Return the variable's value; Unavailable when it is missing."""
        variable = "OUTREACH_SECRET_" + name.upper().replace("-", "_")
        value = self._variables.get(variable, "")
        if not value:
            raise Unavailable(f"secret {name}: {variable} is missing")
        return value.encode()


class Secrets:
    """Give the secrets by name; ``monotonic`` counts seconds and bounds the age of what is kept."""

    def __init__(self, source: SecretSource, monotonic: Callable[[], float]) -> None:
        self._source = source
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, bytes]] = {}

    def get(self, name: str) -> bytes:
        """Return a secret as it is stored, at most five minutes old."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or self._monotonic() - kept[0] > MAX_AGE:
                kept = self._monotonic(), self._source.read(name)
                self._kept[name] = kept
            return kept[1]

    def key(self, name: str) -> bytes:
        """Return the bytes of a key that is stored as base64 text."""
        try:
            key = base64.b64decode(self.get(name).strip().translate(TO_STANDARD), validate=True)
        except binascii.Error:
            raise Unavailable(f"secret {name}: no base64 text") from None
        if len(key) < LEAST_KEY:
            raise Unavailable(f"secret {name}: fewer than {LEAST_KEY} bytes")
        return key
