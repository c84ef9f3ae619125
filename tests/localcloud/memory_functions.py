"""Give the functions of this process an in-memory store, where the Firestore emulator can't run."""

from __future__ import annotations

from functools import cached_property

from lib.config import Settings
from lib.entrypoint import Wiring, use
from lib.ports import Store
from tests.localcloud.memory_store import MemoryStore


class MemoryWiring(Wiring):
    """Wire everything as in production, but for the store."""

    @cached_property
    def store(self) -> Store:
        return MemoryStore()


def in_memory(cloud: object) -> None:
    """Let the functions of this process keep their state in memory from now on."""
    del cloud
    wiring: list[MemoryWiring] = []

    def make() -> Wiring:
        import os  # noqa: PLC0415 - the environment is complete only now

        if not wiring:
            wiring.append(MemoryWiring(Settings.from_env(os.environ)))
        return wiring[0]

    use(make)
