"""Show that attachments are files that Gmail sends, and of a size that can be kept."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from lib.core.campaigns.request import read_request
from tests.core.test_campaigns import faults_of, request, step


def file(size: int = 4, **changes: Any) -> dict[str, Any]:
    content = base64.b64encode(b"x" * size).decode()
    return {"name": "role.pdf", "type": "application/pdf", "content": content} | changes


def test_attachments_are_named_by_the_step_and_kept_once() -> None:
    data = request(
        steps=[
            step(attachments=[file(), file(5, name="Büro.PNG", type="Image/PNG")]),
            step(id="b", attachments=[file()]),
        ]
    )
    reading = read_request(json.dumps(data).encode())
    assert reading.faults == ()
    intro, nudge = reading.draft.steps
    assert [(one.name, one.type, one.size) for one in intro.attachments] == [
        ("role.pdf", "application/pdf", 4),
        ("Büro.PNG", "image/png", 5),
    ]
    assert intro.attachments[0] == nudge.attachments[0]
    assert reading.contents == {
        intro.attachments[0].id: base64.b64encode(b"xxxx").decode(),
        intro.attachments[1].id: base64.b64encode(b"xxxxx").decode(),
    }


@pytest.mark.parametrize(
    ("attachments", "field", "why"),
    [
        ("x", "attachments", "not a list"),
        ([file(n + 1, name=f"{n}.pdf") for n in range(4)], "attachments", "at most 3"),
        ([5], "attachments[0]", "not an object"),
        ([file(colour=1)], "attachments[0].colour", "no such field"),
        ([file(name="")], "attachments[0].name", "missing"),
        ([file(name="../../etc/passwd")], "attachments[0].name", "plain file name"),
        ([file(name="a\\b.pdf")], "attachments[0].name", "plain file name"),
        ([file(name="..")], "attachments[0].name", "plain file name"),
        ([file(name="a\r\nBcc: x@example.net")], "attachments[0].name", "plain file name"),
        ([file(name="x" * 201)], "attachments[0].name", "longer than 200"),
        ([file(name="setup.EXE")], "attachments[0].name", "Gmail does not send"),
        ([file(), file(5)], "attachments[1].name", "this name too"),
        ([file(type="pdf")], "attachments[0].type", "no type"),
        ([file(type="text/html\r\nX: y")], "attachments[0].type", "no type"),
        ([file(type="multipart/mixed")], "attachments[0].type", "no type"),
        ([file(type="message/rfc822")], "attachments[0].type", "no type"),
        ([file(content="***")], "attachments[0].content", "not base64"),
        ([file(content="é")], "attachments[0].content", "not base64"),
        ([file(content="")], "attachments[0].content", "missing"),
        ([file(content=5)], "attachments[0].content", "not a text"),
        ([file(700_001)], "attachments[0].content", "at most 700000"),
    ],
)
def test_what_cannot_be_attached_is_a_fault(attachments: Any, field: str, why: str) -> None:
    found = faults_of(request(steps=[step(attachments=attachments)]))
    assert [(one[0], why in one[1]) for one in found] == [(f"steps[0].{field}", True)], found


def test_attachments_of_a_campaign_are_bounded_together() -> None:
    files = [file(699_990 + number, name=f"{number}.pdf") for number in range(3)]
    assert faults_of(request(steps=[step(attachments=files[:2]), step(id="b", attachments=files[:1])])) == []
    found = faults_of(request(steps=[step(attachments=files)]))
    assert [(one[0], "at most 2000000" in one[1]) for one in found] == [("steps", True)]
