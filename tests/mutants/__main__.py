"""Break the protocol in named ways, each in a copy of the tree, and demand that tests go red for each.

``python -m tests.mutants [NAME ...]``: exit 1 when one survives, or when its patch no longer fits the code.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants import enqueueing, people, receiving, sending, undoing
from tests.mutants.mutant import Mutant

ROOT = Path(__file__).resolve().parents[2]
#: Copies that are tested at once: one for each core of a small machine.
AT_ONCE = 2
LONGEST = 900
MUTANTS = (*sending.MUTANTS, *receiving.MUTANTS, *people.MUTANTS, *undoing.MUTANTS, *enqueueing.MUTANTS)


def survives(mutant: Mutant) -> str | None:
    """Return why a mutant was not caught, None when tests went red for it."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "build", "__pycache__"))
        for patch in filter(None, ((mutant.file, mutant.old, mutant.new), mutant.also)):
            if fits := applied(copy, *patch):
                return fits
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutant.tests]
        done = subprocess.run(
            command,
            cwd=copy,
            env=os.environ | {"HYPOTHESIS_PROFILE": "mutants"},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    if done.returncode == 0:
        return "all tests stay green"
    # Red means a failing test: one that cannot even be imported would hide a patch that breaks the syntax.
    is_red = done.returncode == 1 and "ERROR collecting" not in done.stdout
    return None if is_red else f"pytest ended in {done.returncode}: {done.stdout[-800:]}"


def applied(tree: Path, name: str, old: str, new: str) -> str | None:
    """Patch one file; return why not, None when it is done."""
    file = tree / name
    text = file.read_text(encoding="utf-8")
    if text.count(old) != 1:
        return f"the patch fits {text.count(old)} times in {name}"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return None


def main(names: list[str]) -> int:
    """Try the named mutants, or all."""
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    begun = time.monotonic()
    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for mutant, why in zip(chosen, pool.map(survives, chosen), strict=True):
            failed += why is not None
            print(
                f"{'red' if why is None else 'SURVIVED'}  {mutant.name}{'' if why is None else f': {why}'}",
                flush=True,
            )
    print(f"{len(chosen) - failed} of {len(chosen)} red, in {time.monotonic() - begun:.0f} s")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
