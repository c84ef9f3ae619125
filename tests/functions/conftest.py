"""Own the functions under test: all in this process, over HTTP, with stand-ins around and an empty store."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lib.entrypoint import services, use
from tests.functions.office import OTHER, RECRUITER, Office
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.environment import applied
from tests.localcloud.memory_functions import in_memory
from tests.localcloud.memory_store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lib.entrypoint import Wiring


@pytest.fixture(scope="package")
def functions() -> Iterator[tuple[LocalCloud, Wiring]]:
    """All functions and their surroundings; without the emulators, which have tests of their own."""
    with applied({"OUTREACH_LOCAL_JAVA": ""}):
        cloud = LocalCloud(prepare_functions=in_memory)
    with cloud:
        yield cloud, services()


@pytest.fixture
def office(functions: tuple[LocalCloud, Wiring], capsys: pytest.CaptureFixture[str]) -> Iterator[Office]:
    """Two people with Gmail and an empty store; afterwards nothing secret or personal is in the log."""
    cloud, wiring = functions
    wiring.store = MemoryStore()
    # Tests of the wiring itself leave another one behind.
    use(lambda: wiring)
    cloud.world.reset()
    # Names of tasks hold their time and stay reserved, though their queue is emptied: these are later.
    cloud.advance(cloud.clock.now() + timedelta(hours=2))
    cloud.world.add_account(RECRUITER, "100000000000000000001")
    cloud.world.add_account(OTHER, "100000000000000000002")
    office = Office(cloud, wiring)
    yield office
    assert cloud.tasks is not None
    cloud.wait_idle()
    for task in cloud.tasks.queue.tasks():
        cloud.tasks.queue.delete(task.name)
    check_log(*capsys.readouterr(), office.secrets())


def check_log(out: str, err: str, secrets: set[str]) -> None:
    """Fail for a line that is no JSON, or holds an address or a secret; and for any traceback."""
    assert err == ""
    for line in out.splitlines():
        assert json.loads(line)["event"]
        assert "@" not in line
        assert not [secret for secret in secrets if secret in line]
