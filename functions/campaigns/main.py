"""Show and steer a campaign for the web app: figures, candidates, answers; pause, resume, cancel, edit."""

from __future__ import annotations

import flask

from lib.core.callers import VerifiedCaller
from lib.core.campaigns.editing import Edit
from lib.entrypoint import user_function
from lib.entrypoint.routes import Route, routed
from lib.flows.adding import add
from lib.flows.controlling import Decision, Reason, cancel, decide, pause, resume
from lib.flows.editing import edit
from lib.flows.marking import Mark, mark, read
from lib.flows.showing_campaigns import show_answer, show_campaign
from lib.flows.showing_candidates import Page, list_candidates, skip
from lib.ports import Services

ROUTES = (
    Route("GET", "{}", show_campaign),
    Route("PATCH", "{}", edit, body=Edit),
    Route("POST", "{}/pause", pause, body=Reason),
    Route("POST", "{}/resume", resume),
    Route("POST", "{}/cancel", cancel, body=Reason),
    Route("GET", "{}/candidates", list_candidates, query=Page),
    Route("POST", "{}/candidates", add, body=bytes),
    Route("POST", "{}/candidates/{}/skip", skip),
    Route("POST", "{}/candidates/{}/decision", decide, body=Decision),
    Route("GET", "{}/answers/{}", show_answer),
    Route("PATCH", "{}/answers/{}", mark, body=Mark),
    Route("POST", "{}/answers/{}/read", read),
)


@user_function
def campaigns(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 200 with what was asked for, or as it is now; 404 where nothing is, or not for this caller."""
    return routed(ROUTES, services, caller, request)
