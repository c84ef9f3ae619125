"""Show that phrases which are compiled at need find what one expression of all of them finds."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lib.core.answers
import lib.core.bounces
from lib.core.answers.phrases import any_of, fold
from lib.core.phrase_stems import Phrase, phrases_of
from lib.core.phrases import Phrases
from tests.core.bounces.samples import SAMPLES
from tests.core.test_classify_people import PEOPLE
from tests.core.test_interest import ANSWERS
from tests.core.test_optout_words import WISHES
from tests.core.test_reply_text import REPLIES

#: Each under one name, whoever imports it.
ALL = {
    id(value): pytest.param(value, id=f"{name}.{word}")
    for package in (lib.core.answers, lib.core.bounces)
    for name in sorted(one.name for one in pkgutil.iter_modules(package.__path__))
    for word, value in vars(importlib.import_module(f"{package.__name__}.{name}")).items()
    if isinstance(value, Phrases)
}
EACH = pytest.mark.parametrize("phrases", list(ALL.values()))
WRITTEN = [
    *(text for _, text in PEOPLE),
    *(text for text, *_ in ANSWERS),
    *(text for texts in WISHES.values() for text in texts),
    *(text for text, _ in REPLIES.values()),
    *(sample.raw for sample in SAMPLES),
]


def expression(phrases: Phrases) -> re.Pattern[str]:
    """Compile all of some phrases into one expression."""
    return re.compile(f"{phrases.before}(?:{'|'.join(phrases.sources)}){phrases.after}")


def same(phrases: Phrases, text: str) -> None:
    whole = expression(phrases)

    def told(found: re.Match[str] | None) -> tuple[int, int] | None:
        return found.span() if found is not None else None

    part = len(text) // 4, len(text) - len(text) // 4
    spans = [found.span() for found in whole.finditer(text)]
    assert [found.span() for found in phrases.finditer(text)] == spans
    assert [found.span() for found in phrases.within(text).finditer(text)] == spans
    assert told(phrases.search(text)) == told(whole.search(text))
    assert told(phrases.search(text, *part)) == told(whole.search(text, *part))
    assert told(phrases.match(text)) == told(whole.match(text))
    assert told(phrases.fullmatch(text)) == told(whole.fullmatch(text))


@EACH
def test_in_what_people_and_machines_write_the_same_is_found(phrases: Phrases) -> None:
    for text in WRITTEN:
        same(phrases, fold(text)[:3000])


@st.composite
def texts(draw: st.DrawFn, phrases: Phrases) -> str:
    """Return a text of the phrases' own words, and of whole phrases."""
    source = draw(st.sampled_from(phrases.sources))
    words = st.sampled_from(re.findall(r"[^\W\d_]+", source))
    whole = st.sampled_from(phrases_of(source)).flatmap(lambda one: st.from_regex(one.source, fullmatch=True))
    pieces = draw(st.lists(st.one_of(words, whole), min_size=1, max_size=6))
    return draw(st.sampled_from((" ", "", ", ", ". ", "\n"))).join(pieces)


@EACH
@settings(max_examples=20)
@given(data=st.data())
def test_in_texts_made_of_the_phrases_the_same_is_found(phrases: Phrases, data: st.DataObject) -> None:
    same(phrases, data.draw(texts(phrases)))


@EACH
def test_each_phrase_has_stems_so_that_no_mail_compiles_all(phrases: Phrases) -> None:
    assert [one.source for source in phrases.sources for one in phrases_of(source) if not one.stems] == []


@pytest.mark.parametrize(
    ("source", "stems"),
    [
        ("keep me in mind", ("keep me in mind",)),
        (r"keep\s+me", ("keep",)),
        ("ab?c", ("a",)),
        ("ab*cde", ("cde",)),
        ("ab{0,3}", ("a",)),
        ("ab{2}c", ("ab",)),
        ("ab+c", ("ab",)),
        ("(not|never) x", ("not", "never")),
        ("(not|never)? x", (" x",)),
        ("(not|)done", ("done",)),
        ("(not|)", ()),
        ("(a(bc|de)f|ghi)", ("bc", "de", "ghi")),
        ("interesad[oa]", ("interesad",)),
        ("abc(?=defgh)", ("abc",)),
        ("a(?!bcd)", ("a",)),
        ("(?<!abc)d", ("d",)),
        (r"\w+", ()),
        (".*", ()),
        (r"t\.o", ("t",)),
        ("[)|(]ab", ("ab",)),
        (r"\(ab", ("ab",)),
        (r"\bab\d", ("ab",)),
    ],
)
def test_stems_stand_in_all_that_a_phrase_matches(source: str, stems: tuple[str, ...]) -> None:
    assert phrases_of(source) == [Phrase(source, stems)]


def test_bars_in_no_group_part_phrases() -> None:
    found = [one.source for one in phrases_of(r"a(b|c)|[|]d|e\|f|")]
    assert found == ["a(b|c)", "[|]d", r"e\|f", ""]


@pytest.mark.parametrize(
    "source", ["(?P<name>a)", "(?i)a", "*a", "a)", "(a", "{a", r"\u00e9a", r"\x61b", r"\Aa"]
)
def test_what_is_written_in_an_unknown_way_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"known|bracket"):
        phrases_of(source)


def test_only_what_a_text_may_hold_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_ = re.compile

    def noted(source: str) -> re.Pattern[str]:
        compiled.append(source)
        return compile_(source)

    monkeypatch.setattr(re, "compile", noted)
    phrases = any_of(("not interested|no thanks", "kein interesse"))
    assert phrases.search("sorry, but i am not interested") is not None
    assert compiled == [r"(?<!\w)(?:not\s+interested)(?!\w)"]
