"""The functions reach AWS with no key of AWS: with Google's identity token they take on a role."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from google.auth.compute_engine import _metadata
from moto.core.utils import utcnow

from lib.adapters.secrets.aws import AwsSecretsManager
from lib.core.errors import Unavailable
from tests.contract.secret_backends import REGION, AwsBackend
from tests.localcloud.http import serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

ROLE = "arn:aws:iam::123456789012:role/outreach"
#: An unsigned token as the metadata server would give it; nobody here checks it.
IDENTITY = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZXhwIjo0MTAyNDQ0ODAwfQ."
#: That call is not signed, which moto does not understand when it checks.
AFTER_TAKING_THE_ROLE = "1"
#: moto does not look at the resource.
MAY_READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}],
}


class Metadata:
    """Google Cloud's metadata server, as far as identity tokens go."""

    def __init__(self) -> None:
        self.audiences: list[str] = []
        self.down = False

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        path = environ["PATH_INFO"]
        if self.down or environ.get("HTTP_METADATA_FLAVOR") != "Google":
            start_response("403 Forbidden", [])
            return [b""]
        body, kind = b"", "application/text"
        if path.endswith("/identity"):
            self.audiences += parse_qs(environ["QUERY_STRING"])["audience"]
            body = IDENTITY.encode()
        elif path.endswith("/service-accounts/default/"):
            body, kind = b'{"email": "function@local.iam.example.com"}', "application/json"
        start_response("200 OK", [("Metadata-Flavor", "Google"), ("Content-Type", kind)])
        return [body]


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[Metadata]:
    made = Metadata()
    with serve(made) as server:
        host = server.url.removeprefix("http://")
        # The client reads the one at import, the other at each call.
        monkeypatch.setattr(_metadata, "_GCE_METADATA_HOST", host)
        monkeypatch.setenv("GCE_METADATA_IP", host)
        monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
        yield made


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsBackend]:
    """AWS with our secret and a role that may read it; nobody holds a key."""
    made = AwsBackend(monkeypatch)
    made.put("address-key", "ours")
    iam = made.client("iam")
    iam.create_role(RoleName="outreach", AssumeRolePolicyDocument="{}")
    iam.put_role_policy(RoleName="outreach", PolicyName="read", PolicyDocument=json.dumps(MAY_READ))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    yield made
    made.stop()


def test_the_role_reads_ours_with_googles_identity(aws: AwsBackend, metadata: Metadata) -> None:
    aws.check_rights_after(AFTER_TAKING_THE_ROLE)
    source = AwsSecretsManager(REGION, ROLE)
    assert [source.read("address-key") for _ in range(3)] == [b"ours"] * 3
    assert metadata.audiences == ["sts.amazonaws.com"]


def test_a_role_without_the_right_is_denied(aws: AwsBackend, metadata: Metadata) -> None:
    aws.client("iam").delete_role_policy(RoleName="outreach", PolicyName="read")
    aws.check_rights_after(AFTER_TAKING_THE_ROLE)
    with pytest.raises(Unavailable, match=r"^secret address-key: \w+$"):
        AwsSecretsManager(REGION, ROLE).read("address-key")
    assert metadata.audiences


@pytest.mark.usefixtures("aws")
def test_credentials_near_their_end_are_asked_for_anew(
    metadata: Metadata, monkeypatch: pytest.MonkeyPatch
) -> None:
    # They are given for an hour; these have fourteen minutes left.
    started = utcnow() - timedelta(minutes=46)
    monkeypatch.setattr("moto.sts.models.utcnow", lambda: started)
    source = AwsSecretsManager(REGION, ROLE)
    assert source.read("address-key") == source.read("address-key") == b"ours"
    assert len(metadata.audiences) == 2


@pytest.mark.usefixtures("aws")
def test_without_an_identity_the_work_comes_again(metadata: Metadata) -> None:
    metadata.down = True
    source = AwsSecretsManager(REGION, ROLE)
    with pytest.raises(Unavailable, match=r"^secret address-key: \w+$"):
        source.read("address-key")
    metadata.down = False
    assert source.read("address-key") == b"ours"


@pytest.mark.usefixtures("aws")
def test_neither_identity_nor_credentials_show_in_a_log(
    metadata: Metadata, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert AwsSecretsManager(REGION, ROLE).read("address-key") == b"ours"
    assert metadata.audiences
    ours = [record for record in caplog.records if record.name.startswith(("botocore", "boto3", "lib"))]
    shown = " ".join(record.getMessage() for record in ours)
    assert not [word for word in (IDENTITY, "SecretAccessKey", "SessionToken") if word in shown]


@pytest.mark.usefixtures("aws")
def test_without_role_or_credentials_the_operator_is_told_what_is_missing() -> None:
    with pytest.raises(Unavailable, match=r"^secret address-key: NoCredentialsError$"):
        AwsSecretsManager(REGION).read("address-key")
