"""Deliver one event to those who listen: POST from Cloud Tasks."""

from __future__ import annotations

from lib.entrypoint import task_function
from lib.flows.delivering_events import deliver_event as deliver
from lib.flows.delivering_events import task_from
from lib.ports import Services


@task_function
def deliver_event(services: Services, body: bytes, _retried: bool) -> str:  # noqa: FBT001 - the decorator's shape
    """Answer 2xx for whatever is settled: a delivery in vain has left the time of the next one."""
    return deliver(services, task_from(body))
