"""Read and change the org's settings and its list of those who get no mail, for admins of the web app."""

from __future__ import annotations

import flask

from lib.core.callers import VerifiedCaller
from lib.core.errors import NotFound
from lib.entrypoint import csv_response, decoded, json_response, user_function
from lib.flows import suppressing
from lib.ports import Services


@user_function
def settings(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 200 with what there is now; addresses come in bodies alone, never in URLs."""
    match request.method, request.path.strip("/"):
        case "GET", "":
            return json_response(suppressing.show_settings(services, caller))
        case "PATCH", "":
            wish = decoded(request.get_data(), suppressing.ChangedSettings)
            return json_response(suppressing.change_settings(services, caller, wish))
        case "GET", "suppressions":
            return json_response(suppressing.list_suppressed(services, caller, request.args.get("after", "")))
        case "GET", "suppressions.csv":
            return csv_response(suppressing.export_suppressed(services, caller), "suppressions.csv")
        case "POST", "suppressions":
            entries = suppressing.entries_from(request.get_data(), is_csv=request.mimetype == "text/csv")
            return json_response({"listed": suppressing.add_suppressed(services, caller, entries)})
        case "POST", "suppressions/removals":
            entries = suppressing.entries_from(request.get_data(), is_csv=False)
            return json_response({"kept": suppressing.remove_suppressed(services, caller, entries)})
    raise NotFound("there is /, /suppressions, /suppressions.csv and POST /suppressions/removals here")
