"""Hold every store to one contract: what is counted over campaigns, by hours, and of times to answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.core.records import Enrollment, Interest, ReplyKind, Status
from lib.ports import Counted, Store
from tests.contract.store_records import MINUTE, NOW, enrollment, keep, reply

SCOPES: list[tuple[Counted, str]] = [("campaign", "spring"), ("mailbox", "m"), ("org", "")]


def strangers() -> list[Enrollment]:
    """Return enrollments that are in the org's figures alone, or in none."""
    said: dict[str, Any] = {"sent_hours": ("5",), "answer_hour": "6", "answer_seconds": 1, "answered": "s"}
    elsewhere = {"campaign": "autumn", "mailbox": "n"}
    return [enrollment("x", **said, **elsewhere, sent_count=1), enrollment("y", **said, org="other")]


class TestTally:
    @pytest.mark.parametrize(("of", "id_"), SCOPES)
    def test_counts_people_and_mails_exactly(self, store: Store, of: Counted, id_: str) -> None:
        yes, out = Interest.INTERESTED, Status.OPTED_OUT
        keep(
            store,
            enrollment("1", sent_count=2, auto_replies=1),
            enrollment("2", sent_count=1, status=Status.REPLIED, answered="s", interest=yes),
            enrollment("3", sent_count=1, status=out, answered="s", auto_replies=2),
            enrollment("4", sent_count=3, status=Status.BOUNCED),
            enrollment("5", status=Status.BOUNCED),
            enrollment("6", status=Status.HELD),
            *strangers(),
        )
        more = int(of == "org")
        tally = store.tally("acme", of, id_)
        assert {name: figure for name, figure in tally.items() if figure} == {
            "candidates": 6 + more,
            "sent": 7 + more,
            "auto_replies": 3,
            "waiting": 1 + more,
            "replied": 1,
            "opted_out": 1,
            "bounced": 2,
            "held": 1,
            "interested": 1,
            "reached": 4 + more,
            "answered": 2 + more,
            "bounced_unreached": 1,
        }
        assert all(type(figure) is int for figure in tally.values())

    @pytest.mark.parametrize(("of", "id_"), SCOPES)
    def test_nothing_is_nought(self, store: Store, of: Counted, id_: str) -> None:
        keep(store, enrollment(org="other"))
        assert set(store.tally("acme", of, id_).values()) == {0}


class TestProgress:
    def test_campaigns_are_counted_each_for_itself(self, store: Store) -> None:
        keep(
            store,
            enrollment("1", sent_count=2),
            enrollment("2", sent_count=1, status=Status.REPLIED, answered="s"),
            enrollment("3", sent_count=1, status=Status.OPTED_OUT, answered="s"),
            *strangers(),
        )
        nothing = {"sent": 0, "waiting": 0, "answered": 0}
        assert store.progress("acme", ["spring", "winter", "autumn"]) == {
            "spring": {"sent": 4, "waiting": 1, "answered": 2},
            "winter": nothing,
            "autumn": {"sent": 1, "waiting": 1, "answered": 1},
        }
        assert store.progress("acme", []) == {}


class TestHourFigures:
    @pytest.mark.parametrize(("of", "id_"), SCOPES)
    def test_every_mail_counts_in_its_hour_and_every_answer(
        self, store: Store, of: Counted, id_: str
    ) -> None:
        keep(
            store,
            enrollment("1", sent_hours=("9", "33", "9x2", "9x3"), answer_hour="33"),
            enrollment("2", sent_hours=("9",), answer_hour="0"),
            enrollment("3", sent_hours=("167", "90"), answer_hour="33"),
            enrollment("4"),
            *strangers(),
        )
        found = {name: dict(hours) for name, hours in store.hour_figures("acme", of, id_).items()}
        more: tuple[dict[int, int], ...] = ({5: 1}, {6: 1}) if of == "org" else ({}, {})
        assert found == {"sent": {9: 4, 33: 1, 90: 1, 167: 1} | more[0], "answered": {0: 1, 33: 2} | more[1]}

    def test_nothing_is_in_no_hour(self, store: Store) -> None:
        assert {name: dict(one) for name, one in store.hour_figures("acme", "org").items()} == {
            "sent": {},
            "answered": {},
        }


class TestMedianAnswer:
    @pytest.mark.parametrize(
        ("times", "median"),
        [
            ([], None),
            ([0], 0),
            ([7], 7),
            ([0, 0, 0, 5], 0),
            ([10, 20], 15),
            ([10, 21], 15.5),
            ([3, 3, 9, 9], 6),
            ([86_400, 86_401, 9_000_000], 86_401),
            ([1, 30_000_000, 31_000_001, 2], 15_000_001),
        ],
    )
    def test_is_exact(self, store: Store, times: list[int], median: float | None) -> None:
        keep(store, *(enrollment(f"e{n}", answer_seconds=one) for n, one in enumerate(times)), *strangers())
        keep(store, enrollment("none"))
        expected = None if median is None else timedelta(seconds=median)
        assert store.median_answer("acme", "campaign", "spring") == expected
        assert store.median_answer("acme", "mailbox", "m") == expected

    def test_of_the_org_counts_all_campaigns(self, store: Store) -> None:
        keep(store, enrollment("a", answer_seconds=4), *strangers())
        assert store.median_answer("acme", "org") == timedelta(seconds=2.5)


class TestDays:
    def test_every_mail_counts_on_its_day(self, store: Store) -> None:
        keep(
            store,
            enrollment("1", sent_days=("2026-03-02", "2026-03-02x2", "2026-03-05"), sent_count=3),
            enrollment("2", sent_days=("2026-03-02",), sent_count=1),
            enrollment("3"),
            enrollment("4", sent_days=("2026-03-02",), sent_count=1, campaign="autumn"),
            enrollment("5", sent_days=("2026-03-02",), sent_count=1, org="other"),
        )
        days = [f"2026-03-{number:02}" for number in range(1, 21)]
        assert dict(store.sent_days("acme", "spring", days)) == {"2026-03-02": 3, "2026-03-05": 1}
        assert dict(store.sent_days("acme", "spring", days[2:])) == {"2026-03-05": 1}
        assert dict(store.sent_days("acme", "winter", days)) == {}
        assert dict(store.sent_days("acme", "spring", [])) == {}

    def test_every_answer_in_person_counts_between_two_moments(self, store: Store) -> None:
        person = ReplyKind.PERSON
        keep(
            store,
            reply("1", kind=person, received_at=NOW),
            reply("2", kind=person, received_at=NOW + MINUTE - timedelta(microseconds=1)),
            reply("3", kind=person, received_at=NOW + 11 * MINUTE),
            reply("4", kind=ReplyKind.AUTOMATIC, received_at=NOW),
            reply("5", kind=person, received_at=NOW, campaign="autumn"),
            reply("6", kind=person, received_at=NOW - MINUTE),
        )
        bounds = [NOW + number * MINUTE for number in range(13)]
        assert list(store.answers_between("acme", "spring", bounds)) == [2, *[0] * 10, 1]
        assert list(store.answers_between("acme", "winter", bounds)) == [0] * 12
        assert list(store.answers_between("acme", "spring", bounds[:1])) == []
