"""Own the configuration: frozen Settings, and the only place that reads the environment.

========================== ======== =====================================================================
variable                   needed   meaning
========================== ======== =====================================================================
OUTREACH_PROJECT           yes      Google Cloud project of Firestore, Tasks and secrets
OUTREACH_REGION            no       region of the functions; shown only
OUTREACH_BASE_URL          yes      URL below which the functions lie, without a slash at the end
OUTREACH_ALLOWED_ORIGINS   no       web app origins, by comma: CORS and return URLs
OUTREACH_QUEUE             yes      projects/P/locations/L/queues/Q, the queue of the tasks
OUTREACH_EVENT_QUEUE       no       the same for events to webhooks; unset: OUTREACH_QUEUE
OUTREACH_TASK_URL          no       where tasks find a function, with {service} for its name in Cloud Run ("_"
                                    becomes "-"): https://{service}-NUMBER.REGION.run.app; unset:
                                    OUTREACH_BASE_URL/function
OUTREACH_TOPIC             yes      projects/P/topics/T, where Gmail publishes
OUTREACH_INVOKER           no       service account that tasks call with; unset: no token (local only)
OUTREACH_BACKUP_DAYS       no       for how many days Firestore's backups are kept; on receipts of erasure
                                    (default: 30)
OUTREACH_WEBHOOKS_LOOPBACK no       yes: webhooks may be plain http to this machine (tests, local only)
OUTREACH_CLOCK_URL         no       URL of a clock; unset: the system's
OUTREACH_SECRET_*          if env   the secrets, for SECRETS_BACKEND=env: ..._OAUTH_CLIENT, ..._TOKEN_KEYSET,
                                    ..._ADDRESS_KEY, ..._TICKET_KEY
SECRETS_BACKEND            no       gcp (default), aws or env
OUTREACH_AWS_ROLE          no       for SECRETS_BACKEND=aws: ARN of the role that the functions take on with
                                    their Google identity; unset: boto3's own credentials
AWS_REGION                 if aws   region of AWS Secrets Manager; AWS_ENDPOINT_URL is read by boto3 itself
WEBAPP_ISSUER              yes      ``iss`` of the web app's user tokens
WEBAPP_AUDIENCE            yes      ``aud`` of the web app's user tokens
WEBAPP_JWKS_URL            yes      where the keys lie that sign them
WEBAPP_ORG_CLAIM           no       claim that names the org (default: org)
WEBAPP_ROLE_CLAIM          no       claim that names the role, member or admin (default: role)
OUTREACH_CONSOLE_CLIENT_ID no       client id of the console at WEBAPP_ISSUER: public, code and PKCE, its ID
                                    tokens with those claims; unset: nobody can sign in to it
OUTREACH_CONSOLE_CONNECTS  no       further origins of the issuer's that its sign-in calls, by comma
FIRESTORE_EMULATOR_HOST    no       read by Google's own client
CLOUD_TASKS_ENDPOINT       no       host:port of a plain-text gRPC endpoint; unset: Google's
SECRET_MANAGER_ENDPOINT    no       the same for Secret Manager
GMAIL_API_ENDPOINT         no       root URL of Gmail's API; unset: Google's
GOOGLE_OAUTH_AUTH_URL      no       Google's consent page; likewise GOOGLE_OAUTH_TOKEN_URL,
                                    GOOGLE_OAUTH_REVOKE_URL and GOOGLE_OAUTH_USERINFO_URL
========================== ======== =====================================================================
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

SECRET_PREFIX = "OUTREACH_SECRET_"  # noqa: S105 - the prefix of names, no secret
AUTH_URL = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - a public address
REVOKE_URL = "https://oauth2.googleapis.com/revoke"
USERINFO_URL = "https://openidconnect.googleapis.com/v1/userinfo"
GMAIL_URL = "https://gmail.googleapis.com/"

QUEUE = re.compile(r"projects/[^/]+/locations/[^/]+/queues/[^/]+")
TASK_URL = re.compile(r"https://[^\s{}]*\{service\}[^\s{}]*")
TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")
AWS_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
YES = re.compile("yes")
ENDPOINT = re.compile(r"[^/\s:]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}")


SecretsBackend = Literal["gcp", "aws", "env"]


class SettingsInvalid(ValueError):
    """Say which variables are missing or wrong; all of them at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Hold what the environment says; the module's table gives the meanings."""

    project: str
    region: str
    base_url: str
    allowed_origins: tuple[str, ...]
    queue: str
    event_queue: str
    task_url: str | None
    topic: str
    invoker: str | None
    clock_url: str | None
    webhooks_loopback: bool
    secrets_backend: SecretsBackend
    aws_role: str | None
    aws_region: str
    backup_days: int
    webapp_issuer: str
    webapp_audience: str
    webapp_jwks_url: str
    webapp_org_claim: str
    webapp_role_claim: str
    console_client_id: str | None
    console_connects: tuple[str, ...]
    cloud_tasks_endpoint: str | None
    secret_manager_endpoint: str | None
    gmail_api_endpoint: str
    oauth_auth_url: str
    oauth_token_url: str
    oauth_revoke_url: str
    oauth_userinfo_url: str
    #: OUTREACH_SECRET_*, empty unless the backend is env; never shown.
    secrets: Mapping[str, str] = field(repr=False, hash=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read the variables; SettingsInvalid lists everything that is missing or wrong."""
        read = _Reader(environ)
        backend, queue = read.backend(), read.queue("OUTREACH_QUEUE")
        made = cls(
            project=read.text("OUTREACH_PROJECT"),
            region=read.text("OUTREACH_REGION", ""),
            base_url=read.url("OUTREACH_BASE_URL").rstrip("/"),
            allowed_origins=read.origins("OUTREACH_ALLOWED_ORIGINS"),
            queue=queue,
            event_queue=read.queue("OUTREACH_EVENT_QUEUE", queue),
            task_url=read.like("OUTREACH_TASK_URL", TASK_URL, "an https URL with {service} in it", "")
            or None,
            topic=read.like("OUTREACH_TOPIC", TOPIC, "projects/P/topics/T"),
            invoker=read.text("OUTREACH_INVOKER", "") or None,
            clock_url=read.url("OUTREACH_CLOCK_URL", "") or None,
            webhooks_loopback=read.like("OUTREACH_WEBHOOKS_LOOPBACK", YES, "yes, or not set", "") == "yes",
            secrets_backend=backend,
            aws_role=read.like("OUTREACH_AWS_ROLE", AWS_ROLE, "arn:aws:iam::ACCOUNT:role/NAME", "") or None,
            aws_region=read.text("AWS_REGION", None if backend == "aws" else ""),
            backup_days=read.days("OUTREACH_BACKUP_DAYS", 30),
            webapp_issuer=read.text("WEBAPP_ISSUER"),
            webapp_audience=read.text("WEBAPP_AUDIENCE"),
            webapp_jwks_url=read.url("WEBAPP_JWKS_URL"),
            webapp_org_claim=read.text("WEBAPP_ORG_CLAIM", "org"),
            webapp_role_claim=read.text("WEBAPP_ROLE_CLAIM", "role"),
            console_client_id=read.text("OUTREACH_CONSOLE_CLIENT_ID", "") or None,
            console_connects=read.origins("OUTREACH_CONSOLE_CONNECTS"),
            cloud_tasks_endpoint=read.like("CLOUD_TASKS_ENDPOINT", ENDPOINT, "host:port", "") or None,
            secret_manager_endpoint=read.like("SECRET_MANAGER_ENDPOINT", ENDPOINT, "host:port", "") or None,
            gmail_api_endpoint=read.url("GMAIL_API_ENDPOINT", GMAIL_URL).rstrip("/") + "/",
            oauth_auth_url=read.url("GOOGLE_OAUTH_AUTH_URL", AUTH_URL),
            oauth_token_url=read.url("GOOGLE_OAUTH_TOKEN_URL", TOKEN_URL),
            oauth_revoke_url=read.url("GOOGLE_OAUTH_REVOKE_URL", REVOKE_URL),
            oauth_userinfo_url=read.url("GOOGLE_OAUTH_USERINFO_URL", USERINFO_URL),
            secrets=read.secrets() if backend == "env" else {},
        )
        read.finish()
        return made


class _Reader:
    """Read variables and collect what is wrong with them; values are never repeated in a fault."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._faults: list[str] = []

    def finish(self) -> None:
        """Raise what has been collected."""
        if self._faults:
            raise SettingsInvalid("the environment is not complete: " + "; ".join(self._faults))

    def text(self, name: str, default: str | None = None) -> str:
        value = self._environ.get(name, "").strip()
        if value:
            return value
        if default is None:
            self._faults.append(f"{name} is missing")
        return default or ""

    def url(self, name: str, default: str | None = None) -> str:
        return self._checked(name, self.text(name, default), _is_url, "an http(s) URL")

    def like(self, name: str, pattern: re.Pattern[str], shape: str, default: str | None = None) -> str:
        value = self.text(name, default)
        return self._checked(name, value, lambda text: bool(pattern.fullmatch(text)), shape)

    def queue(self, name: str, default: str | None = None) -> str:
        return self.like(name, QUEUE, "projects/P/locations/L/queues/Q", default)

    def origins(self, name: str) -> tuple[str, ...]:
        origins = [one.strip().rstrip("/") for one in self.text(name, "").split(",") if one.strip()]
        return tuple(
            self._checked(name, one, _is_origin, "origins like https://app.example.com, by comma")
            for one in origins
        )

    def days(self, name: str, default: int) -> int:
        value = self._checked(name, self.text(name, str(default)), str.isdecimal, "a number of days")
        return int(value) if value.isdecimal() else default

    def backend(self) -> SecretsBackend:
        value = self.text("SECRETS_BACKEND", "gcp")
        backends: dict[str, SecretsBackend] = {"gcp": "gcp", "aws": "aws", "env": "env"}
        if value not in backends:
            self._faults.append("SECRETS_BACKEND must be gcp, aws or env")
        return backends.get(value, "gcp")

    def secrets(self) -> dict[str, str]:
        return {name: value for name, value in self._environ.items() if name.startswith(SECRET_PREFIX)}

    def _checked(self, name: str, value: str, right: Callable[[str], bool], shape: str) -> str:
        if value and not right(value):
            self._faults.append(f"{name} must be {shape}")
        return value


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def origin_of(url: str) -> str:
    """Return the origin of an http(s) URL: scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return _is_url(text) and not (parts.path or parts.query or parts.fragment)


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings.from_env(os.environ)
