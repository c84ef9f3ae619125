"""Own the environment variables by which the functions find the local cloud; one that is set already wins."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REGION = "europe-west1"


def describe(project: str, base_url: str, queue: str, topic: str) -> dict[str, str]:
    """Return the variables that name no running part."""
    described = {
        "GOOGLE_CLOUD_PROJECT": project,
        "OUTREACH_PROJECT": project,
        "OUTREACH_REGION": REGION,
        "OUTREACH_BASE_URL": base_url,
        "OUTREACH_ALLOWED_ORIGINS": f"https://app.example.com,{base_url}",
        "OUTREACH_QUEUE": queue,
        "OUTREACH_TOPIC": topic,
        "OUTREACH_INVOKER": "tasks@local-project.example.com",
        "WEBAPP_ISSUER": "https://app.example.com",
        "WEBAPP_AUDIENCE": "outreach",
        "WEBAPP_ORG_CLAIM": "org",
        "WEBAPP_ROLE_CLAIM": "role",
    }
    return {name: os.environ.get(name) or value for name, value in described.items()}


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
