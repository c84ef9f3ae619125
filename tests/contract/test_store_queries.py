"""Hold every store to one contract: what the queries find, in which order, and the figures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.core.records import Record, Status
from lib.ports import Store
from tests.contract.store_records import (
    MINUTE,
    NOW,
    contact,
    enrollment,
    inbox,
    key_of,
    mailbox,
    pending,
    put,
    reply,
)


def keep(store: Store, *records: Record) -> None:
    put(store, {key_of(record): record for record in records})


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


class TestOneOrg:
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

    def test_a_campaigns_answers_come_latest_first_ties_by_name(self, store: Store) -> None:
        keep(
            store,
            reply("1", received_at=NOW - MINUTE),
            reply("2", received_at=NOW),
            reply("3", received_at=NOW - MINUTE, text="thanks, no"),
            reply("4", campaign="autumn"),
            reply("5", org="other"),
        )
        assert [one.gmail_id for one in store.replies("acme", "spring", 10)] == ["2", "3", "1"]
        assert [one.gmail_id for one in store.replies("acme", "spring", 2)] == ["2", "3"]


class TestFigures:
    def test_an_unknown_campaign_has_all_figures_at_zero(self, store: Store) -> None:
        keep(store, enrollment(campaign="autumn"), enrollment(org="other"))
        expected = {status.value: 0 for status in Status} | {"candidates": 0, "sent": 0, "auto_replies": 0}
        assert dict(store.figures("acme", "spring")) == expected
        assert all(type(figure) is int for figure in store.figures("acme", "spring").values())

    @pytest.mark.parametrize("statuses", [tuple(Status), (Status.FAILED,), (Status.WAITING, Status.REPLIED)])
    def test_every_status_and_sum_is_exact(self, store: Store, statuses: tuple[Status, ...]) -> None:
        candidates = [
            enrollment(f"{status}-{n}", status=status, sent_count=n, auto_replies=1)
            for size, status in enumerate(statuses, start=1)
            for n in range(size)
        ]
        keep(store, *candidates, enrollment("x", campaign="autumn", sent_count=9), enrollment("y", org="z"))
        expected = {status.value: 0 for status in Status}
        expected |= {status.value: size for size, status in enumerate(statuses, start=1)}
        expected |= {
            "candidates": len(candidates),
            "sent": sum(one.sent_count for one in candidates),
            "auto_replies": len(candidates),
        }
        assert dict(store.figures("acme", "spring")) == expected
