"""Show that a shortlist is read whole or refused with the line of each fault."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.campaigns.listed import listed
from lib.core.campaigns.rows import CsvRows, ListRows, Rows, Unreadable
from lib.core.campaigns.shortlist import Candidate, deliverable
from lib.core.errors import Fault
from lib.core.records import Step

QUICK = settings(max_examples=40, deadline=None)

CELLS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20)


def looked_through(rows: Rows) -> tuple[list[Candidate], list[Fault]]:
    """Read rows for a step with the title, where there is one, in its subject."""
    try:
        subject = "{{ title | default: 'x' }}" if "title" in rows.names() else "x"
    except Unreadable:
        subject = "x"
    found = listed(rows, [Step(id="s", subject=subject, text="x", delay=timedelta())], "Autumn", 10_000)
    return ([] if found.faults else list(found.candidates())), list(found.faults)


def as_csv(data: bytes) -> tuple[list[Candidate], list[Fault]]:
    """Read a CSV that comes in pieces of three bytes, which cut characters and cells in two."""
    return looked_through(CsvRows(lambda: [data[at : at + 3] for at in range(0, len(data), 3)]))


def faults_of(text: str | bytes) -> list[tuple[str, str, int | None]]:
    data = text.encode() if isinstance(text, str) else text
    return [(fault.field, fault.why, fault.line) for fault in as_csv(data)[1]]


@QUICK
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.booleans())
def test_what_csv_writes_is_read_back(cells: list[tuple[str, str]], with_mark: bool) -> None:  # noqa: FBT001 - drawn
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "email", "note"])
    for at, (name, note) in enumerate(cells):
        writer.writerow([name, f"c{at}@example.com", note])
    candidates, faults = as_csv(out.getvalue().encode("utf-8-sig" if with_mark else "utf-8"))
    assert faults == []
    assert [(one.name, one.variables["note"]) for one in candidates] == [
        (name.strip(), note.strip()) for name, note in cells
    ]


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_faults(data: bytes) -> None:
    candidates, faults = as_csv(data)
    assert bool(candidates) is not bool(faults)


@pytest.mark.parametrize(
    ("text", "field", "why", "line"),
    [
        ("", "shortlist", "is empty", None),
        ("\n\n", "shortlist", "is empty", None),
        ("email\n", "shortlist", "no candidates", None),
        ("name\nAda\n", "email", "no column", 1),
        ("Email;Name\na@example.com;Ada\n", "email", "separated by commas", 1),
        ("email,a,a\na@example.com,1,2\n", "a", "several columns", 1),
        ("email,Current Job\na@example.com,x\n", "Current Job", "letters, digits and underscores", 1),
        ("email,sender_name\na@example.com,x\n", "sender_name", "comes from elsewhere", 1),
        ("email,a\na@example.com\n", "shortlist", "1 cells, the header 2", 2),
        ("email,a\na@example.com,1,2\n", "shortlist", "3 cells, the header 2", 2),
        ('email,a\na@example.com,"1\n', "shortlist", "is no CSV", None),
        ('email\na@example.com\n\n"b\n@example.com"\nc\n', "email", "not an e-mail", 6),
        ("email\na@example.com\nA@EXAMPLE.com\n", "email", "same mailbox as on line 2", 3),
        ("email\nad.a@gmail.com\nada+x@googlemail.com\n", "email", "same mailbox as on line 2", 3),
        ("email,timezone\na@example.com,Mars/Base\n", "timezone", "'Mars/Base' is not", 2),
        ("email,country\na@example.com,Mars\n", "country", "'Mars' is no country", 2),
        ("email,country\na@example.com,DE-XX\n", "country", "'DE-XX' is no country", 2),
        ("email,words\na@example.com,x\n", "words", "comes from elsewhere", 1),
        ('email,name\na@example.com,"A\nB"\n', "name", "line break", 2),
        ('email,title\na@example.com,"A\nB"\n', "title", "line break", 2),
        ("email,note\na@example.com,A\x07B\n", "note", "control character", 2),
        (f"email,note\na@example.com,{'x' * 2001}\n", "note", "longer than 2000", 2),
        ("email," + ",".join(f"v{n}" for n in range(50)) + "\n", "shortlist", "more than 50", 1),
    ],
)
def test_fault_names_field_and_line(text: str, field: str, why: str, line: int | None) -> None:
    assert any(f == field and why in w and n == line for f, w, n in faults_of(text)), faults_of(text)


def test_wrong_encoding_is_named_with_its_line() -> None:
    assert [(f, n) for f, _, n in faults_of("email,name\na@example.com,Jos\xe9\n".encode("latin-1"))] == [
        ("shortlist", 2)
    ]


def test_line_breaks_in_other_cells_are_fine() -> None:
    assert faults_of('email,note\r\na@example.com,"A\r\n\tB"\r\n') == []


def test_all_faults_are_listed_at_once() -> None:
    assert [(field, line) for field, _, line in faults_of("email,timezone\nx,Mars\ny,Mars\n")] == [
        ("timezone", 2),
        ("email", 2),
        ("timezone", 3),
        ("email", 3),
    ]


def test_more_candidates_than_a_request_takes_are_refused() -> None:
    lines = "\n".join(f"c{n}@example.com" for n in range(10_001))
    assert [field for field, _, _ in faults_of(f"email\n{lines}\n")] == ["candidates"]


def test_json_faults_name_the_place_in_the_list() -> None:
    items = [1, {"email": "a@example.com", "age": 3, "a b": "x"}, {"name": "no address"}]
    assert [fault.field for fault in looked_through(ListRows(items))[1]] == [
        "candidates[0]",
        "candidates[1].age",
        "candidates[1].a b",
        "candidates[2].email",
    ]


@pytest.mark.parametrize("items", [None, [], {}, "a@example.com"])
def test_what_is_no_list_of_candidates_is_refused(items: object) -> None:
    assert [fault.field for fault in looked_through(ListRows(items))[1]] == ["candidates"]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("Ada.B@Example.com", "Ada.B@example.com"),
        ("ada@münchen.example.com", "ada@xn--mnchen-3ya.example.com"),
        ("ada", None),
        ("@example.com", None),
        ("a@b@example.com", None),
        ("ada@localhost", None),
        ("ada@-x.example.com", None),
        ("ada@example.com>", None),
        ("ada <ada@example.com>", None),
        ("a..b@example.com", None),
        ("ädä@example.com", None),
        ("ada@example.com\nBcc: x@example.com", None),
        (f"{'a' * 65}@example.com", None),
        ("ada@127.0.0.1", None),
        ("ada@example..com", None),
    ],
)
def test_address_is_deliverable_or_refused(address: str, found: str | None) -> None:
    assert deliverable(address) == found


def test_country_is_kept_apart_and_language_is_a_variable() -> None:
    candidates, faults = as_csv(b"email,country,language\na@example.com,de-by,de\n")
    assert faults == []
    assert [(one.country, one.domain, one.variables) for one in candidates] == [
        ("DE-BY", "example.com", {"language": "de"})
    ]
