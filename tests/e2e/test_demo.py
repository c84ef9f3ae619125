"""Show that the demo ends in 0 only when all is well, finds planted faults, and leaves no process behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO
from uuid import uuid4

import pytest

from tests.e2e.conftest import OUTSIDE
from tests.localcloud.child_process import ROOT
from tests.localcloud.emulators import Emulators
from tests.localcloud.waiting import wait_until

#: In the environment of every process that a run starts.
MARK = "OUTREACH_TEST_RUN"
PROMISES = {
    "twice": 0,
    "after_answer": 0,
    "lost_replies": 0,
    "bodies_read_unrelated": 0,
    "outside_hours": 0,
    "too_close": 0,
    "over_cap": 0,
}
#: What the demo's own script comes to.
FIGURES = {
    "candidates": 25,
    "sent": 55,
    "replied": 7,
    "bounced": 2,
    "opted_out": 3,
    "auto_replies": 2,
    "completed": 13,
    "moved": 1,
}
#: Two steps for six candidates; those at the places 2 to 5 answer, are away and then answer, opt out, answer.
CAMPAIGN = {
    "id": "short",
    "name": "Short",
    "timezone": "Europe/Berlin",
    "steps": [
        {"id": "one", "subject": "For {{ name }}", "text": "Hi {{ name }}", "delay": "P0D", "thread": "new"},
        {"id": "two", "subject": "", "text": "Again, {{ name }}", "delay": "P1D", "thread": "reply"},
    ],
}
SHORTLIST = "email,name\n" + "".join(f"person{n}@mail.example.org,Kim {n}\n" for n in range(6))
MALFORMED = """\
email,name,timezone
first@mail.example.org,Kim,Europe/Berlin
second@mail.example.org,,
not an address,Lee,
first@mail.example.org,Kim,
fifth@mail.example.org,Ola,Europe/Atlantis
"""


class Run:
    """The demo as a process of its own, in a folder of its own for what it reads and writes."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        java: bool = False,
        campaign: bool = True,
        shortlist: str = SHORTLIST,
    ) -> None:
        self.report = folder / "build" / "report.json"
        self._mark = uuid4().hex
        environment = {**OUTSIDE, MARK: self._mark} | ({} if java else {"OUTREACH_LOCAL_JAVA": ""})
        command = [sys.executable, "-m", "tests.e2e.demo", "--report", str(self.report), *options]
        if campaign:
            (folder / "campaign.json").write_text(json.dumps(CAMPAIGN))
            (folder / "shortlist.csv").write_text(shortlist)
            command += ["--campaign", str(folder / "campaign.json"), "--csv", str(folder / "shortlist.csv")]
        self._said: list[str] = []
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def until(self, words: str) -> None:
        """Read on until it says so."""
        for line in self._output:
            self._said.append(line)
            if words in line:
                return
        raise AssertionError("".join(self._said))

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the status and all that was said. No process is left then."""
        with self._process:
            self._said.extend(self._output)
        said = "".join(self._said)
        wait_until(lambda: not self.processes(), timeout=5)
        return self._process.returncode, said

    def processes(self) -> list[str]:
        """Return the processes of this run that are still there."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if f"{MARK}={self._mark}\0".encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_text())
            except OSError:
                continue  # gone meanwhile
        return found

    def figures(self) -> dict[str, int]:
        figures: dict[str, int] = json.loads(self.report.read_text())
        return figures


@pytest.fixture
def emulators() -> None:
    if reason := Emulators.available():
        pytest.skip(reason)


@pytest.mark.emulator
@pytest.mark.usefixtures("emulators")
def test_the_demo_does_its_main_job(tmp_path: Path) -> None:
    run = Run(tmp_path, java=True, campaign=False)
    run.until("Starting")
    assert run.processes()
    status, said = run.end()
    assert status == 0, said
    figures = run.figures()
    assert {name: figures[name] for name in FIGURES | PROMISES} == FIGURES | PROMISES
    assert {type(value) for value in figures.values()} == {int}
    assert figures["firestore_calls"] > 0
    print(f"the demo took {figures['seconds']} s")


def test_without_java_the_demo_runs_in_memory_and_says_so(tmp_path: Path) -> None:
    status, said = Run(tmp_path).end()
    assert status == 0, said
    assert "without the official emulators (Java is switched off" in said


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("duplicate", {"twice": 1}),
        # The system never gets the answer, so that the candidate gets the next mail as well.
        ("lost-reply", {"lost_replies": 1, "after_answer": 1}),
        # Counted twice: what was read holds the body and the snippet.
        ("foreign-read", {"bodies_read_unrelated": 1}),
        ("night-burst", {"outside_hours": 2, "too_close": 1}),
    ],
)
def test_the_checker_finds_a_planted_fault(tmp_path: Path, fault: str, broken: dict[str, int]) -> None:
    run = Run(tmp_path, "--plant", fault)
    status, said = run.end()
    assert status == 1, said
    assert "differences from script and plan" in said
    assert {name: run.figures()[name] for name in PROMISES} == PROMISES | broken


@pytest.mark.emulator
@pytest.mark.usefixtures("emulators")
@pytest.mark.parametrize("moment", ["Starting", "Accepted"])
def test_ctrl_c_leaves_no_process_behind(tmp_path: Path, moment: str) -> None:
    # Tests that a shell has started in the background ignore Ctrl-C, and what they start would, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run = Run(tmp_path, java=True)
    run.until(moment)
    run.interrupt()
    status, said = run.end()
    assert status == 130, said
    assert not run.report.exists()


def test_a_malformed_shortlist_is_refused_with_every_fault_and_its_line(tmp_path: Path) -> None:
    run = Run(tmp_path, shortlist=MALFORMED)
    status, said = run.end()
    assert status == 1
    assert "nothing was written" in said
    faults = [line.strip() for line in said.splitlines() if line.strip().startswith("- ")]
    assert sorted(fault.split(":")[0] for fault in faults) == [
        "- line 3, name",
        "- line 4, email",
        "- line 5, email",
        "- line 6, timezone",
    ], said
    assert not run.report.exists()
