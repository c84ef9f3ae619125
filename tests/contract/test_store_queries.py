"""Hold every store to one contract: what the queries find, and in which order."""

from __future__ import annotations

from datetime import timedelta

from lib.core.records import Status
from lib.ports import Store
from tests.contract.store_records import (
    MINUTE,
    NOW,
    campaign,
    contact,
    enrollment,
    erasure,
    inbox,
    keep,
    mailbox,
    org,
    pending,
    reads,
    suppression,
)


class TestDueEnrollments:
    def test_the_earliest_of_all_orgs_come_first(self, store: Store) -> None:
        keep(
            store,
            enrollment("late", wake_at=NOW),
            enrollment("other", org="zeta", wake_at=NOW - 3 * MINUTE),
            enrollment("early", wake_at=NOW - 5 * MINUTE),
        )
        assert [one.id for one in store.due_enrollments(NOW, 10)] == ["early", "other", "late"]
        assert [one.id for one in store.due_enrollments(NOW, 2)] == ["early", "other"]

    def test_neither_later_nor_never(self, store: Store) -> None:
        keep(
            store,
            enrollment("later", wake_at=NOW + timedelta(microseconds=1)),
            enrollment("never", wake_at=None),
        )
        assert store.due_enrollments(NOW, 10) == []

    def test_whole_records_come_back(self, store: Store) -> None:
        kept = enrollment(wake_at=NOW, variables={"city": "München", "__proto__": "", "": "x"})
        keep(store, kept)
        assert store.due_enrollments(NOW, 10) == [kept]


class TestDueInboxes:
    def test_by_watch_or_look_without_doubles_the_earliest_first(self, store: Store) -> None:
        keep(
            store,
            inbox("both", renew_at=NOW, look_at=NOW - 2 * MINUTE),
            inbox("renew", renew_at=NOW - 3 * MINUTE, look_at=NOW + MINUTE),
            inbox("look", org="zeta", look_at=NOW - 4 * MINUTE),
        )
        assert [one.id for one in store.due_inboxes(NOW, 10)] == ["look", "renew", "both"]
        assert [one.id for one in store.due_inboxes(NOW, 2)] == ["look", "renew"]

    def test_neither_disconnected_nor_later_nor_never(self, store: Store) -> None:
        keep(
            store,
            inbox("gone", status="disconnected", renew_at=NOW, look_at=NOW),
            inbox("later", renew_at=NOW + MINUTE, look_at=NOW + MINUTE),
            inbox("never"),
        )
        assert store.due_inboxes(NOW, 10) == []


class TestDueCampaigns:
    def test_the_earliest_of_all_orgs_come_first_ties_by_name(self, store: Store) -> None:
        keep(
            store,
            campaign("b", wake_at=NOW),
            campaign("a", wake_at=NOW),
            campaign("other", org="zeta", wake_at=NOW - MINUTE),
            campaign("later", wake_at=NOW + timedelta(microseconds=1)),
            campaign("never"),
        )
        assert [one.id for one in store.due_campaigns(NOW, 10)] == ["other", "a", "b"]
        assert [one.id for one in store.due_campaigns(NOW, 2)] == ["other", "a"]


