"""Own the local Secret Manager: named secrets with numbered versions, served over gRPC.

A version never changes once added; "latest" is the newest one whatever its state, as at Google.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import grpc
from google.cloud import secretmanager_v1 as sm

from tests.localcloud.command_line import port_from
from tests.localcloud.grpc_server import CallCounter, GrpcServer, Method, Refused, service
from tests.localcloud.interrupts import run_until_stopped

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"
MAX_PAYLOAD = 65536
_CASTAGNOLI = 0x82F63B78


def crc32c(data: bytes) -> int:
    """Return the CRC-32C of ``data`` (RFC 3720 appendix B.4), which Secret Manager puts beside a payload."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_CASTAGNOLI if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class SecretManager:
    """Keep secrets in memory; a name is ``projects/P/secrets/S``, a version ``.../versions/N``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: dict[str, sm.Secret] = {}
        self._versions: dict[str, list[sm.SecretVersion]] = {}
        self._payloads: dict[str, bytes] = {}
        self.calls = CallCounter()

    def serve(self, port: int = 0) -> GrpcServer:
        return GrpcServer([service(SERVICE, self._methods(), self.calls)], port, workers=8)

    def put(self, project: str, values: Mapping[str, str]) -> None:
        """Fill in secrets from inside, each with one more version."""
        for secret_id, value in values.items():
            parent = f"projects/{project}"
            if f"{parent}/secrets/{secret_id}" not in self._secrets:
                self.create(sm.CreateSecretRequest(parent=parent, secret_id=secret_id))
            payload = sm.SecretPayload(data=value.encode())
            name = f"{parent}/secrets/{secret_id}"
            self.add_version(sm.AddSecretVersionRequest(parent=name, payload=payload))

    def create(self, request: sm.CreateSecretRequest) -> sm.Secret:
        name = f"{request.parent}/secrets/{request.secret_id}"
        with self._lock:
            if name in self._secrets:
                raise Refused(grpc.StatusCode.ALREADY_EXISTS, f"Secret [{name}] already exists.")
            self._secrets[name] = sm.Secret(request.secret, name=name)
            self._versions[name] = []
            return self._secrets[name]

    def get(self, request: sm.GetSecretRequest) -> sm.Secret:
        with self._lock:
            self._versions_of(request.name)
            return self._secrets[request.name]

    def add_version(self, request: sm.AddSecretVersionRequest) -> sm.SecretVersion:
        payload = request.payload
        if len(payload.data) > MAX_PAYLOAD:
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "The secret payload is over 64 KiB.")
        if "data_crc32c" in payload and payload.data_crc32c != crc32c(payload.data):
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "The checksum does not match the payload.")
        with self._lock:
            versions = self._versions_of(request.parent)
            name = f"{request.parent}/versions/{len(versions) + 1}"
            version = sm.SecretVersion(name=name, state=sm.SecretVersion.State.ENABLED)
            versions.append(version)
            self._payloads[name] = payload.data
            return version

    def access(self, request: sm.AccessSecretVersionRequest) -> sm.AccessSecretVersionResponse:
        with self._lock:
            version = self._version(request.name)
            if version.state != sm.SecretVersion.State.ENABLED:
                raise Refused(
                    grpc.StatusCode.FAILED_PRECONDITION, f"Secret Version [{version.name}] is not ENABLED."
                )
            data = self._payloads[version.name]
        payload = sm.SecretPayload(data=data, data_crc32c=crc32c(data))
        return sm.AccessSecretVersionResponse(name=version.name, payload=payload)

    def list_versions(self, request: sm.ListSecretVersionsRequest) -> sm.ListSecretVersionsResponse:
        with self._lock:
            newest_first = self._versions_of(request.parent)[::-1]
        return sm.ListSecretVersionsResponse(versions=newest_first, total_size=len(newest_first))

    def disable(self, request: sm.DisableSecretVersionRequest) -> sm.SecretVersion:
        with self._lock:
            version = self._version(request.name)
            version.state = sm.SecretVersion.State(sm.SecretVersion.State.DISABLED)
            return version

    def _versions_of(self, name: str) -> list[sm.SecretVersion]:
        if name not in self._versions:
            raise Refused(grpc.StatusCode.NOT_FOUND, f"Secret [{name}] not found.")
        return self._versions[name]

    def _version(self, name: str) -> sm.SecretVersion:
        secret, _, number = name.partition("/versions/")
        versions = self._versions_of(secret)
        wanted = f"{secret}/versions/{len(versions)}" if number == "latest" else name
        for version in versions:
            if version.name == wanted:
                return version
        raise Refused(grpc.StatusCode.NOT_FOUND, f"Secret Version [{name}] not found.")

    def _methods(self) -> dict[str, Method]:
        table: list[tuple[str, Any, Any, Any]] = [
            ("CreateSecret", self.create, sm.CreateSecretRequest, sm.Secret),
            ("GetSecret", self.get, sm.GetSecretRequest, sm.Secret),
            ("AddSecretVersion", self.add_version, sm.AddSecretVersionRequest, sm.SecretVersion),
            (
                "AccessSecretVersion",
                self.access,
                sm.AccessSecretVersionRequest,
                sm.AccessSecretVersionResponse,
            ),
            (
                "ListSecretVersions",
                self.list_versions,
                sm.ListSecretVersionsRequest,
                sm.ListSecretVersionsResponse,
            ),
            ("DisableSecretVersion", self.disable, sm.DisableSecretVersionRequest, sm.SecretVersion),
        ]
        return {name: Method(run, asked.deserialize, given.serialize) for name, run, asked, given in table}


def main(argv: list[str]) -> None:
    """Serve an empty Secret Manager until stopped."""
    server = SecretManager().serve(port_from(argv, "secrets"))
    print(f"SECRET_MANAGER_ENDPOINT={server.target}", flush=True)
    run_until_stopped(server.stop)
