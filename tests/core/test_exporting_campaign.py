"""Show that an exported campaign is read back as the same steps and candidates, whatever people write."""

from __future__ import annotations

import base64
import csv
import io
import json
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.callers import VerifiedCaller
from lib.core.campaigns.accepting import Order, campaign_of
from lib.core.campaigns.admitting import Place, enrollment_of, places
from lib.core.campaigns.listed import listed
from lib.core.campaigns.request import Reading, read_request
from lib.core.campaigns.rows import CsvRows
from lib.core.campaigns.shortlist import Candidate
from lib.core.exporting_campaign import (
    csv_header,
    csv_row,
    exported_candidate,
    exported_head,
    variables_of,
)
from lib.core.records import Campaign, Enrollment, Interest, Mailbox, SentMail, Slot, Status, Step, Words
from lib.core.spreadsheets import as_written, plain
from tests.core.enrollments import NOW

AUTHOR = VerifiedCaller(org="acme", user="user-1", email="robin@example.com", role="member")
MAILBOX = Mailbox(
    org="acme",
    id="m1",
    inbox="i",
    owner="user-1",
    address="robin@example.com",
    sender_name="Robin",
    connected_at=NOW,
)
_SIGNS = st.sampled_from([*"=+-@'\",;{%\u00e9\u4e2d", "\uff1d", "'=", "''-", "\n", "\r\n", "\t", " "])
_LINE = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=8)
TEXTS = st.lists(st.one_of(_SIGNS, _LINE), max_size=4).map("".join)
PLAIN = TEXTS.map(lambda text: " ".join(text.split()))
#: Words without anything that Liquid would read.
WORDS = TEXTS.map(lambda text: "Hi " + text.replace("{", "").replace("%", ""))
LINES = PLAIN.map(lambda text: "On " + text.replace("{", "").replace("%", ""))
Strategies = dict[str, st.SearchStrategy[Any]]
_FILE: Strategies = {
    "name": st.sampled_from(["cv.pdf", "map of the office.png"]),
    "type": st.sampled_from(["application/pdf", "image/png"]),
    "content": st.binary(min_size=1, max_size=5).map(lambda some: base64.b64encode(some).decode()),
}
FILES = st.fixed_dictionaries(_FILE)


def _variants(subjects: list[str]) -> list[dict[str, str]]:
    return [{"id": f"v{number}", "subject": subject} for number, subject in enumerate(subjects)]


def steps() -> st.SearchStrategy[list[dict[str, Any]]]:
    some: Strategies = {
        "subject": LINES,
        "text": WORDS,
        "delay": st.sampled_from(["P0D", "P3D", "P3DT2H", "PT90S", "1 business day", "3 business days"]),
        "thread": st.sampled_from(["reply", "new"]),
        "attachments": st.lists(FILES, max_size=2, unique_by=lambda one: str(one["name"])),
        "variants": st.just([]) | st.lists(LINES, min_size=2, max_size=3).map(_variants),
    }
    words: Strategies = {"html": WORDS}
    return st.lists(st.fixed_dictionaries(some, optional=words), min_size=1, max_size=3).map(
        lambda found: [{"id": f"s{number}", **one} for number, one in enumerate(found)]
    )


