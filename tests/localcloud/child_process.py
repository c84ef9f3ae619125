"""Own the child processes of the local cloud: each dies with whoever started it, also by SIGKILL.

A small launcher asks the kernel for that (prctl PR_SET_PDEATHSIG) before it becomes the command. The kernel
ties it to the *thread* that started the child, so children are started from threads that outlive them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Runs a module of this tree with this very interpreter.
PYTHON_MODULE = (sys.executable, "-m")
#: Bytes of a child's output that are shown.
LAST_WORDS = 20_000
ROOT = Path(__file__).resolve().parents[2]
#: 1 is PR_SET_PDEATHSIG. The parent may have died before the call: then nobody would send the signal.
_LAUNCHER = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent is gone")
os.execvp(sys.argv[2], sys.argv[2:])
"""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_gone(pid: int) -> bool:
    """Say whether a process is dead; one that nobody waited for yet counts as dead."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


class ChildProcess:
    """Run a command in a process group of its own; its output goes to a file unless ``quiet`` is False."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str] | None = None, quiet: bool = True
    ) -> None:
        self._command = command
        self._output = tempfile.TemporaryFile() if quiet else None  # noqa: SIM115 - lives as long as the child
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), *command],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
        )
        self.pid = self._process.pid

    def wait_for_port(self, port: int, timeout: float = 60) -> None:
        """Return once the child listens; raise RuntimeError with its last words when it does not."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(
                    f"{self._command[0]} ended with {self._process.returncode}: {self.output()}"
                )
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self._command[0]} did not listen on {port} in time: {self.output()}")

    def stop(self, grace: float = 2) -> None:
        """End the whole group, by force after ``grace`` seconds, and wait until it is gone."""
        for signum, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 10.0)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signum)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
                break
        # The group's leader may have gone without its own children.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._output:
            self._output.close()

    def output(self) -> str:
        """Return the last of what the child has written."""
        if not self._output or self._output.closed:
            return "(its output went to this process's own)"
        # Read without seeking: the child writes at the position that it shares with this file.
        descriptor = self._output.fileno()
        start = max(os.fstat(descriptor).st_size - LAST_WORDS, 0)
        return os.pread(descriptor, LAST_WORDS, start).decode(errors="replace")
