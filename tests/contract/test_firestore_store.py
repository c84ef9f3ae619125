"""Show what the contract cannot: the calls are few, errors are told apart, fields may be unknown."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.api_core import exceptions

from lib.adapters.firestore_store import translated
from lib.core import keys
from lib.core.errors import Contended, Unavailable
from lib.core.keys import Changes, Snapshot
from lib.core.records import Interest, ReplyKind, Status
from tests.contract.store_records import MINUTE, NOW, contact, enrollment, put, reply
from tests.localcloud.firestore_proxy import ProxyFault

if TYPE_CHECKING:
    from tests.contract.conftest import Firestore

HERE = keys.enrollment("acme", "e")
CONTACT = keys.contact("acme", "c")


def claimed(snapshot: Snapshot) -> Changes[str]:
    """Claim once; on its own claim, say so."""
    if snapshot.need(HERE).why == "claimed":
        return Changes(result="claimed before")
    return Changes(result="claimed", writes={HERE: enrollment(why="claimed"), CONTACT: contact()})


def calls(firestore: Firestore) -> dict[str, int]:
    return dict(firestore.proxy.calls.snapshot())


@pytest.mark.emulator
class TestCalls:
    def test_a_change_is_one_read_and_one_commit(self, firestore: Firestore) -> None:
        put(firestore.store, {HERE: enrollment()})
        firestore.proxy.clear()
        assert firestore.store.change([HERE, CONTACT], claimed) == "claimed"
        assert calls(firestore) == {"BatchGetDocuments": 1, "Commit": 1}

    def test_nothing_to_read_or_to_write_is_no_call(self, firestore: Firestore) -> None:
        snapshot = firestore.store.read([])
        firestore.store.commit(snapshot, Changes(result=None))
        assert calls(firestore) == {}

    def test_figures_of_two_statuses_take_four_calls_at_most_sixteen(self, firestore: Firestore) -> None:
        put(
            firestore.store,
            {
                keys.enrollment("acme", status): enrollment(status, status=status)
                for status in (Status.WAITING, Status.COMPLETED)
            },
        )
        firestore.proxy.clear()
        firestore.store.figures("acme", "spring")
        assert calls(firestore) == {"RunAggregationQuery": 4}
        put(firestore.store, {HERE: enrollment(status=Status.FAILED, answered="intro")})
        firestore.proxy.clear()
        firestore.store.figures("acme", "spring")
        assert calls(firestore) == {"RunAggregationQuery": 1 + len(Status) + 1 + len(Interest)}

    def test_figures_of_a_variant_take_three_calls_one_when_it_was_not_sent(
        self, firestore: Firestore
    ) -> None:
        put(firestore.store, {HERE: enrollment(got={"intro": "a"})})
        firestore.proxy.clear()
        firestore.store.variant_figures("acme", "spring", {"intro": ("a", "b")})
        assert calls(firestore) == {"RunAggregationQuery": 1 + 3 + 1}

    def test_every_other_query_is_one_call_due_inboxes_two(self, firestore: Firestore) -> None:
        store = firestore.store
        store.due_enrollments(NOW, 1)
        store.has_open_send("acme", "m")
        store.pending("acme", "m", 1)
        store.mailboxes("acme")
        store.replies("acme", "spring", 1)
        store.due_campaigns(NOW, 1)
        store.enrollments("acme", "spring", after="e", limit=1)
        store.enrollments_in("acme", "spring", Status.HELD, 1)
        store.enrollments_to_plan("acme", "spring", 2, 1)
        store.parked("acme", "m", 1)
        store.reads("acme", "m", after=0, limit=1)
        store.unchained_reads("acme", "m", 1)
        store.suppressions("acme", limit=1)
        assert calls(firestore) == {"RunQuery": 13}
        store.due_inboxes(NOW, 1)
        assert calls(firestore) == {"RunQuery": 15}

    def test_the_progress_of_a_campaign_is_three_calls(self, firestore: Firestore) -> None:
        firestore.store.progress("acme", [f"c{number}" for number in range(9)])
        assert calls(firestore) == {"RunAggregationQuery": 27}

    def test_days_are_counted_until_all_is_found(self, firestore: Firestore) -> None:
        days = [f"2026-03-{number:02}" for number in range(1, 31)]
        firestore.store.sent_days("acme", "spring", days)
        assert calls(firestore) == {"RunAggregationQuery": 1}
        answer = reply("1", kind=ReplyKind.PERSON, received_at=NOW)
        put(firestore.store, {keys.reply("acme", "m", "1"): answer})
        for sent, most in ((("2026-03-09",), 1 + 16), (("2026-03-09", "2026-03-09x2"), 1 + 30 + 1)):
            put(firestore.store, {HERE: enrollment(sent_days=sent, sent_count=len(sent))})
            firestore.proxy.clear()
            firestore.store.sent_days("acme", "spring", days)
            assert calls(firestore) == {"RunAggregationQuery": most}
        firestore.proxy.clear()
        firestore.store.answers_between("acme", "spring", [NOW + MINUTE * number for number in range(30)])
        assert calls(firestore) == {"RunAggregationQuery": 1 + 8}


@pytest.mark.emulator
def test_figures_are_those_of_one_moment(firestore: Firestore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A candidate who goes from completed to waiting between the two counts is counted once."""
    other = keys.enrollment("acme", "other")
    put(firestore.store, {HERE: enrollment(), other: enrollment("other", status=Status.COMPLETED)})
    firestore.proxy.clear()
    add = firestore.proxy.calls.add

    def add_and_interfere(method: str) -> None:
        add(method)
        if method == "RunAggregationQuery" and calls(firestore)[method] == 3:
            put(firestore.store, {other: enrollment("other", status=Status.WAITING)})

    monkeypatch.setattr(firestore.proxy.calls, "add", add_and_interfere)
    figures = firestore.store.figures("acme", "spring")
    assert (figures["candidates"], figures["waiting"], figures["completed"]) == (2, 1, 1)
    assert firestore.store.figures("acme", "spring")["waiting"] == 2


