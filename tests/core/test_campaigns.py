"""Show that a campaign is read whole, or refused with every fault and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.campaigns.hours import OFFICE_HOURS
from lib.core.campaigns.listed import FAULT_LIMIT
from lib.core.campaigns.request import Reading, content_digest, read_request, refused
from lib.core.campaigns.shortlist import Candidate
from lib.core.errors import Fault, InvalidRequest

QUICK = settings(max_examples=40, deadline=None)

DEMO = Path(__file__).parent.parent / "e2e" / "demo"


def request(**changes: Any) -> dict[str, Any]:
    whole = {
        "id": "autumn",
        "mailbox": "m1",
        "name": "Autumn",
        "timezone": "Europe/Berlin",
        "steps": [
            {"id": "intro", "subject": "{{ title }} wanted", "text": "Hi {{ first_name }}", "delay": "P0D"},
            {
                "id": "nudge",
                "subject": "",
                "html": "<p>{{ company | default: 'you' }}</p>",
                "delay": "P3DT2H",
            },
        ],
        "candidates": [{"email": "ada@example.com", "name": "Ada B", "title": "Engineer", "company": ""}],
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def step(**changes: Any) -> dict[str, Any]:
    whole = {"id": "intro", "subject": "a", "text": "b", "delay": "P0D"} | changes
    return {name: value for name, value in whole.items() if value is not ...}


def faults_of(data: Any) -> list[tuple[str, str, int | None]]:
    reading = read_request(json.dumps(data).encode())
    return [(fault.field, fault.why, fault.line) for fault in reading.faults]


def candidates_of(reading: Reading) -> Iterator[Candidate]:
    assert reading.listed is not None
    return reading.listed.candidates()


def content_of(reading: Reading) -> str:
    assert reading.listed is not None
    return content_digest(reading.draft, reading.listed.digest)


def test_whole_request_is_read_without_faults() -> None:
    reading = read_request(json.dumps(request(plan_digest="d")).encode())
    assert reading.faults == ()
    assert reading.plan_digest == "d"
    assert [(one.id, one.delay, one.thread, one.text) for one in reading.draft.steps] == [
        ("intro", timedelta(), "reply", "Hi {{ first_name }}"),
        ("nudge", timedelta(days=3, hours=2), "reply", ""),
    ]
    assert next(candidates_of(reading)).variables == {"company": "", "title": "Engineer"}
    assert reading.draft.window == OFFICE_HOURS
    assert (reading.draft.cc, reading.draft.reply_to, reading.draft.signature) == ((), (), True)
    assert (reading.draft.stop_on_own_answer, reading.draft.despite) == (True, "")


def test_choices_are_read() -> None:
    changes = {
        "window": "always",
        "cc": ["Boss@EXAMPLE.com"],
        "reply_to": ["team@example.com"],
        "signature": False,
        "stop_on_own_answer": False,
        "stop_elsewhere": True,
        "stop_colleagues": True,
        "contacted": {"action": "continue", "reason": " agreed "},
        "steps": [step(delay="1 business day")],
    }
    reading = read_request(json.dumps(request(**changes)).encode())
    draft = reading.draft
    assert reading.faults == ()
    assert (draft.window, draft.cc, draft.reply_to) == (None, ("Boss@example.com",), ("team@example.com",))
    assert (draft.signature, draft.stop_on_own_answer) == (False, False)
    assert (draft.stop_elsewhere, draft.stop_colleagues, draft.despite) == (True, True, "agreed")
    assert (draft.steps[0].delay, draft.steps[0].business_days) == (timedelta(), 1)


def test_demo_is_a_whole_request() -> None:
    campaign = json.loads((DEMO / "campaign.json").read_text("utf-8"))
    campaign |= {"mailbox": "m1", "shortlist": (DEMO / "shortlist.csv").read_text("utf-8")}
    reading = read_request(json.dumps(campaign).encode())
    assert reading.faults == ()
    assert len(list(candidates_of(reading))) == 25
    assert [one.id for one in reading.draft.steps] == ["intro", "nudge", "last"]


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"id": ...}, "id", "missing"),
        ({"id": "a/b"}, "id", "letters, digits"),
        ({"id": "x" * 65}, "id", "letters, digits"),
        ({"id": 5}, "id", "not a text"),
        ({"mailbox": ""}, "mailbox", "missing"),
        ({"mailbox": "../m"}, "mailbox", "letters, digits"),
        ({"name": None}, "name", "missing"),
        ({"name": "a\nb"}, "name", "line break"),
        ({"name": "x" * 201}, "name", "longer"),
        ({"timezone": "Mars/Base"}, "timezone", "'Mars/Base' is not"),
        ({"timezone": "../../etc/passwd"}, "timezone", "is not a time zone"),
        ({"window": {}}, "window", "never opens"),
        ({"colour": 1}, "colour", "no such field"),
        ({"plan_digest": 5}, "plan_digest", "not a text"),
        ({"cc": "x"}, "cc", "not a list"),
        ({"cc": ["boss@example.com", 5]}, "cc[1]", "not an e-mail"),
        ({"reply_to": ["a@example.com", "A@example.com"]}, "reply_to[1]", "in the list already"),
        ({"cc": [f"c{n}@example.com" for n in range(11)]}, "cc", "more than 10"),
        ({"cc": ["a@example.com\nBcc: b@example.com"]}, "cc[0]", "not an e-mail"),
        ({"signature": "yes"}, "signature", "true or false"),
        ({"stop_on_own_answer": 1}, "stop_on_own_answer", "true or false"),
        ({"contacted": "continue"}, "contacted", "action"),
        ({"contacted": {"action": "go"}}, "contacted", "action"),
        ({"contacted": {"action": ["skip"]}}, "contacted", "action"),
        ({"contacted": {"action": "continue"}}, "contacted.reason", "missing"),
        ({"contacted": {"action": "continue", "reason": "  "}}, "contacted.reason", "missing"),
        ({"contacted": {"action": "skip", "colour": 1}}, "contacted.colour", "no such field"),
        ({"candidates": []}, "candidates", "at least one"),
        ({"candidates": ...}, "candidates", "at least one"),
        ({"shortlist": "email\na@example.com"}, "shortlist", "either"),
        ({"candidates": ..., "shortlist": 3}, "shortlist", "is empty"),
        ({"steps": []}, "steps", "at least one"),
        ({"steps": {}}, "steps", "at least one"),
        ({"steps": [step(id=f"s{n}") for n in range(21)]}, "steps", "at most 20"),
        ({"steps": ["x"]}, "steps[0]", "not an object"),
        ({"steps": [step(), step()]}, "steps[1].id", "called 'intro' too"),
        ({"steps": [step(id="a b")]}, "steps[0].id", "letters, digits"),
        ({"steps": [step(colour=1)]}, "steps[0].colour", "no such field"),
        ({"steps": [step(subject=" ")]}, "steps[0].subject", "missing"),
        ({"steps": [step(), step(id="b", subject="", thread="new")]}, "steps[1].subject", "missing"),
        ({"steps": [step(text=...)]}, "steps[0].text", "body is needed"),
        ({"steps": [step(text=" ", html=" ")]}, "steps[0].text", "body is needed"),
        ({"steps": [step(text=7)]}, "steps[0].text", "not a text"),
        ({"steps": [step(text="{{ a")]}, "steps[0].text", "expected"),
        ({"steps": [step(html="{% include 'x' %}")]}, "steps[0].html", "unexpected tag"),
        ({"steps": [step(text="a\x07")]}, "steps[0].text", "control"),
        ({"steps": [step(text="x" * 50_001)]}, "steps[0].text", "longer"),
        ({"steps": [step(subject="x" * 1_001)]}, "steps[0].subject", "longer"),
        ({"steps": [step(subject="a\nb")]}, "steps[0].subject", "control"),
        ({"steps": [step(delay=...)]}, "steps[0].delay", "missing"),
        ({"steps": [step(delay="3 days")]}, "steps[0].delay", "ISO 8601"),
        ({"steps": [step(delay="0 business days")]}, "steps[0].delay", "1 to 250"),
        ({"steps": [step(delay="251 business days")]}, "steps[0].delay", "1 to 250"),
        (
            {"steps": [step(id=f"s{n}", subject="s", text="x" * 49_000) for n in range(13)]},
            "steps",
            "at most 600000",
        ),
        ({"steps": [step(delay="P1M")]}, "steps[0].delay", "ISO 8601"),
        ({"steps": [step(delay="-P1D")]}, "steps[0].delay", "below zero"),
        ({"steps": [step(delay="P366D")]}, "steps[0].delay", "over a year"),
        ({"steps": [step(delay=3)]}, "steps[0].delay", "not a text"),
        ({"steps": [step(thread="both")]}, "steps[0].thread", '"reply" or "new"'),
        ({"steps": [step(text="{{ salary }}")]}, "steps[0].text", "no column 'salary'"),
        ({"steps": [step(text="{{ company }}")]}, "candidates[0].company", "no fallback"),
        (
            {"steps": [step(subject="{{ company | default: ' ' }}")]},
            "candidates[0].email",
            "subject is empty",
        ),
        ({"steps": [step(text="{% for i in (1..9999) %}x{% endfor %}")]}, "steps[0].text", "limit"),
        ({"steps": [step(text="{{ title | truncate: title }}")]}, "steps[0].text", "integer"),
    ],
)
def test_fault_names_field_and_reason(changes: dict[str, Any], field: str, why: str) -> None:
    found = faults_of(request(**changes))
    assert [one for one in found if one[0] == field and why in one[1]], found
    assert len(found) <= 2, "one mistake is not a flood of faults"


def test_missing_value_names_its_line_and_the_way_out() -> None:
    lines = "email,title,company\na@example.com,x,y\nb@example.com,x,\n"
    steps = [step(text="{{ company }} {{ company }} {{ title }}"), step(id="b", html="{{ company }}")]
    found = faults_of(request(candidates=..., shortlist=lines, steps=steps))
    assert [(field, line) for field, _, line in found] == [("company", 3)]
    assert '{{ company | default: "..." }}' in found[0][1]


def test_all_missing_values_of_a_candidate_are_listed() -> None:
    candidate = {"email": "a@example.com", "x": "", "y": "", "z": "1"}
    found = faults_of(
        request(candidates=[candidate], steps=[step(text="{{ x }}{{ y }}{{ z }}{{ first_name }}")])
    )
    assert [field for field, _, _ in found] == [f"candidates[0].{name}" for name in ("x", "y", "first_name")]


def test_faults_of_all_parts_come_together() -> None:
    data = request(id="", timezone="Mars", steps=[step(delay="-P1D")], candidates=[{"email": "x"}])
    assert [field for field, _, _ in faults_of(data)] == [
        "id",
        "timezone",
        "steps[0].delay",
        "candidates[0].email",
    ]


def test_branch_not_taken_needs_no_value() -> None:
    text = "{% if company %}at {{ company }}{% endif %} hello"
    assert faults_of(request(steps=[step(text=text)])) == []


def test_first_name_column_outranks_the_name() -> None:
    candidates = [{"email": "a@example.com", "name": "", "first_name": "Ada"}]
    assert faults_of(request(candidates=candidates, steps=[step(text="{{ first_name }}")])) == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"a": "\xff"}', b"[" * 100_000, b'{"id": "\\ud800"}']
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_request(body)
    assert [fault.field for fault in caught.value.faults] == ["body"]


def test_csv_and_json_of_the_same_candidates_are_the_same_content() -> None:
    lines = "title,email,company,name\nEngineer,ada@example.com,,Ada B\n"
    one = read_request(json.dumps(request()).encode())
    other = read_request(json.dumps(request(candidates=..., shortlist=lines, plan_digest="d")).encode())
    assert one.faults == other.faults == ()
    assert content_of(one) == content_of(other)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Winter"},
        {"steps": [step()]},
        {"timezone": "Asia/Tokyo"},
        {"mailbox": "m2"},
        {"window": "always"},
        {"cc": ["boss@example.com"]},
        {"signature": False},
        {"contacted": {"action": "continue", "reason": "agreed"}},
        {"candidates": [{"email": "ada@example.com", "name": "Ada B", "title": "Engineer", "company": "x"}]},
    ],
)
def test_other_content_has_another_digest(changes: dict[str, Any]) -> None:
    one = read_request(json.dumps(request()).encode())
    other = read_request(json.dumps(request(**changes)).encode())
    assert content_of(one) != content_of(other)


def test_flood_of_faults_is_cut_and_counted() -> None:
    error = refused([Fault(field="a", why="b")] * (FAULT_LIMIT + 7))
    assert len(error.faults) == FAULT_LIMIT + 1
    assert error.faults[-1].why == "and 7 more"
    assert "1007 faults" in str(error)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELD = st.sampled_from(
    [
        *("id", "mailbox", "name", "timezone", "window", "steps", "candidates", "shortlist", "plan_digest"),
        *("cc", "reply_to", "signature", "contacted", "stop_colleagues"),
    ]
)


@QUICK
@given(st.dictionaries(FIELD, JSON, min_size=1))
def test_any_json_is_read_or_refused_in_words(changes: dict[str, Any]) -> None:
    reading = read_request(json.dumps(request(**changes)).encode())
    assert all(fault.why for fault in reading.faults)
