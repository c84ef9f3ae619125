"""Owns what a local Gmail that runs alone takes from outside: the clock, and where notifications go."""

import base64
import importlib
import itertools
import json
import os
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime

from tests.localcloud.gmail.notifications import Publish
from tests.localcloud.gmail.records import Json


def clock() -> Callable[[], datetime]:
    """Read the domain's clock at OUTREACH_CLOCK_URL, else the system's."""
    url = os.environ.get("OUTREACH_CLOCK_URL")
    if not url:
        return lambda: datetime.now(UTC)

    def now() -> datetime:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - the operator's own URL
            return datetime.fromisoformat(json.load(answer)["now"])

    return now


def publisher(push_url: str | None) -> Publish | None:
    """Publish to the Pub/Sub emulator when its variable is set, else push to a URL, else nowhere."""
    if os.environ.get("PUBSUB_EMULATOR_HOST"):
        return _to_pubsub()
    return _to_url(push_url) if push_url else None


def _to_pubsub() -> Publish:
    # Imported late: the client takes longer to load than everything else here together.
    client = importlib.import_module("google.cloud.pubsub_v1").PublisherClient()

    def publish(topic: str, data: Json) -> None:
        client.publish(topic, json.dumps(data).encode()).result(timeout=10)

    return publish


def _to_url(url: str) -> Publish:
    numbers = itertools.count(1)

    def publish(topic: str, data: Json) -> None:
        message = {
            "data": base64.b64encode(json.dumps(data).encode()).decode(),
            "messageId": str(next(numbers)),
            "publishTime": datetime.now(UTC).isoformat(),
        }
        body = json.dumps({"message": message, "subscription": topic}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, body, headers)  # noqa: S310 - the operator's own URL
        with urllib.request.urlopen(request, timeout=60):  # noqa: S310 - the same
            pass

    return publish
