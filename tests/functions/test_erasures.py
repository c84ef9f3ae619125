"""Erasures over HTTP: asked for, carried out by ``maintain``, shown; and repeated in a restored database."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lib.entrypoint.replay_erasures import main
from tests.functions.campaigning import KIM, LEE, accepted, answer
from tests.functions.office import OTHER, RECRUITER, Office, faults
from tests.functions.test_settings import admin
from tests.localcloud.memory_store import MemoryStore

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def through(office: Office, id_: str) -> dict[str, Any]:
    """Let ``maintain`` run every ten minutes until an erasure is done; return its receipt."""
    for _ in range(20):
        shown = admin(office, "GET", f"/erasures/{id_}").json()
        if shown["stage"] == "done":
            return dict(shown)
        office.cloud.advance(office.cloud.clock.now() + timedelta(minutes=10))
        assert office.post("maintain").status_code == 200
        office.cloud.wait_idle()
    raise AssertionError("it is never done")


def traces(office: Office, *words: str) -> list[str]:
    found = [f"{path} {content.decode()}" for path, (_, content) in office.stored().items()]
    return [line for line in found if any(word.casefold() in line.casefold() for word in words)]


def logged(out: str) -> list[dict[str, Any]]:
    """Return what the log tells of erasures."""
    lines = [json.loads(line) for line in out.splitlines()]
    return [line for line in lines if line["event"] in {"erasing", "erased"}]


def test_a_candidate_is_erased_by_address_and_the_receipt_says_what_is_gone_and_kept(office: Office) -> None:
    accepted(office)
    answer(office, KIM, "Please call me at 0123")
    asked = admin(office, "POST", "/erasures", json={"candidate": KIM.upper()})
    assert (asked.status_code, asked.json()["stage"], asked.json()["kind"]) == (202, "marked", "candidate")
    receipt = through(office, asked.json()["id"])
    assert traces(office, KIM, "0123", "Oslo") == []
    assert traces(office, LEE)
    assert (receipt["deleted"]["enrollments"], receipt["deleted"]["replies"]) == (1, 1)
    assert receipt["kept"]
    assert receipt["backups_until"] > receipt["done_at"] > receipt["asked_at"]
    listed = admin(office, "GET", "/erasures").json()
    assert [one["id"] for one in listed["erasures"]] == [receipt["id"]]
    audit = admin(office, "GET", "/audit").json()["entries"]
    assert {"erasing", "erased"} <= {one["deed"] for one in audit}


def test_an_owner_erases_their_mailbox_and_nobody_else_does(office: Office) -> None:
    mailbox = accepted(office)
    other = office.token(user="user-2", email=OTHER)
    assert office.call("DELETE", f"mailboxes/{mailbox}", other).status_code == 404
    assert office.call("DELETE", f"mailboxes/{mailbox}", office.token(org="globex")).status_code == 404
    asked = office.call("DELETE", f"mailboxes/{mailbox}")
    assert (asked.status_code, asked.json()["kind"]) == (202, "mailbox")
    through(office, asked.json()["id"])
    assert traces(office, RECRUITER, KIM, LEE, "Robin Reyes") == []
    assert office.call("GET", "mailboxes").json() == {"mailboxes": []}
    assert office.call("DELETE", f"mailboxes/{mailbox}").status_code == 404


def test_an_org_is_erased_but_for_its_receipt(office: Office) -> None:
    accepted(office)
    assert admin(office, "POST", "/erasures", json={"org": "globex"}).status_code == 422
    asked = admin(office, "POST", "/erasures", json={"org": "acme"})
    receipt = through(office, asked.json()["id"])
    # What these very calls use up is counted for a while.
    left = [path for path in office.stored() if "/usage/" not in path]
    assert left == [f"orgs/acme/erasures/{receipt['id']}"]


def test_what_is_wrong_is_said_and_members_have_no_part_in_it(office: Office) -> None:
    for body in ({}, {"candidate": "nonsense"}, {"candidate": KIM, "org": "acme"}, {"person": KIM}):
        answered = admin(office, "POST", "/erasures", json=body)
        assert answered.status_code == 422
        assert len(faults(answered)) == 1
    assert admin(office, "POST", "/erasures", json={"mailbox": "none"}).status_code == 404
    assert office.call("POST", "settings/erasures", json={"candidate": KIM}).status_code == 403
    assert office.call("GET", "settings/erasures").status_code == 403
    assert office.call("GET", "settings/erasures/none").status_code == 404
    assert traces(office, "/erasures/") == []


def test_a_restored_database_repeats_what_the_log_tells_of(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mailbox = accepted(office)
    assert isinstance(office.store, MemoryStore)
    backup = dict(office.store._documents)
    capsys.readouterr()
    person = admin(office, "POST", "/erasures", json={"candidate": KIM}).json()
    box = office.call("DELETE", f"mailboxes/{mailbox}").json()
    through(office, person["id"])
    through(office, box["id"])
    events = logged(capsys.readouterr().out)
    assert {(one["kind"], one["subject"]) for one in events} == {
        ("candidate", person["subject"]),
        ("mailbox", mailbox),
    }
    file = tmp_path / "erasures.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in [{"event": "maintained"}, *events]))

    office.store._documents = backup
    assert traces(office, KIM, RECRUITER)
    assert replayed(file, capsys) == [2, 0]
    for one in admin(office, "GET", "/erasures").json()["erasures"]:
        through(office, one["id"])
    assert traces(office, KIM, LEE, RECRUITER) == []
    # What was erased since is left alone: somebody may have been taken in anew.
    assert replayed(file, capsys) == [0, 0]
    assert len(admin(office, "GET", "/erasures").json()["erasures"]) == 2


def replayed(file: Path, capsys: pytest.CaptureFixture[str]) -> list[int]:
    """Repeat the erasures of a file twice; return how many were begun each time."""
    assert main([str(file)]) == main([str(file)]) == 0
    outcomes = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("{")]
    return [int(line.split()[0]) for line in outcomes]


def test_a_list_with_a_broken_line_changes_nothing(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"org": "acme", "kind": "candidate", "subject": "abc", "asked_at": "2026-01-01T00:00:00Z"}
    file = tmp_path / "erasures.jsonl"
    file.write_text(f"{json.dumps(good)}\n{json.dumps(good | {'kind': 'everybody'})}\n")
    assert main([str(file)]) == 2
    assert main([str(tmp_path / "absent")]) == 2
    assert main([]) == 2
    assert "line 2" in capsys.readouterr().err
    assert office.stored() == {}
