"""Own what Terraform itself makes of the configuration's locals, without providers, network or account.

``terraform console`` evaluates a copy in which nothing but variables and locals is left; a reference to a
resource or a module is a stand-in there. Turned down: a parser of HCL (a further dependency, and no
evaluation), a plan (its providers come from a registry).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.child_process import ROOT

TERRAFORM = ROOT / "terraform"
EXAMPLES = sorted(file.stem for file in (TERRAFORM / "examples").glob("*.tfvars"))
#: What stands for an attribute of a resource.
ELSEWHERE = "elsewhere"

needs_terraform = pytest.mark.skipif(
    shutil.which("terraform") is None, reason="terraform, which evaluates its own language, is not here"
)

#: Top-level blocks, as ``terraform fmt`` writes them.
_BLOCK = re.compile(r"^(?:locals|variable \"\w+\") \{$.*?^\}$", re.MULTILINE | re.DOTALL)
_REFERENCE = re.compile(r"(?<![\w.\"])(?:data\.\w+|google_\w+|time_\w+|module)\.\w+((?:\[[^\]]*\]|\.\w+)*)")


@cache
def evaluated(expression: str, example: str = "minimal") -> Any:
    """Return what an expression comes to with the variables of an example."""
    return _console(TERRAFORM, expression, f"-var-file={TERRAFORM / 'examples' / example}.tfvars")


@cache
def archive_files(function: str) -> list[str]:
    """Return the names of the files in a function's archive, as the module ``archive`` finds them."""
    module = TERRAFORM / "modules" / "archive"
    files: list[str] = _console(module, "keys(local.files)", f"-var=function={function}", f"-var=root={ROOT}")
    return files


def _console(configuration: Path, expression: str, *options: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        for file in configuration.iterdir():
            if file.suffix == ".tf":
                (Path(folder) / file.name).write_text(_locals_alone(file.read_text()))
            elif file.suffix == ".json":
                shutil.copy(file, folder)
        done = subprocess.run(
            ["terraform", "console", *options],
            cwd=folder,
            input=f"jsonencode({expression})\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    # A string within a string: the console shows text in quotes.
    return json.loads(json.loads(done.stdout))


def _locals_alone(text: str) -> str:
    """Leave variables and locals; a resource's attribute becomes text, many resources become none."""
    return _REFERENCE.sub(
        lambda found: f'"{ELSEWHERE}"' if found[1] else "{}", "\n".join(_BLOCK.findall(text))
    )
