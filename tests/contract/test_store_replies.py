"""Hold every store to one contract: which answers of a campaign a list finds, and in which order."""

from __future__ import annotations

from lib.core.records import Interest, ReplyKind
from lib.ports import Store
from tests.contract.store_records import MINUTE, NOW, keep, reply


class TestReplies:
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

    def test_a_campaigns_answers_go_on_behind_a_place_that_need_not_be_there(self, store: Store) -> None:
        keep(store, *(reply(one, received_at=NOW) for one in "acb"), reply("old", received_at=NOW - MINUTE))
        for behind, found in (
            ((NOW, "m-c"), ["b", "a", "old"]),
            ((NOW, "m-bb"), ["b", "a", "old"]),
            ((NOW - MINUTE, "m-zzz"), ["old"]),
            ((NOW - MINUTE, "m-old"), []),
        ):
            assert [one.gmail_id for one in store.replies("acme", "spring", 9, behind=behind)] == found

    def test_a_campaigns_answers_of_a_kind_and_marked_so(self, store: Store) -> None:
        person, away, later = ReplyKind.PERSON, ReplyKind.AUTOMATIC, Interest.LATER
        keep(
            store,
            reply("1", kind=person, interest=later, received_at=NOW),
            reply("2", kind=person, received_at=NOW + MINUTE),
            reply("3", kind=away, interest=later, received_at=NOW + 2 * MINUTE),
            reply("4", kind=person, interest=later, campaign="autumn"),
        )
        for kind, interest, found in (
            (person, None, ["2", "1"]),
            (None, later, ["3", "1"]),
            (person, later, ["1"]),
            (ReplyKind.BOUNCE, None, []),
        ):
            answers = store.replies("acme", "spring", 9, kind=kind, interest=interest)
            assert [one.gmail_id for one in answers] == found
        assert store.replies("acme", "spring", 9, kind=person, behind=(NOW, "m-1")) == []
