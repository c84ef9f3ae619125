"""Find the answers among new mail: POST from Pub/Sub for Gmail, or from a task that goes on."""

from __future__ import annotations

from lib.entrypoint import event_function
from lib.flows.notifying import on_notification
from lib.ports import Services


@event_function
def watch_notification(services: Services, body: bytes) -> str:
    """Answer 2xx only when all is worked off and committed."""
    return on_notification(services, body)
