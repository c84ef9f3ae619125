"""Own the reading from AWS Secrets Manager, for companies that keep their secrets there.

No key of AWS need lie anywhere: the functions take on a role with the identity token that Google gives them.
"""

from __future__ import annotations

import logging
from functools import cached_property, partial
from typing import TYPE_CHECKING

import botocore.session
from boto3.session import Session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import BotoCoreError, ClientError
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.oauth2 import id_token

from lib.core.errors import Unavailable

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

#: Names in AWS: outreach/oauth-client and so on.
PREFIX = "outreach/"
#: ``aud`` of the identity token; the role's trust policy asks for it as ``accounts.google.com:oaud``. Source:
#: "Available keys for AWS web identity federation" in the IAM user guide.
AUDIENCE = "sts.amazonaws.com"
#: Shown in CloudTrail.
SESSION_NAME = "outreach"
#: Seconds to connect and to wait for an answer; queued work comes again by itself.
LIMITS = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 1})


class AwsSecretsManager:
    """Read from AWS Secrets Manager; ``role``: ARN to take on, None: boto3 finds credentials by itself."""

    def __init__(self, region: str, role: str | None = None) -> None:
        self._region = region
        self._role = role

    @cached_property
    def _client(self) -> SecretsManagerClient:
        # botocore's log repeats what AWS answered: to a debugger all of it, the secrets too.
        logging.getLogger("botocore").setLevel(logging.ERROR)
        session = botocore.session.get_session()
        session.set_config_variable("region", self._region)
        if self._role is not None:
            resolver = CredentialResolver([_GoogleIdentity(session, self._role)])
            session.register_component("credential_provider", resolver)
        return Session(botocore_session=session).client("secretsmanager", config=LIMITS)

    def read(self, name: str) -> bytes:
        """Return the version staged as current; Unavailable when there is none."""
        try:
            answer = self._client.get_secret_value(SecretId=PREFIX + name)
        except ClientError as error:
            raise Unavailable(f"secret {name}: {error.response['Error']['Code']}") from None
        except (BotoCoreError, GoogleAuthError) as error:
            raise Unavailable(f"secret {name}: {type(error).__name__}") from None
        return answer["SecretString"].encode() if "SecretString" in answer else answer["SecretBinary"]


class _GoogleIdentity(CredentialProvider):
    """Take on the role, and again whenever its credentials come to their end after an hour."""

    METHOD = "assume-role-with-web-identity"

    def __init__(self, session: botocore.session.Session, role: str) -> None:
        super().__init__()
        self._fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
            client_creator=session.create_client,
            web_identity_token_loader=partial(id_token.fetch_id_token, Request(), AUDIENCE),
            role_arn=role,
            extra_args={"RoleSessionName": SESSION_NAME},
        )

    def load(self) -> DeferredRefreshableCredentials:
        """Return credentials that are asked for at their first use."""
        return DeferredRefreshableCredentials(
            method=self.METHOD, refresh_using=self._fetcher.fetch_credentials
        )
