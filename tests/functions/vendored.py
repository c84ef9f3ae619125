"""Own what the console loads of others: copied as it is from the packages of npm's lock, with their licences.

``python -m tests.functions.vendored`` copies; a test compares.
"""

from __future__ import annotations

import json
import shutil
import sys

from tests.localcloud.child_process import ROOT

CONSOLE = ROOT / "functions" / "console"
VENDOR = CONSOLE / "static" / "vendor"
MODULES = ROOT / "build" / "console" / "node_modules"

#: Name in the folder, and where it lies in the packages.
FILES = {
    "htm/htm.module.js": "htm/dist/htm.module.js",
    "htm/LICENSE.txt": "htm/LICENSE",
    "oauth4webapi/index.js": "oauth4webapi/build/index.js",
    "oauth4webapi/LICENSE.txt": "oauth4webapi/LICENSE.md",
    "preact/preact.module.js": "preact/dist/preact.module.js",
    "preact/hooks.module.js": "preact/hooks/dist/hooks.module.js",
    "preact/LICENSE.txt": "preact/LICENSE",
    "uplot/uPlot.esm.js": "uplot/dist/uPlot.esm.js",
    "uplot/uPlot.min.css": "uplot/dist/uPlot.min.css",
    "uplot/LICENSE.txt": "uplot/LICENSE",
}


def stale() -> list[str]:
    """Return what differs from the packages, is not there, or is there for no reason."""
    there = {one.relative_to(VENDOR).as_posix() for one in VENDOR.rglob("*") if one.is_file()}
    wrong = {
        name
        for name, source in FILES.items()
        if name in there and (VENDOR / name).read_bytes() != (MODULES / source).read_bytes()
    }
    return sorted(wrong | (there ^ FILES.keys()))


def versions() -> dict[str, str]:
    """Return the version of each package that is loaded, as the lock has it."""
    locked = json.loads((CONSOLE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = sorted({source.split("/")[0] for source in FILES.values()})
    return {name: locked[f"node_modules/{name}"]["version"] for name in wanted}


def main() -> int:
    """Copy all of it anew."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, source in FILES.items():
        (VENDOR / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, VENDOR / name)
    print(", ".join(f"{name} {version}" for name, version in versions().items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
