"""Show what a reader gets of HTML: text only, with quotes and signatures marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.answers.reply_text import new_text
from lib.core.answers.safe_text import text_of_html
from lib.core.classify import understand

GMAIL = (
    '<div dir="ltr">Yes, let&#39;s talk.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
    "Op een dag, Eve "
    '&lt;eve@example.com&gt;:<br></div><blockquote class="gmail_quote"><p>Hello Ann</p></blockquote></div>'
)
OUTLOOK = (
    "<html><head><style>p {margin:0}</style></head><body><p class=MsoNormal>Yes, let's talk.<o:p></o:p></p>"
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>Fra:</b>"
    " Eve</p></div>"
    "<p>Hello Ann</p></body></html>"
)
OWA = '<div>Yes, let\'s talk.</div><hr><div id="divRplyFwdMsg"><b>X:</b> Eve</div><div>Hello Ann</div>'
APPLE = '<div>Yes, let\'s talk.</div><blockquote type="cite"><div>Hello Ann</div></blockquote>'
YAHOO = (
    "<div>Yes, let's talk.</div>"
    '<div class="yahoo_quoted"><div>On a day Eve wrote</div><div>Hello Ann</div></div>'
)
SIGNED = (
    "<div>Yes, let's talk.</div>"
    '<div class="gmail_signature" data-smartmail="gmail_signature">Ann, Example Ltd</div>'
)
INLINE = (
    '<div class="gmail_quote"><blockquote class="gmail_quote">When?</blockquote><div>Yes, let\'s talk.</div>'
    '<blockquote class="gmail_quote">Where?</blockquote></div>'
)


@pytest.mark.parametrize("source", [GMAIL, OUTLOOK, OWA, APPLE, YAHOO, SIGNED, INLINE])
def test_quotes_and_signatures_are_cut_by_structure(source: str) -> None:
    assert new_text(text_of_html(source)).text == "Yes, let's talk."


def test_html_beside_a_plain_part_without_marks_tells_the_quote() -> None:
    raw = (
        "From: ann@example.org\nSubject: Re: A role\nMIME-Version: 1.0\nContent-Type:"
        " multipart/alternative; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nYes, let's talk.\nHello Ann\n"
        f"--b\nContent-Type: text/html\n\n{APPLE}\n--b--\n"
    )
    assert understand(raw.encode()).text == "Yes, let's talk."


def test_whole_text_is_kept_where_nothing_else_is_left() -> None:
    raw = b"From: ann@example.org\nSubject: Fwd: A role\n\n> Hello Ann\n"
    assert understand(raw).text == "> Hello Ann"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two", "One\nTwo"),
        ("<script>alert('x')</script>Yes", "Yes"),
        ("<style>p{}</style>Yes<!-- no -->", "Yes"),
        ("<title>no</title>Yes", "Yes"),
        ('<div style="display: none">no</div>Yes', "Yes"),
        ('<span style="font-size:0px">no</span>Yes', "Yes"),
        ('<p style="font-size:0.9em">Yes</p>', "Yes"),
        ("<div hidden>no</div>Yes", "Yes"),
        ('<a href="https://example.org/cv">My CV</a>', "My CV [https://example.org/cv]"),
        ('<a href="https://example.org/">https://example.org</a>', "https://example.org"),
        ('<a href="javascript:alert(1)">My CV</a>', "My CV"),
        ('<a title="a > b" href="mailto:ann@example.org">write</a>', "write"),
        ("1 < 2 &amp; 3 > 2", "1 < 2 & 3 > 2"),
        ("<pre>one\n  two</pre>", "one\ntwo"),
        ('<blockquote style="margin:0 0 0 40px;border:none;padding:0px">Yes</blockquote>', "Yes"),
        ("<img src=x onerror=alert(1)>Yes", "Yes"),
        ("Yes<p a=", "Yes"),
        ("<div>Yes<div", "Yes"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
    ],
)
def test_reader_sees_text_only(source: str, text: str) -> None:
    assert text_of_html(source) == text


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "<p",
        "</p>",
        "<div hidden>",
        "</div>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        '="',
        "'",
        "a",
        " ",
        "<a href='http://x'>",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_tag_gets_through(source: str) -> None:
    text = text_of_html(source)
    assert "<script" not in text
    assert "<!--" not in text
    assert "<p>" not in text
