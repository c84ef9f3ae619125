"""Own functions as they run on Google: unpacked from their archive, compiled, under the bare command.

A process knows nothing of this tree: its own folder and the variables that it is given are all it has.
"""

from __future__ import annotations

import compileall
import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.bench import floors
from tests.localcloud.archives import unpacked
from tests.localcloud.child_process import LAST_WORDS, free_port

if TYPE_CHECKING:
    from collections.abc import Mapping

FRAMEWORK = str(Path(sysconfig.get_path("scripts")) / "functions-framework")
#: Between two looks whether it listens: seconds.
LOOK = 0.001
PATIENCE = 60.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Hold a request, and by what its useful answer is known."""

    method: str = "GET"
    path: str = "/"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    words: str = ""


@dataclass(frozen=True)
class Deployment:
    """Hold where a function lies, ready to run."""

    target: str
    folder: Path


def deploy(function: str, to: Path) -> Deployment:
    """Lay a function out from its archive, compiled."""
    deployment = Deployment(function, unpacked(function, to))
    shared = to / "shared"
    if shared.exists():
        # The same in each archive: what is compiled already is taken along, times and all.
        shutil.rmtree(deployment.folder / "lib")
        shutil.copytree(shared, deployment.folder / "lib")
        return _compiled(deployment)
    compiled = _compiled(deployment)
    shutil.copytree(deployment.folder / "lib", shared)
    return compiled


def deploy_floor(name: str, to: Path) -> Deployment:
    """Lay a floor out, compiled."""
    folder = to / f"floor-{name}"
    folder.mkdir()
    shutil.copy(str(floors.__file__), folder / "main.py")
    return _compiled(Deployment(name, folder))


def _compiled(deployment: Deployment) -> Deployment:
    if not compileall.compile_dir(deployment.folder, quiet=1):
        raise RuntimeError(f"{deployment.folder} does not compile")
    return deployment


class Running:
    """Run a deployment in a process of its own; ``started_at``: when it was spawned, by ``perf_counter``."""

    def __init__(self, deployment: Deployment, environment: Mapping[str, str]) -> None:
        self._port = free_port()
        command = [FRAMEWORK, "--target", deployment.target, "--host", "127.0.0.1", "--port", str(self._port)]
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._listens = False
        self.started_at = time.perf_counter()
        # setpriv: it dies with this process, and costs a millisecond.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            cwd=deployment.folder,
            env={"PATH": os.environ["PATH"], **environment},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._output.close()

    def ask(self, ask: Ask) -> float:
        """Make a request as soon as it listens, over a connection of its own; return the seconds it took.

        RuntimeError when the answer is not the useful one.
        """
        self._wait()
        started = time.perf_counter()
        # gunicorn closes connections that were idle for two seconds.
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        connection.request(ask.method, ask.path, ask.body or None, dict(ask.headers))
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        taken = time.perf_counter() - started
        if answer.status != ask.status or ask.words not in text:
            raise RuntimeError(f"{ask.method} {ask.path}: {answer.status} {text[:500]}\n{self._said()}")
        return taken

    def _wait(self) -> None:
        if self._listens:
            return
        while time.perf_counter() - self.started_at < PATIENCE:
            if self._process.poll() is not None:
                raise RuntimeError(f"ended with {self._process.returncode}: {self._said()}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
                self._listens = True
                return
            time.sleep(LOOK)
        raise RuntimeError("the function does not listen")

    def _said(self) -> str:
        """Return the last of what it wrote."""
        descriptor = self._output.fileno()
        start = max(os.fstat(descriptor).st_size - LAST_WORDS, 0)
        return os.pread(descriptor, LAST_WORDS, start).decode(errors="replace")

    def age(self) -> float:
        """Return the seconds since it was spawned."""
        return time.perf_counter() - self.started_at

    def peak_mb(self) -> float:
        """Return the most memory that the process which answers has held (VmHWM)."""
        return max(_status_kb(pid, "VmHWM") for pid in self._pids()) / 1024

    def cpu_seconds(self) -> float:
        """Return the processor time of all its processes, in steps of a tick."""
        return sum(_cpu_ticks(pid) for pid in self._pids()) / TICKS

    def _pids(self) -> list[int]:
        """Return the server's own process, and its workers."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]


def _status_kb(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    # utime and stime: the 14th and 15th of all.
    return int(fields[11]) + int(fields[12])
