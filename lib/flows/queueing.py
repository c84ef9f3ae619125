"""Queue a step's task; a task is a hint, the due time in Firestore the truth."""

from __future__ import annotations

import msgspec

from lib.core.enrollment import is_soon
from lib.core.ids import task_name
from lib.core.records import Enrollment
from lib.core.sending import task_of
from lib.ports import Services


def queue_step(services: Services, enrollment: Enrollment) -> bool:
    """Create the task of the enrollment's next step when it is due within the horizon; say whether."""
    if not is_soon(enrollment, services.clock.now()):
        return False
    due = enrollment.due
    name = task_name(enrollment.id, enrollment.step, due.isoformat(), enrollment.requeues)
    services.tasks.create("send_step", name, msgspec.json.encode(task_of(enrollment)), due)
    return True
