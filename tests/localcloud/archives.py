"""Own the archives of the functions, made from functions/archive.json, which the deployment reads too.

The same files make the same archive, byte by byte: a function that has not changed is not deployed again.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

from tests.localcloud.child_process import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FUNCTIONS = ROOT / "functions"
#: The earliest time that a zip file can hold.
EPOCH = (1980, 1, 1, 0, 0, 0)
#: A regular file that everyone may read.
MODE = 0o100644


def function_names() -> list[str]:
    """Return the functions there are: each is a folder with a main.py."""
    return sorted(main.parent.name for main in FUNCTIONS.glob("*/main.py"))


def build(function: str, to: Path) -> Path:
    """Make the archive of a function in the folder ``to``; FileNotFoundError when a pattern finds nothing."""
    archive = to / f"{function}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, file in sorted(_contents(function).items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = MODE << 16
            zipped.writestr(entry, file.read_bytes())
    return archive


def _contents(function: str) -> dict[str, Path]:
    """Return the files by their names in the archive: its own at the root, and the shared ones.

    Of its own files a function has a main.py, and maybe others.
    """
    patterns = json.loads((FUNCTIONS / "archive.json").read_text(encoding="utf-8"))
    contents: dict[str, Path] = {}
    for folder, part in ((FUNCTIONS / function, "own"), (ROOT, "shared")):
        for pattern in patterns[part]:
            found = {file.relative_to(folder).as_posix(): file for file in folder.glob(pattern)}
            if not found and (part == "shared" or pattern == "main.py"):
                raise FileNotFoundError(f"{folder / pattern}: no such file")
            contents |= found
    return contents
