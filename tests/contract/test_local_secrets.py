"""Show that the local Secret Manager behaves as Google's, through the official client."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest
from google.api_core import exceptions
from google.cloud import secretmanager_v1
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)

from tests.localcloud.secret_manager import SecretManager, crc32c


@pytest.fixture
def secrets() -> Iterator[secretmanager_v1.SecretManagerServiceClient]:
    server = SecretManager().serve()
    channel = grpc.insecure_channel(server.target)
    yield secretmanager_v1.SecretManagerServiceClient(
        transport=SecretManagerServiceGrpcTransport(channel=channel)
    )
    channel.close()
    server.stop()


class TestSecretManager:
    def test_versions_are_added_read_and_disabled(
        self, secrets: secretmanager_v1.SecretManagerServiceClient
    ) -> None:
        secret = secrets.create_secret(
            parent="projects/local", secret_id="key", secret=secretmanager_v1.Secret()
        )
        assert secrets.get_secret(name=secret.name).name == "projects/local/secrets/key"
        for value in (b"one", b"two"):
            secrets.add_secret_version(parent=secret.name, payload=secretmanager_v1.SecretPayload(data=value))
        latest = secrets.access_secret_version(name=f"{secret.name}/versions/latest")
        assert latest.name == f"{secret.name}/versions/2"
        assert latest.payload.data == b"two"
        assert latest.payload.data_crc32c == crc32c(b"two")
        assert secrets.access_secret_version(name=f"{secret.name}/versions/1").payload.data == b"one"
        secrets.disable_secret_version(name=f"{secret.name}/versions/1")
        with pytest.raises(exceptions.FailedPrecondition):
            secrets.access_secret_version(name=f"{secret.name}/versions/1")
        states = [version.state.name for version in secrets.list_secret_versions(parent=secret.name)]
        assert states == ["ENABLED", "DISABLED"]

    def test_what_is_missing_doubled_or_damaged_is_refused(
        self, secrets: secretmanager_v1.SecretManagerServiceClient
    ) -> None:
        name = "projects/local/secrets/key"
        with pytest.raises(exceptions.NotFound):
            secrets.access_secret_version(name=f"{name}/versions/latest")
        secrets.create_secret(parent="projects/local", secret_id="key", secret=secretmanager_v1.Secret())
        with pytest.raises(exceptions.NotFound):
            secrets.access_secret_version(name=f"{name}/versions/latest")
        with pytest.raises(exceptions.AlreadyExists):
            secrets.create_secret(parent="projects/local", secret_id="key", secret=secretmanager_v1.Secret())
        with pytest.raises(exceptions.InvalidArgument):
            secrets.add_secret_version(
                parent=name, payload=secretmanager_v1.SecretPayload(data=b"one", data_crc32c=1)
            )

    def test_the_checksum_is_crc_32c(self) -> None:
        assert crc32c(b"123456789") == 0xE3069283