@pytest.mark.emulator
class TestFaults:
    def test_a_commit_tried_again_by_the_client_after_its_effect_is_decided_anew(
        self, firestore: Firestore
    ) -> None:
        put(firestore.store, {HERE: enrollment()})
        firestore.proxy.clear()
        firestore.proxy.fail(ProxyFault(method="Commit", when="after"))
        assert firestore.store.change([HERE], claimed) == "claimed before"
        assert calls(firestore) == {"BatchGetDocuments": 2, "Commit": 2}

    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("code", [grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.INTERNAL])
    def test_an_unclear_commit_is_unavailable_and_may_be_repeated(
        self, firestore: Firestore, code: grpc.StatusCode, when: str
    ) -> None:
        put(firestore.store, {HERE: enrollment()})
        firestore.proxy.fail(ProxyFault(method="Commit", when=when, code=code))
        with pytest.raises(Unavailable):
            firestore.store.change([HERE], claimed)
        again = firestore.store.change([HERE], claimed)
        assert again == ("claimed" if when == "before" else "claimed before")

    def test_a_failed_read_is_tried_again(self, firestore: Firestore) -> None:
        firestore.proxy.fail(ProxyFault(method="BatchGetDocuments"))
        assert firestore.store.read([HERE])[HERE] is None
        assert calls(firestore) == {"BatchGetDocuments": 2}

    def test_an_aborted_commit_is_decided_anew(self, firestore: Firestore) -> None:
        put(firestore.store, {HERE: enrollment()})
        firestore.proxy.fail(ProxyFault(method="Commit", code=grpc.StatusCode.ABORTED))
        assert firestore.store.change([HERE], claimed) == "claimed"


@pytest.mark.emulator
def test_fields_of_a_later_version_are_tolerated_and_replaced(firestore: Firestore) -> None:
    document = firestore.store._client.document(CONTACT.path)
    document.set({"org": "acme", "id": "c", "mood": {"kind": "sunny"}})
    snapshot = firestore.store.read([CONTACT])
    assert snapshot[CONTACT] == contact()
    changes = Changes(result=None, writes={CONTACT: contact(suppressed="bounced")})
    firestore.store.commit(snapshot, changes)
    stored = document.get().to_dict()
    assert stored is not None
    assert "mood" not in stored
    assert stored["suppressed"] == "bounced"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (exceptions.FailedPrecondition, Contended),
        (exceptions.AlreadyExists, Contended),
        (exceptions.NotFound, Contended),
        (exceptions.Aborted, Contended),
        (exceptions.ServiceUnavailable, Unavailable),
        (exceptions.DeadlineExceeded, Unavailable),
        (exceptions.InternalServerError, Unavailable),
        (exceptions.Unknown, Unavailable),
        (exceptions.ResourceExhausted, Unavailable),
        (exceptions.RetryError, Unavailable),
        (exceptions.InvalidArgument, exceptions.InvalidArgument),
        (exceptions.PermissionDenied, exceptions.PermissionDenied),
    ],
    ids=lambda kind: kind.__name__,
)
def test_errors_are_told_apart(error: Any, expected: type[Exception]) -> None:
    with pytest.raises(expected), translated():
        raise error("from the client", None)


def test_no_client_is_made_before_its_first_use() -> None:
    """Without credentials or an emulator a client cannot be made, and importing must not need one."""
    code = "from lib.adapters.firestore_store import FirestoreStore as S; assert len(vars(S('p'))) == 1"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