CANDIDATES = st.lists(
    st.fixed_dictionaries(
        {
            "email": st.sampled_from(
                ["ada@example.com", "+ben@example.org", "=cal@example.net", "a'b@example.com"]
            )
        },
        optional={
            "name": PLAIN,
            "timezone": st.sampled_from(["Europe/Berlin", "Asia/Tokyo"]),
            "country": st.sampled_from(["de", "US"]),
            "city": TEXTS,
            "title": TEXTS,
            "language": TEXTS,
            "words": st.fixed_dictionaries({"s0": st.fixed_dictionaries({"subject": LINES})}),
        },
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: str(one["email"]),
)
WINDOWS = st.sampled_from(
    [
        None,
        "always",
        {"mon-wed": ["09:00-12:00", "13:05-24:00"], "sun": "00:00-01:00", "holidays": "de-by"},
        {"sat": ["10:00-11:00"]},
    ]
)
REQUESTS = st.fixed_dictionaries(
    {
        "id": st.just("c1"),
        "mailbox": st.just("m1"),
        "name": LINES,
        "timezone": st.just("Europe/Berlin"),
        "window": WINDOWS,
        "steps": steps(),
        "candidates": CANDIDATES,
        "cc": st.sampled_from([[], ["boss@example.com"]]),
        "reply_to": st.sampled_from([[], ["team@example.com", "desk@example.org"]]),
        "signature": st.booleans(),
        "stop_on_own_answer": st.booleans(),
        "stop_elsewhere": st.booleans(),
        "stop_colleagues": st.booleans(),
        "contacted": st.sampled_from([None, {"action": "skip"}, {"action": "continue", "reason": "agreed"}]),
    }
)


def kept(reading: Reading) -> tuple[Campaign, list[Enrollment]]:
    """Return what an acceptance makes of a request, in the order in which a store has it."""
    draft, listed = reading.draft, reading.listed
    assert listed is not None
    found = tuple(places("acme", draft.id, listed.candidates(), b"key"))
    order = Order(
        caller=AUTHOR,
        draft=draft,
        content="digest",
        contents=reading.contents,
        plan_digest=None,
        listed=listed,
    )
    campaign = campaign_of(order, MAILBOX, NOW, NOW)
    return campaign, sorted((enrolled(campaign, place) for place in found), key=lambda one: one.id)


def enrolled(campaign: Campaign, place: Place) -> Enrollment:
    slots = tuple(Slot(step=step.id, due=NOW, reason="") for step in campaign.steps)
    return enrollment_of(campaign, place, slots, NOW)


def read(request: dict[str, Any]) -> Reading:
    reading = read_request(json.dumps(request).encode())
    assert reading.faults == ()
    return reading


def as_json(reading: Reading) -> bytes:
    campaign, people = kept(reading)
    listed = b",".join(exported_candidate(campaign, one) for one in people)
    return exported_head(campaign, reading.contents) + listed + b"]}"


def as_csv(campaign: Campaign, people: list[Enrollment]) -> str:
    columns = sorted(variables_of(people))
    return csv_header(columns) + "".join(csv_row(campaign, one, columns) for one in people)


def read_as_csv(data: bytes) -> list[Candidate]:
    step = Step(id="s0", subject="a", text="b", delay=timedelta())
    found = listed(CsvRows(lambda: [data]), [step], "N", 100)
    assert found.faults == ()
    return list(found.candidates())


def usual(reading: Reading, names: set[str] | None = None) -> list[Candidate]:
    """Return a request's candidates with what goes without saying left out, in one order."""
    draft = reading.draft
    assert reading.listed is not None
    candidates = [
        msgspec.structs.replace(
            one,
            timezone="" if one.timezone == draft.timezone else one.timezone,
            variables=dict.fromkeys(sorted(names or ()), "") | one.variables,
        )
        for one in reading.listed.candidates()
    ]
    return sorted(candidates, key=lambda one: one.email)


@settings(max_examples=60)
@given(REQUESTS)
def test_json_is_read_back_as_the_same_campaign(request: dict[str, Any]) -> None:
    reading = read(request)
    again = read_request(as_json(reading))
    assert again.faults == ()
    assert usual(again) == usual(reading)
    assert again.draft == reading.draft
    assert again.contents == reading.contents


@settings(max_examples=60)
@given(CANDIDATES)
def test_csv_is_read_back_as_the_same_candidates(candidates: list[dict[str, Any]]) -> None:
    plain_ones = [{name: cell for name, cell in one.items() if name != "words"} for one in candidates]
    step = {"id": "s0", "subject": "a", "text": "b", "delay": "P0D"}
    reading = read(
        {"id": "c1", "mailbox": "m1", "name": "N", "timezone": "Europe/Berlin", "steps": [step]}
        | {"candidates": plain_ones}
    )
    campaign, people = kept(reading)
    found = read_as_csv(as_csv(campaign, people).encode())
    assert sorted(found, key=lambda one: one.email) == usual(reading, variables_of(people))


@given(TEXTS)
def test_no_cell_is_a_formula_and_each_comes_back(text: str) -> None:
    assert plain(text)[:1] not in set("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
    assert as_written(plain(text)) == text


def one_of_each() -> tuple[Campaign, Enrollment]:
    step = {"id": "s0", "subject": "a", "text": "b", "delay": "P0D"}
    candidate = {"email": "ada@example.com", "name": "Ada", "city": "=1+2"}
    request = {"id": "c1", "mailbox": "m1", "name": "N", "timezone": "UTC", "steps": [step]}
    campaign, [one] = kept(read(request | {"candidates": [candidate]}))
    mail = SentMail(step="s0", gmail_id="g", thread="t", message_id="<x@example.com>", subject="a", at=NOW)
    return campaign, msgspec.structs.replace(
        one,
        status=Status.REPLIED,
        why="-answered",
        sent=(mail, msgspec.structs.replace(mail, at=NOW + timedelta(days=1))),
        sent_count=2,
        interest=Interest.LATER,
    )


def test_csv_says_how_a_candidate_fared() -> None:
    campaign, one = one_of_each()
    [row] = csv.DictReader(io.StringIO(as_csv(campaign, [one]), newline=""))
    assert row == {
        "email": "ada@example.com",
        "name": "Ada",
        "timezone": "",
        "country": "",
        "city": "'=1+2",
        "outreach_status": "replied",
        "outreach_sent": "2",
        "outreach_last_sent": (NOW + timedelta(days=1)).isoformat(),
        "outreach_interest": "later",
        "outreach_why": "'-answered",
    }


def test_json_says_how_a_candidate_fared() -> None:
    campaign, one = one_of_each()
    said = json.loads(exported_candidate(campaign, one))
    assert (said["outreach_status"], said["outreach_interest"]) == ("replied", "later")
    assert [mail["message_id"] for mail in said["outreach_sent"]] == ["<x@example.com>"] * 2
    assert said["city"] == "=1+2"


def test_what_fared_is_no_part_of_a_request_in_any_form() -> None:
    assert read_as_csv(b"email,outreach_why,outreach_x y\nada@example.com,w,z\n") == [
        Candidate(email="ada@example.com", name="", timezone="", country="", variables={}, words={})
    ]
    request = {"id": "c1", "mailbox": "m1", "name": "N", "timezone": "UTC", "outreach_status": 3}
    steps = [{"id": "s0", "subject": "a", "text": "b", "delay": "P0D"}]
    candidates = [{"email": "ada@example.com", "outreach_sent": []}]
    reading = read_request(json.dumps(request | {"steps": steps, "candidates": candidates}).encode())
    assert reading.listed is not None
    assert (reading.faults, next(reading.listed.candidates()).variables) == ((), {})


def test_words_of_a_step_that_is_gone_are_left_out() -> None:
    campaign, one = one_of_each()
    one = msgspec.structs.replace(one, words={"gone": Words(subject="x"), "s0": Words(subject="y")})
    assert json.loads(exported_candidate(campaign, one))["words"] == {"s0": {"subject": "y"}}