class TestDueUndoing:
    def test_departures_of_all_orgs_the_earliest_first_whatever_the_status(self, store: Store) -> None:
        keep(
            store,
            inbox("late", status="leaving", leaving_at=NOW),
            inbox("early", status="leaving", leaving_at=NOW - 2 * MINUTE),
            inbox("other", org="zeta", status="disconnected", leaving_at=NOW - MINUTE),
            inbox("later", status="leaving", leaving_at=NOW + timedelta(microseconds=1)),
            inbox("staying", look_at=NOW),
        )
        assert [one.id for one in store.due_departures(NOW, 10)] == ["early", "other", "late"]
        assert [one.id for one in store.due_departures(NOW, 2)] == ["early", "other"]

    def test_erasures_of_all_orgs_the_earliest_first(self, store: Store) -> None:
        keep(
            store,
            erasure("late", wake_at=NOW),
            erasure("early", wake_at=NOW - 2 * MINUTE),
            erasure("other", org="zeta", wake_at=NOW - MINUTE),
            erasure("later", wake_at=NOW + timedelta(microseconds=1)),
            erasure("done", wake_at=None),
        )
        assert [one.id for one in store.due_erasures(NOW, 10)] == ["early", "other", "late"]
        assert [one.id for one in store.due_erasures(NOW, 2)] == ["early", "other"]

    def test_orgs_to_sweep_the_earliest_first(self, store: Store) -> None:
        keep(
            store,
            org("late", sweep_at=NOW),
            org("early", sweep_at=NOW - MINUTE),
            org("later", sweep_at=NOW + timedelta(microseconds=1)),
            org("never"),
        )
        assert [one.org for one in store.due_orgs(NOW, 10)] == ["early", "late"]
        assert [one.org for one in store.due_orgs(NOW, 1)] == ["early"]


class TestEnrollmentsOfACampaign:
    def test_they_come_page_by_page_in_the_order_of_ids(self, store: Store) -> None:
        ids = ["B", "a", "a1", "b", "ba", "é"]
        keep(
            store,
            *(enrollment(id_) for id_ in reversed(ids)),
            enrollment("x", campaign="autumn"),
            enrollment("y", org="other"),
        )
        pages, after = [], ""
        for _ in range(3):
            pages.append([one.id for one in store.enrollments("acme", "spring", after=after, limit=4)])
            after = (pages[-1] or [after])[-1]
        assert pages == [ids[:4], ids[4:], []]

    def test_a_page_begins_behind_an_id_that_is_gone(self, store: Store) -> None:
        keep(store, enrollment("a"), enrollment("c"))
        assert [one.id for one in store.enrollments("acme", "spring", after="b", limit=9)] == ["c"]
        assert store.enrollments("acme", "spring", after="c", limit=9) == []

    def test_those_in_a_status(self, store: Store) -> None:
        keep(
            store,
            *(enrollment(id_, status=Status.HELD) for id_ in "cab"),
            enrollment("d"),
            enrollment("e", status=Status.HELD, campaign="autumn"),
        )
        assert [one.id for one in store.enrollments_in("acme", "spring", Status.HELD, 10)] == ["a", "b", "c"]
        assert [one.id for one in store.enrollments_in("acme", "spring", Status.HELD, 2)] == ["a", "b"]
        behind = store.enrollments_in("acme", "spring", Status.HELD, 2, after="aa")
        assert [one.id for one in behind] == ["b", "c"]
        assert store.enrollments_in("acme", "spring", Status.HELD, 2, after="c") == []

    def test_those_to_plan_come_by_plan_and_due_time_ties_by_name(self, store: Store) -> None:
        keep(
            store,
            enrollment("late", plan=1, due=NOW),
            enrollment("tie", plan=1, due=NOW),
            enrollment("early", plan=1, due=NOW - MINUTE),
            enrollment("second", plan=2, due=NOW - 5 * MINUTE),
            enrollment("planned", plan=3, due=NOW - 9 * MINUTE),
            enrollment("sending", plan=1, due=NOW - 9 * MINUTE, status=Status.SENDING),
            enrollment("elsewhere", plan=1, campaign="autumn"),
        )
        expected = ["early", "late", "tie", "second"]
        assert [one.id for one in store.enrollments_to_plan("acme", "spring", 3, 10)] == expected
        assert [one.id for one in store.enrollments_to_plan("acme", "spring", 3, 2)] == expected[:2]
        assert store.enrollments_to_plan("acme", "spring", 1, 10) == []


