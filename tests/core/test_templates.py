"""Show that templates are bounded, read nothing but their values, and never leave a gap."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from liquid.builtin.expressions._tokenize import _keywords

from lib.core.letters import liquid_templates, plain_templates
from lib.core.letters.templates import CLOCK_NAMES, MissingValue, TemplateFault, render, variables_of

QUICK = settings(max_examples=40, deadline=None)


def test_variables_are_what_a_template_takes_from_outside() -> None:
    source = (
        "{% assign b = a | default: c %}{{ b }}{% for i in (1..2) %}{{ forloop.index }}{{ i }}{% endfor %}"
    )
    assert variables_of(source) == {"a", "c"}


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("Hi {{ name }}", {"name": "Ada"}, "Hi Ada"),
        ("{{ company | default: 'you' }}", {}, "you"),
        ("{{ company | default: 'you' }}", {"company": ""}, "you"),
        ("{% if company %}at {{ company }}{% else %}free{% endif %}", {"company": ""}, "free"),
        ("{% unless company %}free{% endunless %}", {}, "free"),
        ("{{ name | upcase | truncate: 5 }}", {"name": "Augusta"}, "AU..."),
        ("{% raw %}{{ x }}{% endraw %}", {}, "{{ x }}"),
    ],
)
def test_values_and_fallbacks_fill_a_template(source: str, values: dict[str, str], expected: str) -> None:
    assert render(source, values, html=False) == expected


@pytest.mark.parametrize(
    "source",
    [
        "{{ a }}",
        "{{ a | upcase }}",
        "{{ 'x' | append: a }}",
        "{% for c in a %}{% endfor %}",
        "{{ b | default: a }}",
    ],
)
@pytest.mark.parametrize("values", [{}, {"a": ""}])
def test_missing_value_without_fallback_is_an_error(source: str, values: dict[str, str]) -> None:
    with pytest.raises(MissingValue) as caught:
        render(source, values, html=False)
    assert caught.value.name == "a"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ a", "expected '}}'"),
        ("{% if a %}", "endif"),
        ("{% include 'x' %}", "unexpected tag 'include'"),
        ("{% render 'x' %}", "unexpected tag 'render'"),
        ("{% liquid echo a %}", "unexpected tag 'liquid'"),
        ("{{ a | date: '%Y' }}", "no filter 'date'"),
        ("{% if b %}{{ a | nothing }}{% endif %}", "no filter 'nothing'"),
        ("{{ a | replace: '', a }}", "no filter 'replace'"),
        ("{{ a | safe }}", "no filter 'safe'"),
        ("{{ now }}", "'now' is not available"),
        ("{{ a.b }}", "no parts"),
        ("{{ [a] }}", "no parts"),
        ("{% if a %}" * 11 + "{% endif %}" * 11, "nesting"),
        ("x" * 50_001, "longer than"),
    ],
)
def test_what_is_no_template_is_named_before_anything_is_sent(source: str, why: str) -> None:
    with pytest.raises(TemplateFault, match=why):
        variables_of(source)


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..1000000000) %}x{% endfor %}",
        "{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}",
        "{% for i in (1..999) %}" + "x" * 900 + "{% endfor %}",
        "{% assign a = 'xxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 40,
    ],
)
def test_work_and_output_are_bounded(source: str) -> None:
    variables_of(source)
    with pytest.raises(TemplateFault, match="limit"):
        render(source, {}, html=False)


@pytest.mark.parametrize(
    "source",
    ["{{ " + "9" * 6000 + " }}", "{% for i in (1.." + "9" * 5000 + ") %}x{% endfor %}", "{{ 1e99999 }}"],
)
def test_numbers_are_bounded(source: str) -> None:
    with pytest.raises((TemplateFault, MissingValue)):
        render(source, {}, html=False)


def test_html_escapes_values_but_not_the_authors_words() -> None:
    filled = render("<b>{{ name }}</b> {{ x | default: 'R&amp;D' }}", {"name": "<A & B>"}, html=True)
    assert filled == "<b>&lt;A &amp; B&gt;</b> R&amp;D"
    assert render("{{ name }}", {"name": "<A & B>"}, html=False) == "<A & B>"


@QUICK
@given(
    st.lists(
        st.sampled_from(["{{", "}}", "{%", "%}", "a", " ", "|", "if", "for", "endif", "'", ".", "[", "\n"])
    )
)
def test_any_source_is_a_template_or_a_fault(parts: list[str]) -> None:
    source = "".join(parts)
    with contextlib.suppress(TemplateFault, MissingValue):
        variables_of(source)
        assert isinstance(render(source, {"a": "b"}, html=True), str)


@QUICK
@given(st.text(min_size=1))
def test_no_value_gets_markup_into_html(value: str) -> None:
    filled = render("{{ a | append: a | prepend: a | strip }}", {"a": value}, html=True)
    assert not set(filled) & set("<>\"'")


#: What plain templates are made of, and what looks like them.
PIECES = [
    *("Hi ", " ", "\n", "é", "'", '"', "<b>", "&amp;", "|", "{", "}", "{{", "}}", "{%", "%}", "{#", "{{ }}"),
    *(
        "{{ a }}",
        "{{a}}",
        "{{  a  }}",
        "{{ A_1 }}",
        "{{ gone }}",
        "{{- a -}}",
        "{{ a\n}}",
        "{{ a.b }}",
        "{{ a-b }}",
    ),
    *("{{ a | default: 'you' }}", '{{ gone|default:"you there" }}', "{{ gone | default: '' }}"),
    *(
        "{{ gone | default: 'R&D' }}",
        "{{ gone | default: a }}",
        "{{ gone | default: 'é' | upcase }}",
        "{{ 'a' }}",
    ),
    *(
        "{{ nil }}",
        "{{ true }}",
        "{{ empty }}",
        "{{ blank }}",
        "{{ now }}",
        "{{ 1 }}",
        "{% if a %}x{% endif %}",
    ),
]


def outcome(fill: Callable[[], str | None]) -> str | None:
    """Return what a filling gives, or the kind and words of its error."""
    try:
        return fill()
    except (TemplateFault, MissingValue) as error:
        return f"{type(error).__name__}: {error}"


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.dictionaries(
        st.sampled_from(["a", "A_1", "b"]), st.sampled_from(["x", "<i>'&\"", "{{ a }}", " ", "0"])
    ),
    st.booleans(),
)
def test_a_plain_template_is_filled_as_liquid_fills_it(
    source: str,
    values: dict[str, str],
    html: bool,  # noqa: FBT001 - drawn
) -> None:
    plain = outcome(lambda: plain_templates.fill(source, values, html=html))
    if plain is not None:
        assert plain == outcome(lambda: liquid_templates.render(source, values, html=html))


@pytest.mark.parametrize("name", sorted(_keywords | CLOCK_NAMES))
def test_a_word_that_liquid_knows_is_no_plain_name(name: str) -> None:
    source = f"{{{{ {name} }}}}"
    plain = outcome(lambda: plain_templates.fill(source, {name: "x"}, html=False))
    assert plain in (None, outcome(lambda: liquid_templates.render(source, {name: "x"}, html=False)))


def test_most_letters_are_plain_and_the_longest_are_left_to_liquid() -> None:
    values = {"name": "Ada", "role": "Engineer"}
    assert plain_templates.fill(
        "Hi {{ name }}, {{ role }} at {{ company | default: 'us' }}?", values, html=True
    )
    assert plain_templates.fill("{{ name }}" + "x" * 50_000, values, html=False) is None
    long = {"name": "x" * 30_000}
    assert plain_templates.fill("{{ name }}" * 10, long, html=False) is None
    with pytest.raises(TemplateFault, match="limit"):
        render("{{ name }}" * 10, long, html=False)


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize(
    "source", ["a\r\nb {{ name }}", "{{ name }}", "a\rb", "{{ nobody | default: 'x\r\ny' }}", "{{{ name }}}"]
)
def test_line_ends_and_braces_come_out_as_from_liquid(source: str, *, html: bool) -> None:
    values = {"name": "x\r\ny\rz\n"}
    plain = outcome(lambda: plain_templates.fill(source, values, html=html))
    assert plain in (None, outcome(lambda: liquid_templates.render(source, values, html=html)))
    assert plain is not None or source == "{{{ name }}}"
