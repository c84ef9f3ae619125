"""Show that whatever words a candidate may get are checked: the step's, a variant's, their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.core.campaigns.request import read_request
from lib.core.campaigns.variants import variants_for
from lib.core.records import Step, Variant, Words
from tests.core.test_campaigns import candidates_of, faults_of, request, step

SHORT, LONG = {"id": "short", "text": "Hi"}, {"id": "long", "subject": "{{ title }}", "text": "Hello"}


def candidate(**words: Any) -> dict[str, Any]:
    return {"email": "ada@example.com", "name": "Ada B", "title": "Engineer", "company": "", "words": words}


def test_variants_and_own_words_are_read() -> None:
    data = request(
        steps=[step(variants=[SHORT, LONG])], candidates=[candidate(intro={"text": "Only for you"})]
    )
    reading = read_request(json.dumps(data).encode())
    assert reading.faults == ()
    assert reading.draft.steps[0].variants == (
        Variant(id="short", text="Hi"),
        Variant(id="long", subject="{{ title }}", text="Hello"),
    )
    assert next(candidates_of(reading)).words == {"intro": Words(text="Only for you")}
    assert "words" not in next(candidates_of(reading)).variables


@pytest.mark.parametrize(
    ("variants", "field", "why"),
    [
        ("x", "steps[0].variants", "not a list"),
        ([SHORT], "steps[0].variants", "2 to 10"),
        ([SHORT | {"id": f"v{n}"} for n in range(11)], "steps[0].variants", "2 to 10"),
        ([SHORT, 5], "steps[0].variants[1]", "not an object"),
        ([SHORT, SHORT], "steps[0].variants[1].id", "called 'short' too"),
        ([SHORT, {"text": "x"}], "steps[0].variants[1].id", "missing"),
        ([SHORT, {"id": "b"}], "steps[0].variants[1]", "nothing of its own"),
        ([SHORT, LONG | {"colour": 1}], "steps[0].variants[1].colour", "no such field"),
        ([SHORT, LONG | {"text": "{{ a"}], "steps[0].variants[1].text", "expected"),
        ([SHORT, LONG | {"subject": "a\nb"}], "steps[0].variants[1].subject", "control"),
        ([SHORT, LONG | {"text": "{{ salary }}"}], "steps[0].variants[1].text", "no column 'salary'"),
        ([LONG | {"id": "a", "subject": "{{ salary }}"}, SHORT], "steps[0].variants[0].subject", "'salary'"),
        (
            [SHORT, LONG | {"text": "{{ company }}"}],
            "candidates[0].company",
            "variants[1].text has no fallback",
        ),
        (
            [SHORT, LONG | {"text": "{% for i in (1..9999) %}x{% endfor %}"}],
            "steps[0].variants[1].text",
            "limit",
        ),
    ],
)
def test_fault_of_a_variant_names_it(variants: Any, field: str, why: str) -> None:
    found = faults_of(request(steps=[step(variants=variants)]))
    assert [(one[0], why in one[1]) for one in found] == [(field, True)], found


@pytest.mark.parametrize(
    ("words", "field", "why"),
    [
        ({"outro": {"text": "x"}}, "candidates[0].words.outro", "no step"),
        ({"intro": "x"}, "candidates[0].words.intro", "not an object"),
        ({"intro": {}}, "candidates[0].words.intro", "nothing of its own"),
        ({"intro": {"text": 5}}, "candidates[0].words.intro.text", "not a text"),
        ({"intro": {"text": "x", "delay": "P1D"}}, "candidates[0].words.intro.delay", "no such field"),
        ({"intro": {"text": "{{ a"}}, "candidates[0].words.intro.text", "expected"),
        ({"intro": {"text": "{{ salary }}"}}, "candidates[0].words.intro.text", "no column 'salary'"),
        ({"intro": {"html": "{{ company }}"}}, "candidates[0].company", "words.intro.html has no fallback"),
        ({"intro": {"subject": "{{ company | default: ' ' }}"}}, "candidates[0].email", "is empty"),
        ({"intro": {"text": "x" * 20_001}}, "candidates[0].email", "longer than 20000 bytes"),
    ],
)
def test_fault_of_own_words_names_them(words: Any, field: str, why: str) -> None:
    found = faults_of(request(steps=[step()], candidates=[candidate(**words)]))
    assert [(one[0], why in one[1]) for one in found] == [(field, True)], found


@pytest.mark.parametrize("words", [5, "x", []])
def test_words_that_are_no_object_are_a_fault(words: Any) -> None:
    found = faults_of(request(candidates=[candidate() | {"words": words}]))
    assert [one[0] for one in found] == ["candidates[0].words"]


def test_who_has_own_words_needs_no_values_for_the_steps() -> None:
    steps = [step(text="At {{ company }}")]
    assert faults_of(request(steps=steps, candidates=[candidate(intro={"text": "Hi"})])) == []
    assert [one[0] for one in faults_of(request(steps=steps, candidates=[candidate()]))] == [
        "candidates[0].company"
    ]


def test_column_that_only_others_have_is_empty_and_not_unknown() -> None:
    others = [{"email": "b@example.com", "title": "x", "note": "n"}]
    candidates = [candidate(intro={"text": "{{ note | default: 'x' }}"}), *others]
    assert faults_of(request(steps=[step()], candidates=candidates)) == []


def test_variable_in_a_subject_of_own_words_holds_no_line_break() -> None:
    one = candidate(intro={"subject": "{{ note }}"}) | {"note": "a\nb"}
    assert [found[0] for found in faults_of(request(steps=[step()], candidates=[one]))] == [
        "candidates[0].note"
    ]


def test_variants_go_to_about_as_many_each_and_are_always_the_same() -> None:
    first, second = Variant(id="a", text="a"), Variant(id="b", text="b")
    steps = [
        Step(id=id_, subject="s", text="t", delay=0, variants=(first, second))  # type: ignore[arg-type]
        for id_ in ("intro", "nudge")
    ]
    given = [variants_for(steps, f"enrollment-{number}") for number in range(1_000)]
    assert given == [variants_for(steps, f"enrollment-{number}") for number in range(1_000)]
    pairs = [(one["intro"], one["nudge"]) for one in given]
    assert all(200 < pairs.count((intro, nudge)) < 300 for intro in "ab" for nudge in "ab")
    assert variants_for([Step(id="x", subject="s", text="t", delay=0)], "e") == {}  # type: ignore[arg-type]
