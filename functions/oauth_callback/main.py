"""Connect a mailbox in the browser: a ticket or an invitation sends it to Google, which sends it back."""

from __future__ import annotations

import flask

from lib.entrypoint import public_function
from lib.entrypoint.interface.oauth_callback import browsed
from lib.ports import Services


@public_function
def oauth_callback(services: Services, request: flask.Request) -> flask.Response:
    """Answer with a redirect: to Google, then to the web app; or with a page that says what is to be done."""
    return browsed(services, request)
