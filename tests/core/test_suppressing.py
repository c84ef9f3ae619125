"""Show what can be put on the suppression list, and that a candidate's own wish outranks the org's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lib.core import keys
from lib.core.keys import Snapshot, Versioned
from lib.core.records import Contact, Enrollment, EnrollmentRef, Status, SuppressedWhy, Suppression
from lib.core.suppressing import (
    ENTRY_LIMIT,
    Wish,
    csv_lines,
    lifted,
    read_entries,
    read_entries_csv,
    suppress,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CONTACT, LISTED = keys.contact("acme", "k1"), keys.suppression("acme", "k1")


def seen(why: SuppressedWhy | None) -> Snapshot:
    contact = Contact(org="acme", id="k1", suppressed=why)
    return Snapshot({CONTACT: Versioned(contact, 1), LISTED: Versioned(None, None)})


def wish(why: SuppressedWhy) -> Wish:
    return Wish(org="acme", contact="k1", why=why, words="w", address="ann@example.org")


@pytest.mark.parametrize(
    ("before", "why", "after"),
    [
        (None, "listed", "listed"),
        (None, "opted_out", "opted_out"),
        ("listed", "opted_out", "opted_out"),
        ("bounced", "opted_out", "opted_out"),
        ("listed", "bounced", "bounced"),
        ("bounced", "listed", None),
        ("bounced", "bounced", None),
        ("opted_out", "listed", None),
        ("opted_out", "bounced", None),
        ("listed", "listed", None),
    ],
)
def test_the_stronger_reason_stays(
    before: SuppressedWhy | None, why: SuppressedWhy, after: SuppressedWhy | None
) -> None:
    writes = suppress(seen(before), wish(why), NOW).writes
    contact, listed = writes.get(CONTACT), writes.get(LISTED)
    if after is None:
        assert writes == {}
        return
    assert isinstance(contact, Contact)
    assert isinstance(listed, Suppression)
    assert (contact.suppressed, listed.why, listed.address) == (after, after, "ann@example.org")


@pytest.mark.parametrize(
    ("before", "why", "after"),
    [
        (Status.WAITING, "listed", Status.CANCELLED),
        (Status.COMPLETED, "listed", Status.COMPLETED),
        (Status.REPLIED, "listed", Status.REPLIED),
        (Status.COMPLETED, "opted_out", Status.OPTED_OUT),
        (Status.COMPLETED, "bounced", Status.BOUNCED),
    ],
)
def test_the_org_stops_who_is_under_way_and_a_persons_own_stop_outranks_an_end(
    before: Status, why: SuppressedWhy, after: Status
) -> None:
    contact = Contact(org="acme", id="k1", enrollments=(EnrollmentRef(enrollment="e1", mailbox="m"),))
    enrollment = Enrollment(
        org="acme",
        id="e1",
        campaign="c",
        mailbox="m",
        inbox="i",
        contact="k1",
        email="ann@example.org",
        name="Ann",
        timezone="UTC",
        variables={},
        slots=(),
        status=before,
        step="intro",
        due=NOW,
        wake_at=None,
    )
    key = keys.enrollment("acme", "e1")
    known: dict[keys.Key[Any], Versioned] = {
        CONTACT: Versioned(contact, 1),
        LISTED: Versioned(None, None),
        key: Versioned(enrollment, 1),
    }
    writes = suppress(Snapshot(known), wish(why), NOW).writes
    stopped = writes.get(key, enrollment)
    assert isinstance(stopped, Enrollment)
    assert (stopped.status, CONTACT in writes) == (after, True)


def test_an_address_that_is_being_erased_is_listed_by_its_keyed_hash_alone() -> None:
    contact = Contact(org="acme", id="k1", erasing="some")
    known = Snapshot({CONTACT: Versioned(contact, 1), LISTED: Versioned(None, None)})
    listed = suppress(known, wish("opted_out"), NOW).writes[LISTED]
    assert isinstance(listed, Suppression)
    assert (listed.address, listed.why) == ("", "opted_out")


def test_an_opt_out_is_never_taken_back_by_the_org() -> None:
    changes = lifted(seen("opted_out"), "acme", "k1")
    assert "opted out" in changes.result
    assert not changes.writes
    assert not changes.deletes


def test_what_the_org_listed_it_can_take_off() -> None:
    changes = lifted(seen("listed"), "acme", "k1")
    assert changes.result == ""
    assert changes.deletes == {LISTED}
    assert changes.writes == {CONTACT: Contact(org="acme", id="k1")}


def test_addresses_and_domains_are_told_apart() -> None:
    entries, faults = read_entries(
        ["Ann@Example.ORG", "@example.net", "müller.example.com", " ann@example.org "]
    )
    assert not faults
    assert entries.addresses == ("Ann@example.org", "ann@example.org")
    assert entries.domains == ("example.net", "xn--mller-kva.example.com")


def test_every_fault_is_listed_with_its_place() -> None:
    entries, faults = read_entries(["ann", "a b@example.org", 7, "ok@example.org", ""])
    assert entries.addresses == ("ok@example.org",)
    assert [fault.field for fault in faults] == ["entries[0]", "entries[1]", "entries[2]", "entries[4]"]
    assert read_entries(["x@example.org"] * (ENTRY_LIMIT + 1))[1][0].field == "entries"


def test_a_csv_has_its_faults_by_line() -> None:
    entries, faults = read_entries_csv(b"Note,Entry\nx,ann@example.org\n\ny,nonsense\nz,@example.net\n")
    assert (entries.addresses, entries.domains) == (("ann@example.org",), ("example.net",))
    assert [(fault.field, fault.line) for fault in faults] == [("entry", 4)]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"address\nann@example.org\n", b"", b'"entry'])
def test_what_is_no_list_says_so(data: bytes) -> None:
    entries, faults = read_entries_csv(data)
    assert faults
    assert not entries.addresses


def test_what_is_exported_can_be_imported_and_is_no_formula() -> None:
    listed = [
        Suppression(org="acme", id=str(n), address=address, why="listed", at=NOW)
        for n, address in enumerate(("ann@example.org", "=cmd@example.org", "+x@example.net", ""))
    ]
    text = "".join(csv_lines(["example.com"], listed, header=True))
    assert not any(line.startswith(("=", "+", "@", "-")) for line in text.splitlines())
    entries, faults = read_entries_csv(text.encode())
    assert not faults
    assert entries.addresses == ("ann@example.org", "=cmd@example.org", "+x@example.net")
    assert entries.domains == ("example.com",)
