"""What lib/config.py reads is what Terraform sets: neither missing nor left over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lib.config import SECRET_PREFIX, Settings
from tests.core.test_config import LEAST
from tests.terraform.evaluated import EXAMPLES, evaluated, needs_terraform

pytestmark = needs_terraform

#: What is never set on Google, and why.
LOCAL_ALONE = {
    "OUTREACH_CLOCK_URL": "time is the system's",
    "OUTREACH_WEBHOOKS_LOOPBACK": "webhooks of this machine are for tests",
    "CLOUD_TASKS_ENDPOINT": "the clients know where Google is",
    "SECRET_MANAGER_ENDPOINT": "the same",
    "GMAIL_API_ENDPOINT": "the same",
    "GOOGLE_OAUTH_AUTH_URL": "the same",
    "GOOGLE_OAUTH_TOKEN_URL": "the same",
    "GOOGLE_OAUTH_REVOKE_URL": "the same",
    "GOOGLE_OAUTH_USERINFO_URL": "the same",
}
#: What is set for a console to which people sign in.
CONSOLE = {"OUTREACH_CONSOLE_CLIENT_ID", "OUTREACH_CONSOLE_CONNECTS"}
#: What is set for secrets in AWS alone.
AWS = {"OUTREACH_AWS_ROLE", "AWS_REGION"}


class Recording(Mapping[str, str]):
    """Note which variables are asked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        # Only secrets are searched for by prefix: OUTREACH_SECRET_*, for SECRETS_BACKEND=env.
        self.asked.add(SECRET_PREFIX)
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


def read_by_the_code(backend: str) -> set[str]:
    environ = Recording(LEAST | {"SECRETS_BACKEND": backend, "AWS_REGION": "eu-central-1"})
    Settings.from_env(environ)
    return environ.asked


def environment(example: str) -> dict[str, str]:
    found: dict[str, str] = evaluated("local.environment", example)
    return found


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_functions_get_what_they_read_and_nothing_else(example: str) -> None:
    given = environment(example)
    wanted = read_by_the_code(given["SECRETS_BACKEND"]) - LOCAL_ALONE.keys()
    wanted -= set() if given["SECRETS_BACKEND"] == "aws" else AWS
    assert set(given) == wanted - (set() if example == "everything" else CONSOLE)


@pytest.mark.parametrize("backend", ["gcp", "aws"])
def test_what_is_for_local_use_alone_is_still_read(backend: str) -> None:
    assert LOCAL_ALONE.keys() - read_by_the_code(backend) == set()


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_code_takes_what_terraform_gives(example: str) -> None:
    given = environment(example)
    settings = Settings.from_env(given)
    assert settings.invoker
    assert settings.task_url
    assert settings.allowed_origins
    assert settings.backup_days == evaluated("var.backup_days", example)
    assert settings.base_url == evaluated("local.base_url", example)


def test_no_secret_lies_in_a_functions_environment() -> None:
    assert SECRET_PREFIX in read_by_the_code("env")
    for example in EXAMPLES:
        given: dict[str, Any] = environment(example)
        assert [name for name in given if name.startswith(SECRET_PREFIX)] == []
