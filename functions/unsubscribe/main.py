"""Opt a candidate out: the link in each mail (a page with a button), and one-click POST (RFC 8058)."""

from __future__ import annotations

import flask
from werkzeug.exceptions import MethodNotAllowed

from lib.core.optout import TEST_TOKEN, read_optout_token
from lib.core.pages import Action
from lib.entrypoint import page, public_function
from lib.ports import Services


@public_function
def unsubscribe(services: Services, request: flask.Request) -> flask.Response:
    """Change nothing on GET and HEAD, since mail scanners open links; a POST opts out, with no cookie."""
    token = request.path.strip("/")
    if token == TEST_TOKEN:
        return page("This is a test mail", ["In a candidate's mail this link stops all further e-mails."])
    if request.method == "POST":
        from lib.flows.opting_out import opt_out  # noqa: PLC0415 - cold start: the page needs none of it

        opt_out(services, token)
        return page(
            "You will get no more e-mails",
            ["You are off our list. An e-mail that was already under way may still arrive."],
        )
    if request.method not in {"GET", "HEAD"}:
        raise MethodNotAllowed(["GET", "HEAD", "POST"])
    read_optout_token(services.address_key, token)
    return page(
        "Stop these e-mails?",
        ["You will get no further e-mails about jobs from this sender's company."],
        action=Action(label="Yes, stop them", url=f"{services.base_url}/unsubscribe/{token}", method="post"),
    )
