"""Send one step to one candidate: POST from Cloud Tasks."""

from __future__ import annotations

from lib.entrypoint import task_function
from lib.flows.sending import send_step as send
from lib.flows.sending import task_from
from lib.ports import Services


@task_function
def send_step(services: Services, body: bytes, retried: bool) -> str:  # noqa: FBT001 - the decorator's shape
    """Answer 2xx for whatever is settled, 503 for what should come again."""
    return send(services, task_from(body), retried=retried)
