"""Own what is under contract: the stores in memory and in Firestore's emulator, and the places of secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from lib.adapters.firestore_store import FirestoreStore
from tests.localcloud.child_process import free_port
from tests.localcloud.emulators import Emulators
from tests.localcloud.firestore_proxy import FirestoreProxy
from tests.localcloud.memory_store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lib.ports import Store
    from tests.contract.secret_backends import Backend


@dataclass(frozen=True, kw_only=True)
class Firestore:
    """The adapter, and the proxy it talks through."""

    store: FirestoreStore
    proxy: FirestoreProxy
    emulators: Emulators
    project: str

    def reset(self) -> None:
        self.emulators.reset_firestore(self.project)
        self.proxy.clear()


@pytest.fixture(scope="session")
def firestore_session() -> Iterator[Firestore]:
    """Start the emulator once; a project of its own keeps workers apart that share one."""
    reason = Emulators.available()
    if reason:
        pytest.skip(reason)
    emulators = Emulators()
    if not emulators.firestore_host:
        port = free_port()
        emulators.run_firestore(port).wait_for_port(port)
        emulators.firestore_host = f"127.0.0.1:{port}"
    proxy = FirestoreProxy(emulators.firestore_host)
    project = f"contract-{uuid4().hex[:8]}"
    store = FirestoreStore(project)
    with pytest.MonkeyPatch.context() as environment:
        # The client reads it when it is made; other tests start emulators of their own.
        environment.setenv("FIRESTORE_EMULATOR_HOST", proxy.target)
        store.mailboxes("warm-up")
    yield Firestore(store=store, proxy=proxy, emulators=emulators, project=project)
    store._client.close()  # type: ignore[no-untyped-call]
    proxy.stop()
    emulators.stop()


@pytest.fixture
def firestore(firestore_session: Firestore) -> Firestore:
    """An empty Firestore, nothing counted."""
    firestore_session.reset()
    return firestore_session


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulator)])
def store(request: pytest.FixtureRequest) -> Store:
    """Each implementation in turn, empty."""
    if request.param == "memory":
        return MemoryStore()
    firestore: Firestore = request.getfixturevalue("firestore")
    return firestore.store


@pytest.fixture(params=["gcp", "aws", "env"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    """Each place where secrets may lie in turn, empty."""
    from tests.contract.secret_backends import backend_of  # noqa: PLC0415 - moto takes a second to import

    made = backend_of(request.param, monkeypatch)
    yield made
    made.stop()
