"""Hold every store to one contract: the figures of campaigns and of the variants of their steps."""

from __future__ import annotations

import pytest

from lib.core.records import Interest, Status
from lib.ports import Store
from tests.contract.store_records import enrollment, keep

ZERO = {name.value: 0 for name in (*Status, *Interest)} | {"candidates": 0, "sent": 0, "auto_replies": 0}


class TestFigures:
    def test_an_unknown_campaign_has_all_figures_at_zero(self, store: Store) -> None:
        keep(store, enrollment(campaign="autumn"), enrollment(org="other"))
        assert dict(store.figures("acme", "spring")) == ZERO
        assert all(type(figure) is int for figure in store.figures("acme", "spring").values())

    @pytest.mark.parametrize("statuses", [tuple(Status), (Status.FAILED,), (Status.WAITING, Status.REPLIED)])
    def test_every_status_and_sum_is_exact(self, store: Store, statuses: tuple[Status, ...]) -> None:
        candidates = [
            enrollment(f"{status}-{n}", status=status, sent_count=n, auto_replies=1)
            for size, status in enumerate(statuses, start=1)
            for n in range(size)
        ]
        keep(store, *candidates, enrollment("x", campaign="autumn", sent_count=9), enrollment("y", org="z"))
        expected = ZERO | {status.value: size for size, status in enumerate(statuses, start=1)}
        expected |= {
            "candidates": len(candidates),
            "sent": sum(one.sent_count for one in candidates),
            "auto_replies": len(candidates),
        }
        assert dict(store.figures("acme", "spring")) == expected

    def test_interest_counts_of_those_who_answered(self, store: Store) -> None:
        yes, later = Interest.INTERESTED, Interest.LATER
        keep(
            store,
            enrollment("a", status=Status.REPLIED, answered="intro", interest=yes),
            enrollment("b", status=Status.OPTED_OUT, answered="nudge", interest=yes),
            enrollment("c", status=Status.REPLIED, answered="intro", interest=later),
            enrollment("d", status=Status.REPLIED, answered="intro"),
            enrollment("e", interest=Interest.WRONG_PERSON),
            enrollment("f", status=Status.REPLIED, answered="intro", interest=yes, campaign="autumn"),
        )
        figures = store.figures("acme", "spring")
        assert {one: figures[one] for one in Interest} == {
            Interest.INTERESTED: 2,
            Interest.NOT_INTERESTED: 0,
            Interest.LATER: 1,
            Interest.WRONG_PERSON: 0,
        }


class TestVariantFigures:
    def test_each_variant_counts_what_went_out_and_who_answered_to_it(self, store: Store) -> None:
        replied, yes = Status.REPLIED, Interest.INTERESTED
        both = {"intro": "a", "nudge": "b"}
        keep(
            store,
            enrollment("1", got={"intro": "a"}),
            enrollment("2", got={"intro": "a"}, status=replied, answered="intro", interest=yes),
            enrollment("3", got=both, status=replied, answered="nudge", interest=Interest.LATER),
            enrollment("4", got={"intro": "b"}, status=Status.OPTED_OUT, answered="intro"),
            enrollment("5", got={"intro": "-"}, status=replied, answered="intro"),
            enrollment("6", got={"intro": "a"}, status=replied, answered="intro", campaign="autumn"),
        )
        found = store.variant_figures("acme", "spring", {"intro": ("a", "b", "c"), "nudge": ("b",)})
        assert found == {
            "intro": {
                "a": {"sent": 3, "replied": 1, "interested": 1},
                "b": {"sent": 1, "replied": 0, "interested": 0},
                "c": {"sent": 0, "replied": 0, "interested": 0},
            },
            "nudge": {"b": {"sent": 1, "replied": 1, "interested": 0}},
        }

    @pytest.mark.parametrize("step", ["first-mail", "1", "_x", "__x__", "a.b", "a`b", "ö"])
    def test_any_id_of_a_step_is_counted(self, store: Store, step: str) -> None:
        keep(store, enrollment("1", got={step: "a"}), enrollment("2", got={"other": "a"}))
        sent = {"sent": 1, "replied": 0, "interested": 0}
        assert store.variant_figures("acme", "spring", {step: ("a",)}) == {step: {"a": sent}}
        assert store.variant_figures("acme", "spring", {}) == {}
