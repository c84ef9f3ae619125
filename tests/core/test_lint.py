"""Show what the look before launch points out, and that a clean campaign is left in peace."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core.campaigns.lint import EXAMPLES, LOOKED_AT, Finding, is_looked_at, lint
from lib.core.records import Attachment, Enrollment, Step, Words
from tests.core.test_composing import CAMPAIGN, ENROLLMENT, MAILBOX

GOOD = Step(
    id="intro",
    subject="{{ company }} and we",
    text="Hi {{ first_name }},\n\nmore at https://example.com/jobs.\n{{ sender_first_name }}",
    delay=timedelta(),
)


def found(step: Step, *people: Enrollment) -> list[Finding]:
    campaign = msgspec.structs.replace(CAMPAIGN, steps=(step,))
    everybody = list(enumerate(people or (ENROLLMENT,)))
    some = [one for one in everybody if is_looked_at(one[0], len(everybody))]
    return lint(campaign, some, len(everybody), MAILBOX)


def changed(**words: str) -> Step:
    return msgspec.structs.replace(GOOD, **words)


def test_a_clean_campaign_has_no_findings() -> None:
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("words", "field", "why"),
    [
        ({"text": "Hi {first_name} of {{ company }}"}, "text", "{first_name} is left in it"),
        ({"text": "Hi [First Name] of {{ company }}"}, "text", "[First Name] is left in it"),
        ({"text": "Hi {{ company }}{% raw %}{{ x }}{% endraw %}"}, "text", "{{ is left in it"),
        ({"subject": "Re: {{ company }}"}, "subject", "begins like an answer"),
        ({"subject": "A JOB AT {{ company | upcase }}"}, "subject", "capitals"),
        ({"subject": "{{ company }} " + "and more " * 9}, "subject", "78 characters"),
        ({"text": "Hi , at {{ company }}"}, "text", "greeting names nobody"),
        ({"text": "Hi you  there at {{ company }}"}, "text", "two spaces"),
        ({"text": "{{ company }}: see the attached file"}, "text", "attachment"),
        ({"text": "{{ company }}: https:/example.com/x"}, "text", "no link that works"),
        ({"text": "{{ company }}: http://localhost/x"}, "text", "no link that works"),
        ({"html": '{{ company }} <a href="">x</a>'}, "html", "no link that works"),
        ({"html": '{{ company }} <a href="www.example.com">x</a>'}, "html", "no link that works"),
        ({"html": "{{ company }}" + "x" * 40_000 + "y" * 9_000}, "html", "cuts it off"),
    ],
)
def test_what_a_colleague_would_point_out_is_found(words: dict[str, str], field: str, why: str) -> None:
    if "cuts" in why:
        words = {"html": "{{ company }}" + "ä" * 49_000 + "b" * 900 + "{{ pad }}"}
        padded = msgspec.structs.replace(ENROLLMENT, variables={"company": "Helix", "pad": "ä" * 1_200})
        findings = found(changed(**words), padded)
    else:
        findings = found(changed(**words))
    assert [one.field for one in findings] == [f"steps[0].{field}"]
    assert why in findings[0].why
    assert findings[0].candidates == 1


def test_an_attachment_that_is_there_is_no_finding() -> None:
    file = Attachment(id="f1", name="role.pdf", type="application/pdf", size=3)
    step = msgspec.structs.replace(changed(text="Hi {{ company }}, it is attached."), attachments=(file,))
    assert found(step) == []


def test_a_fallback_that_is_used_is_shown_with_some_of_those_for_whom() -> None:
    step = changed(text="Hi {{ first_name }} at {{ company | default: 'work' }}", subject="Hello")
    people = [
        msgspec.structs.replace(ENROLLMENT, variables={"company": "Helix" if number % 2 else ""})
        for number in range(20)
    ]
    [finding] = found(step, *people)
    assert (finding.why, finding.candidates) == ("company is empty, its fallback is used", 10)
    assert finding.examples == tuple(range(0, 2 * EXAMPLES, 2))


def test_an_unused_column_is_named() -> None:
    person = msgspec.structs.replace(ENROLLMENT, variables={"company": "Helix", "rolle": "Engineer"})
    [finding] = found(GOOD, person)
    assert (finding.field, finding.candidates) == ("rolle", 1)


def test_a_column_that_only_ones_own_words_use_is_used() -> None:
    person = msgspec.structs.replace(
        ENROLLMENT,
        variables={"company": "Helix", "talk": "PyCon"},
        words={"intro": Words(text="Hi, I liked your talk at {{ talk }}.")},
    )
    assert found(GOOD, person) == []


def test_of_many_candidates_some_spread_evenly_are_looked_at() -> None:
    people = [ENROLLMENT] * (3 * LOOKED_AT)
    [finding] = found(changed(text="Hi , {{ company }}"), *people)
    assert (finding.candidates, finding.examples) == (3 * LOOKED_AT, ())
