"""Serve the console: a page over the same interface as the web app's, and the files that it loads."""

from __future__ import annotations

from pathlib import Path

import flask

from lib.entrypoint import console_file, public_function
from lib.ports import Services

STATIC = Path(__file__).parent / "static"


@public_function
def console(_services: Services, request: flask.Request) -> flask.Response:
    """Answer with a file, or 304 when the browser has it; nothing here is anybody's data."""
    return console_file(request, STATIC)
