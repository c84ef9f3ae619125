"""Own the edge of every function: parse, authenticate, call one flow, map errors, log.

A function's ``main.py`` takes one of the decorators, and what it needs to answer, from here.
"""

from lib.entrypoint.answers import csv_response, decoded, json_lines, json_response, page, redirect
from lib.entrypoint.console import console_file
from lib.entrypoint.decorators import event_function, public_function, task_function, user_function
from lib.entrypoint.erasures import log_erasure
from lib.entrypoint.logs import log, log_error
from lib.entrypoint.wiring import Wiring, services, use

__all__ = [
    "Wiring",
    "console_file",
    "csv_response",
    "decoded",
    "event_function",
    "json_lines",
    "json_response",
    "log",
    "log_erasure",
    "log_error",
    "page",
    "public_function",
    "redirect",
    "services",
    "task_function",
    "use",
    "user_function",
]
