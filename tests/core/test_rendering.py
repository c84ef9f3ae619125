"""A campaign that is being written is shown as far as it goes, and what it lacks is named beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.campaigns.rendering import Filling, RenderedMail, looked_over, rendered
from lib.core.campaigns.shortlist import CANDIDATE_LIMIT
from lib.core.campaigns.unfinished import Unfinished, read_unfinished
from lib.core.errors import InvalidRequest
from lib.core.letters.composing import with_optout_html, with_optout_text
from lib.core.letters.wording import Letter, signed
from lib.core.records import Mailbox

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
URL = "https://outreach.example.com/unsubscribe/test"
MAILBOX = Mailbox(
    org="acme",
    id="m",
    inbox="i",
    owner="user-1",
    address="robin@example.com",
    sender_name="Robin Reyes",
    connected_at=NOW,
    signature_text="Robin, Northwind",
)
INTRO: dict[str, Any] = {"id": "intro", "subject": "Hi {{ first_name }}", "text": "A", "delay": "P0D"}
NUDGE: dict[str, Any] = {"id": "nudge", "text": "Still in {{ city }}?", "delay": "P3D"}
KIM = {"email": "kim@example.net", "name": "Kim Lee", "city": "Oslo"}


def read(at: int = 0, **data: Any) -> Unfinished:
    return read_unfinished(json.dumps(data).encode(), at)


def mails(
    unfinished: Unfinished, mailbox: Mailbox | None = None, variants: dict[str, str] | None = None
) -> list[RenderedMail]:
    return [*rendered(unfinished, Filling(unfinished, mailbox), mailbox, variants or {}, URL)]


def found(unfinished: Unfinished, mailbox: Mailbox | None = None) -> list[tuple[str, str]]:
    filling = Filling(unfinished, mailbox)
    list(rendered(unfinished, filling, mailbox, {}, URL))
    return [(one.field, one.why) for one in looked_over(unfinished, filling, mailbox, NOW)]


def faults(unfinished: Unfinished) -> list[tuple[int | None, str]]:
    """Return line and field of the faults that are not about what has not been written yet."""
    late = {"id", "mailbox", "name", "timezone"}
    return [(one.line, one.field) for one in unfinished.faults if one.field not in late]


def test_a_mail_is_shown_as_it_will_be() -> None:
    step = INTRO | {"text": "Hi {{ name }}, {{ sender_name }} here", "html": "<p>Hi {{ name }}</p>"}
    unfinished = read(steps=[step, NUDGE], candidates=[KIM])
    first, second = mails(unfinished, MAILBOX)
    letter = signed(
        Letter(subject="Hi Kim", text="Hi Kim Lee, Robin Reyes here", html="<p>Hi Kim Lee</p>"), MAILBOX
    )
    assert (first.step, first.variant, first.gets, first.subject) == ("intro", "", True, "Hi Kim")
    assert (first.text, first.html) == (
        with_optout_text(letter.text, URL),
        with_optout_html(letter.html, URL),
    )
    assert (second.subject, second.html) == ("Re: Hi Kim", "")
    assert second.text.startswith("Still in Oslo?\n\nRobin, Northwind")
    assert faults(unfinished) == []


def test_a_campaign_that_wants_no_signature_has_none() -> None:
    (mail,) = mails(read(steps=[INTRO], candidates=[KIM], signature=False), MAILBOX)
    assert "Northwind" not in mail.text


def test_nothing_yet_is_no_error() -> None:
    unfinished = read()
    assert (mails(unfinished), found(unfinished)) == ([], [])
    assert faults(unfinished) == [(None, "steps"), (None, "candidates")]
    assert "first_name" in unfinished.variables
    assert "timezone" not in unfinished.variables


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"5", b"\xff", b'"text"', b"[" * 5_000])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read_unfinished(body, 0)


def test_without_candidates_variables_are_shown_by_their_names() -> None:
    step = INTRO | {"text": "{{ sender_name }} at {{ campaign_name }}: {{ city | default: 'there' }}"}
    unfinished = read(steps=[step])
    (mail,) = mails(unfinished)
    assert mail.subject == "Hi «first_name»"
    assert mail.text.startswith("«sender_name» at «campaign_name»: «city»\n")
    assert found(unfinished) == []


def test_a_value_that_is_missing_is_a_fault_and_leaves_its_mark() -> None:
    lee = {"email": "lee@example.org", "name": "Lee"}
    unfinished = read(1, steps=[INTRO, NUDGE], candidates=[KIM, lee])
    assert [mail.text.partition("\n")[0] for mail in mails(unfinished)] == ["A", "Still in «city»?"]
    assert [(one.field, "no fallback" in one.why) for one in unfinished.faults][-1] == (
        "candidates[1].city",
        True,
    )


def test_a_template_that_is_none_is_shown_as_it_is_and_the_rest_filled() -> None:
    broken = NUDGE | {"text": "Hi {{ name"}
    links = INTRO | {"text": "Look: https://example .com"}
    unfinished = read(steps=[links, broken], candidates=[KIM])
    first, second = mails(unfinished)
    assert (first.subject, second.text.partition("\n")[0]) == ("Hi Kim", "Hi {{ name")
    assert faults(unfinished) == [(None, "steps[1].text")]
    assert [field for field, _ in found(unfinished)] == ["steps[0].text", "city"]


def test_lint_needs_no_candidate() -> None:
    unfinished = read(steps=[INTRO | {"text": "{{ city }}: https://example"}])
    assert found(unfinished) == [("steps[0].text", "'https://example' is no link that works")]


def test_lint_looks_at_every_wording() -> None:
    variants = [{"id": "a", "subject": "AAAAAAAAAA NOW"}, {"id": "b", "text": "see the attachment"}]
    unfinished = read(steps=[INTRO | {"variants": variants}], candidates=[KIM])
    assert [field for field, _ in found(unfinished)] == ["steps[0].subject", "steps[0].text", "city"]


def test_each_variant_is_shown_and_a_reply_has_the_subject_that_the_candidate_gets() -> None:
    variants = [{"id": "a", "subject": "Anna"}, {"id": "b", "text": "Bert"}]
    unfinished = read(steps=[INTRO | {"variants": variants}, NUDGE], candidates=[KIM])
    shown = [(one.variant, one.gets, one.subject) for one in mails(unfinished, variants={"intro": "b"})]
    assert shown == [("a", False, "Anna"), ("b", True, "Hi Kim"), ("", True, "Re: Hi Kim")]
    shown = [(one.variant, one.gets, one.subject) for one in mails(unfinished)]
    assert shown == [("a", False, "Anna"), ("b", False, "Hi Kim"), ("", True, "Re: Anna")]


def test_a_candidates_own_words_outrank_the_steps() -> None:
    words = {"intro": {"text": "Dear {{ name }}"}}
    (mail,) = mails(read(steps=[INTRO], candidates=[KIM | {"words": words}]))
    assert mail.text.startswith("Dear Kim Lee\n")


def test_a_csv_is_read_for_the_candidate_on_its_line() -> None:
    csv = 'email,name,city\nann@example.org,"Ann\nAnders",Bonn\nlee@example,Lee,\n'
    unfinished = read(1, steps=[INTRO, NUDGE], shortlist=csv)
    assert [mail.subject for mail in mails(unfinished)] == ["Hi Lee", "Re: Hi Lee"]
    assert faults(unfinished) == [(4, "email"), (4, "city")]
    assert unfinished.variables[:3] == ("email", "name", "city")


@pytest.mark.parametrize("at", [-1, 1, 10**9])
@pytest.mark.parametrize("list_", [{"candidates": [KIM]}, {"shortlist": "email\nkim@example.net\n"}])
def test_a_place_that_nobody_has_is_named(list_: dict[str, Any], at: int) -> None:
    unfinished = read(at, steps=[INTRO], **list_)
    assert (mails(unfinished)[0].subject, faults(unfinished)) == ("Hi «first_name»", [(None, "candidate")])


def test_faults_of_the_candidate_and_of_the_form_are_named_at_their_place() -> None:
    for list_, expected in (
        ({"candidates": [KIM, {"email": "x"}]}, [(None, "candidates[1].email")]),
        ({"candidates": [KIM, 5]}, [(None, "candidates[1]")]),
        ({"candidates": {}}, [(None, "candidates")]),
        ({"shortlist": "name\nKim\n"}, [(1, "email")]),
        ({"shortlist": 5}, [(None, "shortlist")]),
        ({"shortlist": "email\nkim@example.net\n", "candidates": [KIM]}, [(None, "shortlist")]),
        ({"upload": "u1"}, []),
    ):
        assert faults(read(1, steps=[INTRO | {"subject": "Hi"}], **list_)) == expected, list_


def test_a_long_shortlist_is_read_for_one_alone() -> None:
    """Others may be wrong, and more than a request takes: their faults are the preview's to find."""
    many: list[Any] = [{"email": "x", "plan": "", "2nd": ""}] * CANDIDATE_LIMIT
    unfinished = read(CANDIDATE_LIMIT, steps=[INTRO, NUDGE], candidates=[*many, KIM])
    assert faults(unfinished) == []
    assert mails(unfinished)[1].text.startswith("Still in Oslo?")
    assert unfinished.variables[:4] == ("email", "plan", "name", "city")


