"""Own the places where secrets lie, each with its reader: Google's, AWS's, and the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import boto3
import grpc
import requests
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from lib.adapters.secrets.aws import AwsSecretsManager
from lib.adapters.secrets.environment import EnvironmentSecrets
from lib.adapters.secrets.secret_manager import SecretManager
from tests.localcloud.grpc_server import Refused
from tests.localcloud.http import serve
from tests.localcloud.secret_manager import SecretManager as LocalSecretManager

if TYPE_CHECKING:
    import pytest
    from google.cloud import secretmanager_v1

    from lib.adapters.secrets import SecretSource

REGION = "eu-central-1"
ACCOUNT = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": REGION}
NEVER = "inf"


class Ticking:
    """A monotonic clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Backend(Protocol):
    """A place where secrets lie."""

    source: SecretSource

    def put(self, name: str, value: str) -> None:
        """Make a value the newest one of a secret."""

    def variables(self) -> dict[str, str]:
        """Return the variables by which the functions' settings name it."""

    def deny(self) -> None:
        """Refuse whoever reads from now on."""

    def stop(self) -> None:
        """Be down."""


class _Denying(LocalSecretManager):
    """Google's as it is, until it lets nobody in."""

    denied = False

    def access(
        self, request: secretmanager_v1.AccessSecretVersionRequest
    ) -> secretmanager_v1.AccessSecretVersionResponse:
        if self.denied:
            raise Refused(
                grpc.StatusCode.PERMISSION_DENIED, "Permission 'secretmanager.versions.access' denied"
            )
        return super().access(request)


class GoogleBackend:
    """Google's Secret Manager, over the local gRPC stand-in."""

    def __init__(self) -> None:
        self._manager = _Denying()
        self._server = self._manager.serve()
        self.source: SecretSource = SecretManager("local", self._server.target)

    def put(self, name: str, value: str) -> None:
        self._manager.put("local", {name: value})

    def variables(self) -> dict[str, str]:
        return {"SECRET_MANAGER_ENDPOINT": self._server.target}

    def deny(self) -> None:
        self._manager.denied = True

    def stop(self) -> None:
        self._server.stop()


class AwsBackend:
    """AWS Secrets Manager, over moto's server on loopback."""

    def __init__(self, environment: pytest.MonkeyPatch) -> None:
        self._server = serve(DomainDispatcherApplication(create_backend_app))
        self.url = self._server.url
        self._stopped = False
        self.forget()
        for name, value in self.environment().items():
            environment.setenv(name, value)
        self.source: SecretSource = AwsSecretsManager(REGION)
        self._secrets = self.client("secretsmanager")

    def environment(self) -> dict[str, str]:
        """Return what boto3 reads by itself; nothing of the machine's own account comes in."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": ACCOUNT["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": ACCOUNT["aws_secret_access_key"],
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """Return the account owner's client of a service."""
        session: Any = boto3.session.Session()
        return session.client(service, endpoint_url=self.url, **ACCOUNT)

    def put(self, name: str, value: str) -> None:
        try:
            self._secrets.create_secret(Name=f"outreach/{name}", SecretString=value)
        except self._secrets.exceptions.ResourceExistsException:
            self._secrets.put_secret_value(SecretId=f"outreach/{name}", SecretString=value)

    def variables(self) -> dict[str, str]:
        return {"AWS_REGION": REGION}

    def deny(self) -> None:
        self.check_rights_after("0")

    def check_rights_after(self, calls: str) -> None:
        """Let moto check signatures and policies once that many calls were made."""
        requests.post(f"{self.url}/moto-api/reset-auth", data=calls, timeout=10).raise_for_status()

    def forget(self) -> None:
        """Empty what moto keeps for the whole process."""
        requests.post(f"{self.url}/moto-api/reset", timeout=10).raise_for_status()
        self.check_rights_after(NEVER)

    def stop(self) -> None:
        if not self._stopped:
            self.forget()
            self._server.stop()
        self._stopped = True


class EnvironmentBackend:
    """Variables of this process; nobody can be refused them, and they are never down."""

    def __init__(self) -> None:
        self._variables: dict[str, str] = {}
        self.source: SecretSource = EnvironmentSecrets(self._variables)

    def put(self, name: str, value: str) -> None:
        self._variables["OUTREACH_SECRET_" + name.upper().replace("-", "_")] = value

    def variables(self) -> dict[str, str]:
        return self._variables

    def deny(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        pass


def backend_of(kind: str, environment: pytest.MonkeyPatch) -> Backend:
    """Return one of "gcp", "aws" and "env", empty."""
    if kind == "env":
        return EnvironmentBackend()
    return AwsBackend(environment) if kind == "aws" else GoogleBackend()
