"""Own the reading from Google's Secret Manager: the newest version of a secret of the project."""

from __future__ import annotations

from functools import cached_property

import grpc
from google.api_core import exceptions
from google.auth.exceptions import GoogleAuthError
from google.cloud import secretmanager_v1
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)

from lib.core.errors import Unavailable

#: Seconds for one read.
TIMEOUT = 10.0


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
            # The client's own retries would go on for a minute, and all that time others wait.
            answer = self._client.access_secret_version(name=path, timeout=TIMEOUT, retry=None)
        except (exceptions.GoogleAPIError, GoogleAuthError, grpc.RpcError) as error:
            raise Unavailable(f"secret {name}: {type(error).__name__}") from None
        return bytes(answer.payload.data)
