"""What the README tells a new user holds: its names exist, its costs are those that are computed."""

from __future__ import annotations

import importlib.util
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.evaluated import TERRAFORM

README = "".join((TERRAFORM / name).read_text() for name in ("README.md", "OPERATING.md"))
SOURCES = "\n".join(file.read_text() for file in sorted(TERRAFORM.rglob("*.tf")))
COSTS: Any = runpy.run_path(str(TERRAFORM / "costs.py"))
KNOWN: dict[str, Any] = json.loads((TERRAFORM / "costs.json").read_text())


def test_events_cost_only_where_a_webhook_is_told() -> None:
    quiet, told = (COSTS["costs"](1000, KNOWN, told=told) for told in (False, True))
    events = 1000 * KNOWN["assumed"]["events_in_a_mail"]
    # Creating a task is an operation, and so is handing it out.
    assert told["Cloud Tasks"] - quiet["Cloud Tasks"] == pytest.approx(events * 2 * 0.40 / 1e6)
    assert told["Firestore"] - quiet["Firestore"] == pytest.approx(events * (8 * 0.03 + 2 * 0.09) / 1e5)
    assert told["Cloud Run"] > quiet["Cloud Run"]


def test_the_table_of_costs_is_what_the_script_prints() -> None:
    printed = subprocess.run(
        [sys.executable, TERRAFORM / "costs.py"], capture_output=True, text=True, check=True
    ).stdout
    assert f"\n\n{printed}\n" in README


def test_costs_are_reckoned_as_by_hand() -> None:
    known = KNOWN | {
        "paths": {
            "sending": {
                "times": "mail",
                "reads": 10,
                "writes": 10,
                "deletes": 10,
                "tasks": 5,
                "requests": 1,
                "pushes": 1,
                "seconds": 2,
                "gib": 0.5,
            }
        }
    }
    found = COSTS["costs"](100_000, known)
    assert found["Firestore"] == pytest.approx(10 * (0.03 + 0.09 + 0.01))
    # Two seconds each, and five more for one of twenty.
    assert found["Cloud Run"] == pytest.approx(225_000 * (0.000024 + 0.5 * 0.0000025) + 0.04)
    assert found["Cloud Tasks"] == pytest.approx(0.40)
    assert found["Pub/Sub"] == pytest.approx(100_000 * 2048 / 2**40 * 40)
    assert found["Secret Manager, Cloud Scheduler"] == pytest.approx(4 * 0.06 + 0.10)


def test_minutes_and_mailboxes_cost_besides_mails() -> None:
    nothing, one, full, beyond = (COSTS["costs"](mails, KNOWN)["Firestore"] for mails in (0, 1, 1000, 1001))
    a_mail = (full - one) / 999
    assert nothing > a_mail
    assert one - nothing > 100 * a_mail
    # The next mail takes a mailbox more.
    assert beyond - full == pytest.approx(one - nothing)


def test_what_the_commands_name_is_there() -> None:
    named = set(re.findall(r"\boutreach-[a-z-]+\b", README))
    assert {"outreach-maintain", "outreach-tasks"} <= named
    assert sorted(name for name in named if f'"{name}"' not in SOURCES) == []


def test_the_variables_and_outputs_that_it_names_are_there() -> None:
    (own,) = re.findall(
        r"cat > terraform/terraform\.tfvars <<END\n(.*?)^END$", README, re.DOTALL | re.MULTILINE
    )
    set_here = re.findall(r"^(\w+)\s*=", own, re.MULTILINE)
    needed = set(
        re.findall(r"^(\w+)\s*=", (TERRAFORM / "examples" / "minimal.tfvars").read_text(), re.MULTILINE)
    )
    assert needed - set(set_here) == set()
    options = re.findall(r"^- `(\w+)(?: = [^`]*)?`: ", README, re.MULTILINE)
    assert options
    assert [name for name in {*set_here, *options} if f'variable "{name}"' not in SOURCES] == []
    outputs = set(re.findall(r"\boutput (?:-json )?(\w+)", README))
    assert outputs >= {"redirect_uri", "urls"}
    assert [name for name in outputs if f'output "{name}"' not in SOURCES] == []


def test_the_modules_that_it_runs_are_there() -> None:
    modules = set(re.findall(r"python -m ([\w.]+)", README))
    assert modules >= {"lib.entrypoint.keyset", "lib.entrypoint.replay_erasures"}
    assert [name for name in sorted(modules) if importlib.util.find_spec(name) is None] == []


def test_its_links_lead_to_files() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (TERRAFORM / link).exists()] == []


def test_every_command_for_the_shell_is_one(tmp_path: Path) -> None:
    blocks = re.findall(r"^( *)```sh\n(.*?)^ *```$", README, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 8
    for number, (indent, text) in enumerate(blocks):
        script = tmp_path / f"{number}.sh"
        script.write_text(re.sub(f"^{indent}", "", text, flags=re.MULTILINE))
        done = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), text
