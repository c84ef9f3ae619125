"""What goes out has its shape: pages that hold nothing foreign, faults by field, log lines of one line."""

from __future__ import annotations

import json

import msgspec
import pytest

from lib.core.errors import InvalidRequest
from lib.core.pages import Action
from lib.entrypoint import decoded, log, page


def test_a_page_escapes_what_it_shows_and_allows_nothing_from_elsewhere() -> None:
    action = Action(label="<Stop>", url="/unsubscribe/t?a=1&b=2", method="post", fields={"x": '"><script>'})
    response = page("<b>Hello</b>", ["1 < 2", "<script>"], 200, action)
    html = response.get_data(as_text=True)
    assert "<script>" not in html
    assert "<b>" not in html
    assert 'action="/unsubscribe/t?a=1&amp;b=2"' in html
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_page_never_leads_to_a_script() -> None:
    with pytest.raises(ValueError, match="http"):
        Action(label="x", url="javascript:alert(1)")


class Body(msgspec.Struct):
    """A body for the tests."""

    address: str
    number: int


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"address": "a", "number": "x"}', "number"),
        (b'{"address": "a"}', ""),
        (b"{", ""),
        (b'{"address": "\xff", "number": 1}', ""),
    ],
)
def test_a_body_that_does_not_fit_is_a_fault_of_its_field(body: bytes, field: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        decoded(body, Body)
    [fault] = error.value.faults
    assert fault.field == field
    assert fault.why


def test_a_body_that_fits_is_a_record() -> None:
    assert decoded(b'{"address": "a", "number": 1}', Body) == Body("a", 1)


def test_a_log_line_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    log("mailbox\nconnected", "NOTICE", mailbox="m1", count=2)
    [text] = capsys.readouterr().out.splitlines()
    line = json.loads(text)
    assert line["severity"] == "NOTICE"
    assert line["event"] == "mailbox\nconnected"
    assert (line["mailbox"], line["count"]) == ("m1", 2)
