"""Own the wiring: which adapter stands for which port, made at first use and kept for the process.

Adapters are imported where they are made: a function that sends no mail does not pay for Gmail's client at
its cold start.
"""

from __future__ import annotations

import secrets as randomness
import threading
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from lib.config import Settings, origin_of, settings
from lib.core.errors import MailboxDisconnected, Unavailable
from lib.ports import Clock, Gmail, OAuth, Store, Tasks, Vault, Webhooks

if TYPE_CHECKING:
    from lib.adapters.gmail import GmailAccess, OAuthClient
    from lib.adapters.secrets import Secrets, SecretSource
    from lib.adapters.user_tokens import UserTokens
    from lib.core.records import Inbox


class Wiring:
    """Implement ``lib.ports.Services``; a subclass may put others in the place of single adapters."""

    def __init__(self, configuration: Settings) -> None:
        self.settings = configuration

    @cached_property
    def store(self) -> Store:
        """Return the store."""
        from lib.adapters.firestore_store import FirestoreStore  # noqa: PLC0415 - cold start

        return FirestoreStore(self.settings.project)

    @cached_property
    def clock(self) -> Clock:
        """Return the clock."""
        from lib.adapters.clock import HttpClock, SystemClock  # noqa: PLC0415 - cold start

        return HttpClock(self.settings.clock_url) if self.settings.clock_url else SystemClock()

    @cached_property
    def tasks(self) -> Tasks:
        """Return the queues."""
        from lib.adapters.cloud_tasks import CloudTasks  # noqa: PLC0415 - cold start
        from lib.flows.queueing_events import DELIVERED_BY  # noqa: PLC0415 - cold start

        return CloudTasks(
            queue=self.settings.queue,
            queues={DELIVERED_BY: self.settings.event_queue},
            base_url=self.settings.base_url,
            task_url=self.settings.task_url,
            invoker=self.settings.invoker,
            endpoint=self.settings.cloud_tasks_endpoint,
        )

    @cached_property
    def vault(self) -> Vault:
        """Return the vault."""
        from lib.adapters.vault import TinkVault  # noqa: PLC0415 - cold start

        known = self.secrets
        return TinkVault(lambda: known.get("token-keyset"), lambda: known.afresh("token-keyset"))

    @cached_property
    def oauth(self) -> OAuth:
        """Return Google's OAuth."""
        from lib.adapters.oauth import GoogleOAuth  # noqa: PLC0415 - cold start

        def client() -> tuple[str, str]:
            known = self._oauth_client()
            return known.client_id, known.client_secret

        return GoogleOAuth(
            auth_url=self.settings.oauth_auth_url,
            token_url=self.settings.oauth_token_url,
            revoke_url=self.settings.oauth_revoke_url,
            userinfo_url=self.settings.oauth_userinfo_url,
            client=client,
        )

    @cached_property
    def webhooks(self) -> Webhooks:
        """Return the way to the webhooks of others."""
        from lib.adapters.webhooks import HttpWebhooks  # noqa: PLC0415 - cold start

        return HttpWebhooks(loopback=self.settings.webhooks_loopback)

    @property
    def address_key(self) -> bytes:
        """Return the secret under which addresses are hashed; it never rotates."""
        return self.secrets.key("address-key")

    @property
    def ticket_key(self) -> bytes:
        """Return the secret that signs tickets and opt-out links."""
        return self.secrets.key("ticket-key")

    @property
    def base_url(self) -> str:
        """Return the URL below which the functions lie."""
        return self.settings.base_url

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Return the web app's origins: its pages may call us, and return URLs lie under one of them.

        Our own is one of them, for the console.
        """
        return (*self.settings.allowed_origins, origin_of(self.settings.base_url))

    @property
    def backup_days(self) -> int:
        """Return for how many days backups of the store are kept."""
        return self.settings.backup_days

    @property
    def topic(self) -> str:
        """Return the Pub/Sub topic of Gmail's notifications."""
        return self.settings.topic

    def gmail(self, inbox: Inbox) -> Gmail:
        """Return the mailbox of a connection, a leaving one too; MailboxDisconnected when it is gone."""
        if inbox.status == "disconnected":
            self._gmail_access.forget(inbox.id)
            raise MailboxDisconnected("the mailbox is not connected")

        def unsealed() -> str:
            return self.vault.open(inbox.sealed_token, org=inbox.org, mailbox=inbox.mailbox)

        if inbox.status == "leaving":
            return self._gmail_access.leaving_mailbox(inbox.id, unsealed, inbox.access)
        return self._gmail_access.mailbox(inbox.id, inbox.sealed_token, unsealed, inbox.access)

    def gmail_with(self, access_token: str) -> Gmail:
        """Return the mailbox behind a fresh access token, before anything is stored."""
        return self._gmail_access.with_access_token(access_token)

    def new_id(self) -> str:
        """Return a new random id: 128 bits."""
        return randomness.token_hex(16)

    @cached_property
    def secrets(self) -> Secrets:
        """Return the application's secrets."""
        from lib.adapters.secrets import Secrets  # noqa: PLC0415 - cold start

        return Secrets(self._secret_source(), time.monotonic)

    def _secret_source(self) -> SecretSource:
        """Return where the secrets lie; each source brings a client of its own."""
        known = self.settings
        if known.secrets_backend == "env":
            from lib.adapters.secrets.environment import EnvironmentSecrets  # noqa: PLC0415 - cold start

            return EnvironmentSecrets(known.secrets)
        if known.secrets_backend == "aws":
            from lib.adapters.secrets.aws import AwsSecretsManager  # noqa: PLC0415 - cold start

            return AwsSecretsManager(known.aws_region, known.aws_role)
        from lib.adapters.secrets.secret_manager import SecretManager  # noqa: PLC0415 - cold start

        return SecretManager(known.project, known.secret_manager_endpoint)

    @cached_property
    def callers(self) -> UserTokens:
        """Return the check of the web app's user tokens."""
        from lib.adapters.user_tokens import UserTokens  # noqa: PLC0415 - cold start

        return UserTokens(
            issuer=self.settings.webapp_issuer,
            # The console's own ID tokens are user tokens, too.
            audiences=[
                one for one in (self.settings.webapp_audience, self.settings.console_client_id) if one
            ],
            jwks_url=self.settings.webapp_jwks_url,
            org_claim=self.settings.webapp_org_claim,
            role_claim=self.settings.webapp_role_claim,
        )

    @cached_property
    def _gmail_access(self) -> GmailAccess:
        from lib.adapters.gmail import GmailAccess  # noqa: PLC0415 - cold start

        return GmailAccess(
            endpoint=self.settings.gmail_api_endpoint,
            token_url=self.settings.oauth_token_url,
            client=self._oauth_client,
            now=self.clock.now,
        )

    def _oauth_client(self) -> OAuthClient:
        from lib.adapters.gmail import OAuthClient  # noqa: PLC0415 - cold start

        try:
            return msgspec.json.decode(self.secrets.get("oauth-client"), type=OAuthClient)
        except msgspec.MsgspecError:
            raise Unavailable("secret oauth-client: no JSON with client_id and client_secret") from None


class _Process:
    """Hold the one wiring of this process, made at first use."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.make: Callable[[], Wiring] = lambda: Wiring(settings())
        self.made: Wiring | None = None


_process = _Process()


def services() -> Wiring:
    """Return what the functions of this process work with."""
    with _process.lock:
        if _process.made is None:
            _process.made = _process.make()
        return _process.made


def use(make: Callable[[], Wiring]) -> None:
    """Let ``make`` do the wiring from now on: the in-memory demo and tests."""
    with _process.lock:
        _process.make, _process.made = make, None
