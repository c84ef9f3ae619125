"""Own the command line of the local cloud: ``python -m tests.localcloud PART [--port N]``."""

from __future__ import annotations

import importlib
import sys

#: A part's module, and its function that takes the arguments and runs until SIGINT or SIGTERM. Each part
#: imports only what it needs: a clock starts without gRPC, Gmail without Java.
PARTS = {
    "gmail": ("tests.localcloud.gmail.server", "main"),
    "oauth": ("tests.localcloud.oauth.server", "main"),
    "tasks": ("tests.localcloud.cloud_tasks", "main"),
    "secrets": ("tests.localcloud.secret_manager", "main"),
    "clock": ("tests.localcloud.clock", "main"),
    "firestore": ("tests.localcloud.emulators", "firestore_main"),
    "pubsub": ("tests.localcloud.emulators", "pubsub_main"),
    "functions": ("tests.localcloud.functions_host", "main"),
    "all": ("tests.localcloud.cloud", "main"),
}


def main(argv: list[str]) -> None:
    """Run the part that the first argument names."""
    if not argv or argv[0] not in PARTS:
        sys.exit(f"usage: python -m tests.localcloud {{{','.join(PARTS)}}} [--port N]")
    module, function = PARTS[argv[0]]
    try:
        getattr(importlib.import_module(module), function)(argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
