"""Show that a record of reads that was tampered with is found out, and where."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.reads_chain import exported, exported_head, linked, without_old
from lib.core.records import ReadEntry, Reads, ReadsHead
from lib.core.verify_reads import verify
from lib.entrypoint.verify_reads import main
from tests.core.enrollments import NOW

DAY = timedelta(days=1)


def reads(number: int) -> Reads:
    entry = ReadEntry(method="messages.get", format="metadata", ids=(f"m{number}",), why="is it an answer?")
    at = NOW + timedelta(minutes=number)
    return Reads(
        org="acme",
        mailbox="sub-1",
        run=f"run{number}",
        sequence=1,
        at=at,
        entries=(entry,),
    )


def chain(count: int = 6) -> tuple[ReadsHead, list[Reads]]:
    return linked(ReadsHead(org="acme", mailbox="sub-1"), [reads(number) for number in range(count)])


def export(head: ReadsHead, links: list[Reads]) -> list[bytes]:
    return [exported_head(head), *map(exported, links)]


def test_chain_as_it_was_exported_has_no_fault() -> None:
    head, links = chain()
    checked = verify(export(head, links))
    assert (checked.faults, checked.links, checked.hash) == ((), 6, head.hash)
    assert [link.number for link in links] == [1, 2, 3, 4, 5, 6]


def test_chain_goes_on_where_it_ended() -> None:
    head, links = chain()
    head, more = linked(head, [reads(7), reads(6)])
    assert [one.run for one in more] == ["run6", "run7"]
    assert verify(export(head, [*links, *more])).faults == ()


def test_chain_does_not_depend_on_the_order_in_which_reads_are_found() -> None:
    head = ReadsHead(org="acme", mailbox="sub-1")
    some = [reads(number) for number in range(5)]
    assert linked(head, some) == linked(head, some[::-1])


@given(place=st.integers(0, 5), many=st.integers(1, 6))
def test_removed_links_are_named(place: int, many: int) -> None:
    head, links = chain()
    left = links[:place] + links[place + many :]
    last = min(place + many, 6)
    word = f"link {last} is" if last == place + 1 else f"links {place + 1} to {last} are"
    assert verify(export(head, left)).faults == (f"{word} removed",)


@given(place=st.integers(0, 5), what=st.sampled_from(["why", "ids", "method", "format"]))
def test_altered_link_is_named(place: int, what: str) -> None:
    head, links = chain()
    entry = msgspec.structs.replace(links[place].entries[0], **{what: ("x",) if what == "ids" else "x"})
    links[place] = msgspec.structs.replace(links[place], entries=(entry,))
    (fault,) = verify(export(head, links)).faults
    assert fault.startswith(f"link {place + 1} (line {place + 2}) is altered")


@pytest.mark.parametrize("changes", [{"at": NOW + DAY}, {"run": "other"}, {"sequence": 2}, {"mailbox": "m"}])
def test_nothing_of_a_link_can_be_changed(changes: dict[str, object]) -> None:
    head, links = chain()
    links[2] = msgspec.structs.replace(links[2], **changes)
    assert any("link 3" in fault and "altered" in fault for fault in verify(export(head, links)).faults)


@given(place=st.integers(0, 5))
def test_altered_link_with_a_hash_made_to_fit_breaks_the_next_one(place: int) -> None:
    head, links = chain()
    before = ReadsHead(org="acme", mailbox="sub-1", number=place, hash=links[place - 1].hash if place else "")
    _, forged = linked(before, [msgspec.structs.replace(links[place], run="forged", number=0)])
    links[place] = forged[0]
    faults = verify(export(head, links)).faults
    assert faults
    assert all("altered" in fault for fault in faults)


@given(st.permutations(range(6)))
def test_links_in_another_order_are_found(order: list[int]) -> None:
    head, links = chain()
    faults = verify(export(head, [links[place] for place in order])).faults
    assert bool(faults) is (order != list(range(6)))
    assert all("moved" in fault for fault in faults)


@given(place=st.integers(0, 5), at=st.integers(0, 6))
def test_doubled_link_is_named(place: int, at: int) -> None:
    head, links = chain()
    doubled = [*links[:at], links[place], *links[at:]]
    faults = verify(export(head, doubled)).faults
    assert any(f"link {place + 1} " in fault and "doubled" in fault for fault in faults)


def test_front_that_has_expired_is_no_fault() -> None:
    head, links = chain()
    head, removed = without_old(head, links, NOW + timedelta(minutes=3))
    assert [one.number for one in removed] == [1, 2, 3]
    assert verify(export(head, links[3:])).faults == ()
    assert verify(export(head, links[4:])).faults == ("link 4 is removed",)


def test_nothing_is_removed_behind_a_gap() -> None:
    head, links = chain()
    after, removed = without_old(head, links[1:], NOW + DAY)
    assert (after, removed) == (head, [])


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_any_bytes_have_faults_and_raise_nothing(lines: list[bytes]) -> None:
    assert verify(lines).faults
    head, links = chain(2)
    assert verify([*export(head, links[:1]), *[b"x" + line for line in lines]]).faults


def test_empty_record_has_no_fault() -> None:
    assert verify([exported_head(ReadsHead(org="acme", mailbox="sub-1"))]).faults == ()


def test_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head, links = chain()
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    whole.write_bytes(b"".join(export(head, links)))
    cut.write_bytes(b"".join(export(head, links[:-1])))
    assert main([str(whole)]) == 0
    assert head.hash in capsys.readouterr().out
    assert main([str(cut)]) == 1
    assert "link 6 is removed" in capsys.readouterr().out
    assert main([]) == main([str(tmp_path / "none")]) == 2


def test_command_runs_as_a_module(tmp_path: Path) -> None:
    file = tmp_path / "reads.jsonl"
    file.write_bytes(b"".join(export(*chain())))
    command = [sys.executable, "-m", "lib.entrypoint.verify_reads", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "6 links, all in place" in done.stdout) == (0, True)
