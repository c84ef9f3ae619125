"""Show that candidates who differ in nothing that a template needs are rightly tried once for all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.campaigns.rows import Row
from lib.core.letters import templates_check
from lib.core.letters.needs import needs_of
from lib.core.letters.templates_check import ValueCheck
from lib.core.records import Step

SOURCES = [
    "Hi {{ first_name }}",
    "{{ a }}",
    "{{ a | default: 'x' }} and {{ b }}",
    "{{ a | remove: 'x' }}",
    "{{ a | truncate: 3 }}{{ b | truncatewords: 2, '' }}",
    "{{ a | append: b }}",
    "{{ a | truncate: b }}",
    "{% if a %}{{ b }}{% endif %} hello",
    "{% if a == 'x' %}{{ b }}{% endif %}hello",
    "{% if a and b %}{{ a }}{% elsif b %}{{ b }}{% else %}nobody{% endif %}",
    "{% unless a %}{{ b }}{% endunless %}",
    "{% if a contains 'x' or b %}{{ a }}{% endif %}",
    "{% assign c = a %}{{ c }}",
    "{% case a %}{% when 'x' %}{{ b }}{% else %}hello{% endcase %}",
    "{% for i in (1..3) %}{{ a }}{% endfor %}",
    "{{ 'always' }}{% comment %}{{ b }}{% endcomment %}",
    "{{ a | upcase | prepend: ' ' }}",
    "{{ a | url_encode }}" * 9,
]
CELLS = st.sampled_from(["", "x", "xx y", "3", "x" * 2_000])


def step(source: str) -> Step:
    return Step(id="s", subject=source, text=source, html=source, delay=timedelta())


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SOURCES), st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12))
def test_faults_are_those_of_trying_each_candidate(source: str, people: list[tuple[str, str]]) -> None:
    rows = [
        Row(index=at, line=None, cells={"email": f"c{at}@example.com", "name": "", "a": a, "b": b})
        for at, (a, b) in enumerate(people)
    ]
    at_once = ValueCheck([step(source)], ["a", "b"], "Autumn")
    for row in rows:
        alone = ValueCheck([step(source)], ["a", "b"], "Autumn")
        found, expected = list(at_once.faults(row)), list(alone.faults(row))
        # What is the template's own fault is named once.
        assert found == [one for one in expected if one.field.startswith("candidates") or one in found]


@pytest.mark.parametrize(
    ("source", "told", "read"),
    [
        ("Hi {{ a }}", ("a",), ()),
        ("{{ a | remove: 'x' }}", (), ("a",)),
        ("Hi {{ a | remove: 'x' }}", ("a",), ()),
        ("{% if a == 'x' %}{{ b }}{% endif %}.", ("b",), ("a",)),
        ("{% for i in (1..3) %}{{ a }}{% endfor %}", (), ("a",)),
    ],
)
def test_what_matters_of_the_values(source: str, told: tuple[str, ...], read: tuple[str, ...]) -> None:
    found = needs_of(source)
    assert (found.told, found.read) == (told, read)


def test_very_many_candidates_are_tried_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    tried, real = list[int](), templates_check._tried

    def counted(*given: Any) -> Any:
        tried.append(1)
        return real(*given)

    monkeypatch.setattr(templates_check, "_tried", counted)
    check = ValueCheck([step("Hi {{ first_name }} at {{ company | default: 'work' }}")], ["company"], "N")
    for at in range(1_000):
        cells = {"email": f"c{at}@example.com", "name": f"Kim {at}", "company": f"C{at}" if at % 3 else ""}
        assert list(check.faults(Row(index=at, line=None, cells=cells))) == []
    assert len(tried) == 2


def test_values_that_might_make_a_mail_too_long_are_tried() -> None:
    source = "Hi " + "{{ a }}" * 100
    assert needs_of(source).key({"a": "x"}) is not None
    assert needs_of(source).key({"a": "x" * 2_000}) is None
