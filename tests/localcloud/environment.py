"""Own the environment variables by which the functions find the local cloud; one that is set already wins."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.localcloud.oauth.issuer import CLIENT_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.localcloud.oauth.server import OAuthServer

REGION = "europe-west1"


def describe(project: str, base_url: str, queues: tuple[str, str], topic: str) -> dict[str, str]:
    """Return the variables that name no running part; queues: that of the sends, that of the events."""
    described = {
        "GOOGLE_CLOUD_PROJECT": project,
        "OUTREACH_PROJECT": project,
        "OUTREACH_REGION": REGION,
        "OUTREACH_BASE_URL": base_url,
        "OUTREACH_ALLOWED_ORIGINS": f"https://app.example.com,{base_url}",
        "OUTREACH_QUEUE": queues[0],
        "OUTREACH_EVENT_QUEUE": queues[1],
        "OUTREACH_TOPIC": topic,
        "OUTREACH_INVOKER": "tasks@local-project.example.com",
        "WEBAPP_AUDIENCE": "outreach",
        "WEBAPP_ORG_CLAIM": "org",
        "WEBAPP_ROLE_CLAIM": "role",
    }
    return _unless_set(described)


def signing_in(oauth: OAuthServer) -> dict[str, str]:
    """Return the variables that name Google's OAuth and the web app's issuer."""
    google = {
        "GOOGLE_OAUTH_AUTH_URL": oauth.auth_url,
        "GOOGLE_OAUTH_TOKEN_URL": oauth.token_url,
        "GOOGLE_OAUTH_REVOKE_URL": oauth.revoke_url,
        "GOOGLE_OAUTH_USERINFO_URL": oauth.userinfo_url,
    }
    web_app = {
        "WEBAPP_ISSUER": oauth.issuer,
        "WEBAPP_JWKS_URL": oauth.jwks_url,
        "OUTREACH_CONSOLE_CLIENT_ID": CLIENT_ID,
    }
    return google | _unless_set(web_app)


def _unless_set(variables: dict[str, str]) -> dict[str, str]:
    return {name: os.environ.get(name) or value for name, value in variables.items()}


@contextmanager
def applied(variables: Mapping[str, str]) -> Iterator[None]:
    """Put variables into this process's environment, and what was there before back afterwards."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
