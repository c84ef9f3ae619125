"""Own a headless Chromium, steered over its DevTools protocol through a pair of pipes.

One process takes all pictures, at any width: a window of its own is never narrower than 500 pixels.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

Json = dict[str, Any]

#: How long a page or an answer may take, in seconds.
PATIENCE = 30.0
FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
#: The ends of the pipes in Chromium.
READS, WRITES = 3, 4


def find_chromium() -> str | None:
    """Return the path of a Chromium, None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


class Chromium:
    """A browser with one tab; what it complains of is in ``complaints``."""

    def __init__(self, path: str) -> None:
        self.complaints: list[str] = []
        self._events: list[Json] = []
        self._rest = b""
        self._number = 0
        self._session = ""
        self._profile = tempfile.mkdtemp(prefix="screenshots-")
        self._log = os.open(os.devnull, os.O_WRONLY)
        self._process, self._in, self._out = self._spawn(path)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def _spawn(self, path: str) -> tuple[int, int, int]:
        # Away from 3 and 4: duplicating onto itself would leave a descriptor closed in the child.
        its_in, our_out = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in os.pipe())
        our_in, its_out = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in os.pipe())
        actions = [(os.POSIX_SPAWN_DUP2, self._log, 1), (os.POSIX_SPAWN_DUP2, self._log, 2)]
        actions += [(os.POSIX_SPAWN_DUP2, its_in, READS), (os.POSIX_SPAWN_DUP2, its_out, WRITES)]
        flags = [path, *FLAGS, f"--user-data-dir={self._profile}"]
        process = os.posix_spawn(path, flags, dict(os.environ), file_actions=actions, setsid=True)
        os.close(its_in)
        os.close(its_out)
        return process, our_in, our_out

    def close(self) -> None:
        """End the process group that was started here, and remove its profile."""
        os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        for one in (self._in, self._out, self._log):
            os.close(one)
        shutil.rmtree(self._profile, ignore_errors=True)

    # What it does

    def set_screen(self, width: int, height: int, *, dark: bool) -> None:
        """Be a window of this size, or, when narrow, a phone; in light or dark colours."""
        phone = width < 500
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, url: str) -> None:
        """Open a page and wait until it is there."""
        self._events.clear()
        self.call("Page.navigate", url=url)
        self._until_event("Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """Return what a line of script comes to; the page's policy does not bind the tool."""
        return self.call("Runtime.evaluate", expression=expression)["result"].get("value")

    def click(self, selector: str) -> None:
        """Press a button or link as a person does."""
        self.evaluate(f"document.querySelector({json.dumps(selector)})?.scrollIntoView({{block: 'center'}})")
        box = self.evaluate(
            f"(b => b && JSON.stringify([b.x + b.width / 2, b.y + b.height / 2]))"
            f"(document.querySelector({json.dumps(selector)})?.getBoundingClientRect())"
        )
        assert box is not None, f"no {selector}"
        x, y = json.loads(box)
        self._events.clear()
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def wait_for(self, text: str) -> str:
        """Wait until a text is on the page; return the page's URL."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if text in (self.evaluate("document.body ? document.body.innerText : ''") or ""):
                return str(self.evaluate("location.href"))
            self._receive(0.1)
        raise TimeoutError(f"{text!r} never came; {self.complaints}")

    def picture(self, to: Path) -> None:
        """Take a picture of the whole page."""
        taken = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        to.write_bytes(base64.b64decode(taken["data"]))

    # The protocol: JSON, each message ended by a zero byte

    def call(self, method: str, **params: Any) -> Json:
        """Call a method and return its result."""
        self._number += 1
        message: Json = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for answer in self._receive(0.5):
                if answer.get("id") == self._number:
                    if "error" in answer:
                        raise RuntimeError(f"{method}: {answer['error']}")
                    result: Json = answer["result"]
                    return result
        raise TimeoutError(method)

    def _until_event(self, name: str) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if any(event["method"] == name for event in self._events):
                return
            self._receive(0.5)
        raise TimeoutError(name)

    def _receive(self, seconds: float) -> list[Json]:
        """Return the answers that come within a time; events are kept."""
        if not select.select([self._in], [], [], seconds)[0]:
            return []
        read = os.read(self._in, 1 << 20)
        if not read:
            raise RuntimeError("Chromium has ended")
        *whole, self._rest = (self._rest + read).split(b"\0")
        answers = []
        for one in map(json.loads, whole):
            if "method" in one:
                self._events.append(one)
                self._complain(one)
            else:
                answers.append(one)
        return answers

    def _complain(self, event: Json) -> None:
        if event["method"] == "Log.entryAdded":
            entry = event["params"]["entry"]
            if entry["level"] in {"error", "warning"}:
                self.complaints.append(entry["text"])