def test_much_made_of_little_is_cut_off() -> None:
    loop = "{% for a in (1..1000) %}" + "x" * 150 + "{% endfor %}"
    unfinished = read(steps=[INTRO | {"id": f"s{number}", "text": loop} for number in range(20)])
    assert 10 < len(mails(unfinished)) < 20


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
WORDS = st.sampled_from(["{{ a }}", "{{ a", "{% if a %}x", "{{ a | nope }}", "{{ a.b }}", "Hi", "", None])
STEP = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(["id", "delay", "thread", "variants"], ANY)
    | dict.fromkeys(["subject", "text", "html"], WORDS | ANY),
)  # fmt: skip
PERSON = st.dictionaries(st.sampled_from(["email", "name", "a", "words", "outreach_x"]) | st.text(), ANY)


@given(
    st.dictionaries(st.sampled_from(["id", "mailbox", "name", "timezone", "window", "cc", "signature"]), ANY),
    st.lists(STEP | ANY, max_size=3) | ANY,
    st.lists(PERSON | ANY, max_size=3) | ANY,
    st.integers(-1, 3),
)
def test_whatever_an_object_holds_is_shown(head: dict[str, Any], steps: Any, people: Any, at: int) -> None:
    unfinished = read(at, steps=steps, candidates=people, **head)
    assert unfinished.faults
    filling = Filling(unfinished, None)
    shown = list(rendered(unfinished, filling, None, {}, URL))
    assert len(shown) == sum(len(step.variants) or 1 for step in unfinished.draft.steps)
    assert {one.candidates for one in looked_over(unfinished, filling, None, NOW)} <= {0, 1}