class TestOneMailbox:
    def test_an_open_send_is_seen_in_its_mailbox_only(self, store: Store) -> None:
        keep(
            store,
            enrollment("closed", mailbox="quiet"),
            enrollment("open", mailbox="busy", open=True),
            enrollment("open", org="other", mailbox="quiet", open=True),
        )
        assert store.has_open_send("acme", "busy")
        assert not store.has_open_send("acme", "quiet")
        assert not store.has_open_send("acme", "unknown")

    def test_open_enrollments_come_by_id(self, store: Store) -> None:
        keep(
            store,
            *(enrollment(id_, open=True) for id_ in "cab"),
            enrollment("closed"),
            enrollment("there", mailbox="m2", open=True),
            enrollment("else", org="other", open=True),
        )
        assert [one.id for one in store.open_enrollments("acme", "m", 10)] == ["a", "b", "c"]
        assert [one.id for one in store.open_enrollments("acme", "m", 2)] == ["a", "b"]

    def test_pending_mail_comes_oldest_first(self, store: Store) -> None:
        keep(
            store,
            pending("1", seen_at=NOW),
            pending("2", seen_at=NOW - MINUTE, lookups=("a", "b")),
            pending("3", seen_at=NOW - 2 * MINUTE, mailbox="m2"),
            pending("4", seen_at=NOW - 3 * MINUTE, org="other"),
        )
        assert store.pending("acme", "m", 10) == [
            pending("2", seen_at=NOW - MINUTE, lookups=("a", "b")),
            pending("1"),
        ]
        assert [one.gmail_id for one in store.pending("acme", "m", 1)] == ["2"]

    def test_parked_mail_is_apart_the_oldest_first(self, store: Store) -> None:
        keep(
            store,
            pending("1", parked="broken"),
            pending("2", parked="absent", seen_at=NOW),
            pending("3", parked="zipped", seen_at=NOW - MINUTE),
            pending("4", seen_at=NOW - 2 * MINUTE),
            pending("5", parked="broken", mailbox="m2"),
            pending("6", parked="broken", org="other"),
        )
        assert [one.gmail_id for one in store.pending("acme", "m", 10)] == ["4"]
        assert [one.gmail_id for one in store.parked("acme", "m", 10)] == ["3", "2", "1"]
        assert [one.gmail_id for one in store.parked("acme", "m", 1)] == ["3"]

    def test_chained_reads_come_by_number_from_behind_one(self, store: Store) -> None:
        keep(
            store,
            *(reads(f"r{12 - number}", number=number) for number in range(1, 12)),
            reads("new"),
            reads("there", number=2, mailbox="m2"),
            reads("else", number=2, org="other"),
        )
        found = store.reads("acme", "m", after=0, limit=4)
        assert [one.number for one in found] == [1, 2, 3, 4]
        assert [one.number for one in store.reads("acme", "m", after=9, limit=4)] == [10, 11]
        assert store.reads("acme", "m", after=11, limit=4) == []

    def test_reads_that_are_not_chained_come_oldest_first_ties_by_run(self, store: Store) -> None:
        keep(
            store,
            reads("b", sequence=1),
            reads("b", sequence=0),
            reads("a", at=NOW + MINUTE),
            reads("c", at=NOW - MINUTE),
            reads("chained", number=1, at=NOW - 2 * MINUTE),
            reads("there", mailbox="m2"),
        )
        found = store.unchained_reads("acme", "m", 10)
        assert [(one.run, one.sequence) for one in found] == [("c", 0), ("b", 0), ("b", 1), ("a", 0)]
        assert [one.run for one in store.unchained_reads("acme", "m", 1)] == ["c"]


class TestOneOrg:
    def test_suppressions_come_page_by_page_in_the_order_of_ids(self, store: Store) -> None:
        keep(store, *(suppression(id_) for id_ in ("c", "a", "b")), suppression("d", org="other"), contact())
        assert [one.id for one in store.suppressions("acme", limit=2)] == ["a", "b"]
        assert [one.id for one in store.suppressions("acme", after="b", limit=2)] == ["c"]
        assert store.suppressions("acme", after="c", limit=2) == []

    def test_mailboxes_come_by_address(self, store: Store) -> None:
        keep(
            store,
            mailbox("1", address="zoe@example.org"),
            mailbox("2", address="bob@example.org"),
            mailbox("3", org="other"),
            contact(),
        )
        assert [one.id for one in store.mailboxes("acme")] == ["2", "1"]
        assert store.mailboxes("acm") == []
