"""Steer and show campaigns: figures, candidates, answers; pause, resume, cancel, edit."""

from __future__ import annotations

from lib.core.campaigns.editing import Edit
from lib.entrypoint.routes import Route
from lib.flows.adding import add
from lib.flows.controlling import Decision, Reason, cancel, decide, pause, resume
from lib.flows.editing import edit
from lib.flows.marking import Mark, mark, read
from lib.flows.showing_campaigns import show_answer, show_campaign
from lib.flows.showing_candidates import Page, list_candidates, skip

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
