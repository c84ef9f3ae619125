"""Queue what is due, settle what is stuck, look into silent mailboxes: POST from Cloud Scheduler."""

from __future__ import annotations

from lib.entrypoint import log, log_erasure, log_error, task_function
from lib.flows.maintaining import maintain as do_maintain
from lib.ports import Services

#: Mailboxes that are worked on at a time; their work is waiting for Gmail and Firestore.
AT_ONCE = 16


@task_function
def maintain(services: Services, _body: bytes, _retried: bool) -> str:  # noqa: FBT001 - the decorator's shape
    """Answer 200 with the tally in the log; what failed in it is looked at again by the next run."""
    tally = do_maintain(services, _report, log_erasure, at_once=AT_ONCE)
    log("maintained", **tally.counts())
    if tally.held:
        log("step_held", "WARNING", count=tally.held)
    return "more" if tally.more else "done"


def _report(event: str, id_: str, error: Exception) -> None:
    log_error(event, error, severity="ERROR", id=id_)
