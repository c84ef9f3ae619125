"""Show that the official emulators start and end with us, and that the proxy before Firestore only counts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.cloud import firestore

from tests.localcloud.child_process import ChildProcess, free_port, is_gone
from tests.localcloud.emulators import Emulators
from tests.localcloud.firestore_proxy import FirestoreProxy, ProxyFault

needs_java = pytest.mark.skipif(Emulators.available() is not None, reason=str(Emulators.available()))


@pytest.mark.emulator
@needs_java
class TestEmulators:
    def test_one_is_gone_after_stop(self) -> None:
        emulators, port = Emulators(), free_port()
        child = emulators.run_pubsub(port)
        child.wait_for_port(port)
        assert not is_gone(child.pid)
        emulators.stop()
        assert is_gone(child.pid)

    def test_an_emulator_named_by_the_environment_is_used_and_left_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "127.0.0.1:2")
        with Emulators() as emulators:
            assert emulators.firestore_host == "127.0.0.1:1"
            assert emulators.children == []


class TestWhyNot:
    def test_an_empty_java_is_a_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
        monkeypatch.setenv("OUTREACH_LOCAL_JAVA", "")
        assert Emulators.available() == "Java is switched off (JAVA is empty)"

    def test_a_child_that_ends_at_once_is_reported_with_its_words(self) -> None:
        child = ChildProcess([sys.executable, "-c", "import sys; sys.exit('no such luck')"])
        with pytest.raises(RuntimeError, match="no such luck"):
            child.wait_for_port(free_port())
        child.stop()


@pytest.fixture(scope="module")
def emulators() -> Iterator[Emulators]:
    if Emulators.available() is not None:
        pytest.skip(str(Emulators.available()))
    with Emulators() as running:
        yield running


@pytest.fixture
def proxy(emulators: Emulators) -> Iterator[FirestoreProxy]:
    running = FirestoreProxy(emulators.firestore_host)
    yield running
    running.stop()


@pytest.fixture
def documents(emulators: Emulators, proxy: FirestoreProxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    emulators.reset_firestore("local")
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", proxy.target)
    client: Any = firestore.Client(project="local")
    yield client
    client.close()


@pytest.mark.emulator
class TestFirestoreProxy:
    def test_a_read_of_many_and_a_commit_of_many_are_one_call_each(
        self, documents: Any, proxy: FirestoreProxy
    ) -> None:
        references = [documents.document(f"orgs/o{number}") for number in range(3)]
        batch = documents.batch()
        for reference in references[:2]:
            batch.set(reference, {"name": "example"})
        batch.commit()
        snapshots = list(documents.get_all(references))
        assert sorted(snapshot.exists for snapshot in snapshots) == [False, True, True]
        assert proxy.calls.snapshot() == {"Commit": 1, "BatchGetDocuments": 1}
        assert proxy.documents.snapshot() == {"written": 2, "read": 3}

    def test_queries_count_what_they_return(self, documents: Any, proxy: FirestoreProxy) -> None:
        for number in range(3):
            documents.document(f"orgs/o{number}").set({"n": number})
        proxy.clear()
        orgs = documents.collection("orgs")
        assert len(orgs.where(filter=firestore.FieldFilter("n", ">", 0)).get()) == 2
        assert orgs.count().get()[0][0].value == 3
        assert proxy.calls.snapshot() == {"RunQuery": 1, "RunAggregationQuery": 1}
        assert proxy.documents.snapshot()["read"] == 3

    def test_an_error_after_the_effect_leaves_the_effect(self, documents: Any, proxy: FirestoreProxy) -> None:
        proxy.fail(ProxyFault(method="Commit", when="after", code=grpc.StatusCode.ABORTED))
        with pytest.raises(exceptions.Aborted):
            documents.document("orgs/o").set({"n": 1}, retry=None)
        assert documents.document("orgs/o").get().exists

    def test_an_error_before_the_effect_leaves_nothing(self, documents: Any, proxy: FirestoreProxy) -> None:
        proxy.fail(ProxyFault(method="Commit", skip=1, code=grpc.StatusCode.ABORTED))
        documents.document("orgs/first").set({"n": 1}, retry=None)
        with pytest.raises(exceptions.Aborted):
            documents.document("orgs/second").set({"n": 1}, retry=None)
        assert [snapshot.id for snapshot in documents.collection("orgs").stream()] == ["first"]

    def test_a_failed_precondition_comes_through_as_it_is(
        self, documents: Any, proxy: FirestoreProxy
    ) -> None:
        documents.document("orgs/o").create({"n": 1})
        with pytest.raises(exceptions.AlreadyExists):
            documents.document("orgs/o").create({"n": 2})
        assert proxy.calls.snapshot()["Commit"] == 2
