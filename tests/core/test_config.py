"""Settings are read from the environment once, and everything that is wrong is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib import config
from lib.config import Settings, SettingsInvalid

LEAST = {
    "OUTREACH_PROJECT": "local",
    "OUTREACH_BASE_URL": "http://127.0.0.1:8080/",
    "OUTREACH_QUEUE": "projects/local/locations/europe-west1/queues/steps",
    "OUTREACH_TOPIC": "projects/local/topics/gmail",
    "WEBAPP_ISSUER": "https://app.example.com",
    "WEBAPP_AUDIENCE": "outreach",
    "WEBAPP_JWKS_URL": "https://app.example.com/jwks",
}


def test_the_least_environment_is_googles_own_cloud() -> None:
    settings = Settings.from_env(LEAST)
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.gmail_api_endpoint == "https://gmail.googleapis.com/"
    assert settings.oauth_token_url == "https://oauth2.googleapis.com/token"
    assert settings.secrets_backend == "gcp"
    assert (settings.webapp_org_claim, settings.webapp_role_claim) == ("org", "role")
    assert settings.allowed_origins == ()
    assert settings.invoker is settings.clock_url is settings.cloud_tasks_endpoint is None
    assert settings.event_queue == settings.queue == LEAST["OUTREACH_QUEUE"]


def test_everything_can_be_set() -> None:
    settings = Settings.from_env(
        LEAST
        | {
            "OUTREACH_ALLOWED_ORIGINS": "https://app.example.com/, http://127.0.0.1:9000",
            "OUTREACH_INVOKER": "caller@local.example.com",
            "OUTREACH_CLOCK_URL": "http://127.0.0.1:1/",
            "OUTREACH_EVENT_QUEUE": "projects/local/locations/europe-west1/queues/events",
            "CLOUD_TASKS_ENDPOINT": "127.0.0.1:2",
            "SECRET_MANAGER_ENDPOINT": "[::1]:3",
            "GMAIL_API_ENDPOINT": "http://127.0.0.1:4",
            "WEBAPP_ORG_CLAIM": "https://app.example.com/org",
        }
    )
    assert settings.allowed_origins == ("https://app.example.com", "http://127.0.0.1:9000")
    assert settings.gmail_api_endpoint == "http://127.0.0.1:4/"
    assert settings.secret_manager_endpoint == "[::1]:3"
    assert settings.event_queue.endswith("/events")
    assert settings.webapp_org_claim == "https://app.example.com/org"


def test_everything_missing_is_told_at_once() -> None:
    with pytest.raises(SettingsInvalid) as error:
        Settings.from_env({})
    assert all(f"{name} is missing" in str(error.value) for name in LEAST)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTREACH_BASE_URL", "functions.example.com"),
        ("OUTREACH_QUEUE", "steps"),
        ("OUTREACH_EVENT_QUEUE", "events"),
        ("OUTREACH_TOPIC", "projects/local/topics/"),
        ("OUTREACH_ALLOWED_ORIGINS", "https://app.example.com/path"),
        ("OUTREACH_ALLOWED_ORIGINS", "*"),
        ("OUTREACH_CLOCK_URL", "file:///etc/passwd"),
        ("CLOUD_TASKS_ENDPOINT", "http://127.0.0.1:2"),
        ("SECRETS_BACKEND", "vault"),
        ("OUTREACH_AWS_ROLE", "outreach-role"),
        ("OUTREACH_BACKUP_DAYS", "a month"),
        ("OUTREACH_WEBHOOKS_LOOPBACK", "of course"),
        ("OUTREACH_TASK_URL", "https://run.example.com/send_step"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=name) as error:
        Settings.from_env(LEAST | {name: value})
    assert value not in str(error.value)


def test_the_aws_backend_needs_a_region_and_may_have_a_role() -> None:
    with pytest.raises(SettingsInvalid, match="AWS_REGION is missing"):
        Settings.from_env(LEAST | {"SECRETS_BACKEND": "aws"})
    role = "arn:aws:iam::123456789012:role/outreach"
    environ = {"SECRETS_BACKEND": "aws", "AWS_REGION": "eu-central-1", "OUTREACH_AWS_ROLE": role}
    settings = Settings.from_env(LEAST | environ)
    assert (settings.secrets_backend, settings.aws_region) == ("aws", "eu-central-1")
    assert settings.aws_role == role


def test_backups_are_kept_for_a_number_of_days() -> None:
    assert Settings.from_env(LEAST).backup_days == 30
    assert Settings.from_env(LEAST | {"OUTREACH_BACKUP_DAYS": "98"}).backup_days == 98


def test_secrets_in_the_environment_are_kept_only_when_asked_for_and_never_shown() -> None:
    environ = LEAST | {"OUTREACH_SECRET_TICKET_KEY": "c2VjcmV0"}
    assert Settings.from_env(environ).secrets == {}
    settings = Settings.from_env(environ | {"SECRETS_BACKEND": "env"})
    assert settings.secrets == {"OUTREACH_SECRET_TICKET_KEY": "c2VjcmV0"}
    assert "c2VjcmV0" not in repr(settings)


def test_nothing_else_reads_the_environment() -> None:
    lib = Path(config.__file__).parent
    readers = [file.name for file in sorted(lib.rglob("*.py")) if "os.environ" in file.read_text()]
    assert readers == ["config.py"]
