"""Hold every store to one contract: which campaigns a list finds, and in which order."""

from __future__ import annotations

from datetime import timedelta

from lib.ports import Store
from tests.contract.store_records import MINUTE, NOW, campaign, keep

TINY = timedelta(microseconds=1)


def ids(store: Store, *whose: str, **page: object) -> list[str]:
    return [one.id for one in store.campaigns("acme", *whose, **({"limit": 9} | page))]  # type: ignore[arg-type]


class TestCampaigns:
    def test_of_an_author_of_a_mailbox_or_of_the_org_the_latest_first(self, store: Store) -> None:
        keep(
            store,
            campaign("a", author="ann", mailbox="m", accepted_at=NOW),
            campaign("b", author="bob", mailbox="m", accepted_at=NOW + MINUTE),
            campaign("c", author="ann", mailbox="n", accepted_at=NOW - MINUTE),
            campaign("d", author="ann", mailbox="m", accepted_at=NOW, org="other"),
        )
        assert ids(store, "author", "ann") == ["a", "c"]
        assert ids(store, "mailbox", "m") == ["b", "a"]
        assert ids(store, "org") == ["b", "a", "c"]
        assert ids(store, "org", limit=2) == ["b", "a"]
        assert ids(store, "author", "zoe") == []

    def test_pages_go_on_behind_a_place_that_need_not_be_there(self, store: Store) -> None:
        keep(store, *(campaign(one, author="ann", accepted_at=NOW) for one in "acb"))
        keep(store, campaign("old", author="ann", accepted_at=NOW - TINY))
        assert ids(store, "org") == ["c", "b", "a", "old"]
        assert ids(store, "author", "ann", behind=(NOW, "b")) == ["a", "old"]
        assert ids(store, "org", behind=(NOW, "bb")) == ["b", "a", "old"]
        assert ids(store, "org", behind=(NOW - TINY, "zzz")) == ["old"]
        assert ids(store, "org", behind=(NOW - TINY, "old")) == []
