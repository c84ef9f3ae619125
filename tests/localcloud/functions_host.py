"""Own the local host of the functions: all of them in one process, each mounted at its folder's name.

Each function is loaded by functions-framework as on Google; the host adds only counts, so that the local
cloud can tell when everything that it was given is settled.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import threading
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import functions_framework
from werkzeug import Response
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from tests.localcloud.child_process import ROOT
from tests.localcloud.http import serve
from tests.localcloud.interrupts import run_until_stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FUNCTIONS = ROOT / "functions"


class FunctionsHost:
    """Mount every function found in ``folder``; a WSGI application."""

    def __init__(self, folder: Path = FUNCTIONS) -> None:
        self.in_flight = 0
        self.handled: Counter[str] = Counter()
        self.pushes: set[str] = set()
        self._lock = threading.Lock()
        if str(ROOT) not in sys.path:
            sys.path.insert(0, str(ROOT))
        self.names = sorted(main.parent.name for main in folder.glob("*/main.py"))
        mounts: dict[str, WSGIApplication] = {
            f"/{name}": self._mounted(name, _load(name, folder / name / "main.py")) for name in self.names
        }
        mounts["/_local/status"] = self._status
        self._dispatch = DispatcherMiddleware(Response("no such function\n", 404), mounts)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._dispatch(environ, start_response)

    def status(self) -> dict[str, Any]:
        """Return what is under way, the requests answered by function, and the Pub/Sub messages settled."""
        with self._lock:
            return {
                "in_flight": self.in_flight,
                "handled": dict(self.handled),
                "pushes": sorted(self.pushes),
            }

    def _status(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = Response(json.dumps(self.status()), mimetype="application/json")
        return response(environ, start_response)

    def _mounted(self, name: str, function: WSGIApplication) -> WSGIApplication:
        def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            # An empty path would be redirected, which a POST does not survive.
            environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"
            message = _message_id(environ)
            answered: list[str] = []

            def begin(status: str, *rest: Any) -> Callable[[bytes], object]:
                answered.append(status)
                return start_response(status, *rest)

            with self._lock:
                self.in_flight += 1
            try:
                return _whole(function(environ, begin))
            except Exception:
                traceback.print_exc()
                raise
            finally:
                with self._lock:
                    self.in_flight -= 1
                    self.handled[name] += 1
                    if message and answered and answered[-1].startswith("2"):
                        self.pushes.add(message)

        return application


def _load(name: str, source: Path) -> WSGIApplication:
    create: Any = functions_framework.create_app  # ships no types
    try:
        application: WSGIApplication = create(target=name, source=str(source))
    finally:
        # The framework leaves one function's kind in the environment, and takes the next for the same.
        os.environ.pop("FUNCTION_SIGNATURE_TYPE", None)
    return application


def _whole(parts: Iterable[bytes]) -> Iterable[bytes]:
    """Take the answer in while the request still counts as under way."""
    try:
        return [b"".join(parts)]
    finally:
        close = getattr(parts, "close", None)
        if close:
            close()


def _message_id(environ: WSGIEnvironment) -> str:
    """Return the Pub/Sub message id when the request is a push; the body is left as if never read."""
    if environ["REQUEST_METHOD"] != "POST" or not environ.get("CONTENT_LENGTH"):
        return ""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = io.BytesIO(body)
    if b'"subscription"' not in body:
        return ""
    try:
        return str(json.loads(body)["message"]["messageId"])
    except (ValueError, KeyError, TypeError):
        return ""


def main(argv: list[str]) -> None:
    """Serve the functions until stopped; their settings come from the environment."""
    parser = argparse.ArgumentParser(prog="python -m tests.localcloud functions")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=FUNCTIONS, help="another folder of functions")
    arguments = parser.parse_args(argv)
    host = FunctionsHost(arguments.folder)
    server = serve(host, arguments.port)
    print(f"functions {', '.join(host.names)} at {server.url}", flush=True)
    run_until_stopped(server.stop)
