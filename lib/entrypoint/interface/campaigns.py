"""Steer and show campaigns: figures, candidates, answers; pause, resume, approve, cancel, edit."""

from __future__ import annotations

from functools import partial

from lib.core.campaigns.editing import Edit
from lib.core.limits import EXPORTING, PLANNING, READING
from lib.entrypoint.answers import csv_response, json_file
from lib.entrypoint.routes import Route
from lib.flows.adding import add
from lib.flows.controlling import Approval, Decision, Reason, approve, cancel, decide, pause, resume
from lib.flows.editing import edit
from lib.flows.exporting_campaigns import export_csv, export_json
from lib.flows.figuring import Wanted, campaign_figures
from lib.flows.forecasting import show_forecast
from lib.flows.listing import CampaignsPage, list_campaigns
from lib.flows.marking import Mark, mark, read
from lib.flows.showing_campaigns import show_answer, show_campaign
from lib.flows.showing_candidates import Page, list_candidates, skip
from lib.flows.telling import show_timeline

ROUTES = (
    Route("GET", "", list_campaigns, query=CampaignsPage),
    Route("GET", "{}", show_campaign),
    Route("PATCH", "{}", edit, body=Edit),
    Route("POST", "{}/pause", pause, body=Reason),
    Route("POST", "{}/resume", resume),
    Route("POST", "{}/cancel", cancel, body=Reason),
    Route("POST", "{}/approve", approve, body=Approval),
    Route(
        "GET",
        "{}/export.json",
        export_json,
        answer=partial(json_file, name="campaign.json"),
        limit=EXPORTING,
    ),
    Route(
        "GET",
        "{}/export.csv",
        export_csv,
        answer=partial(csv_response, name="campaign.csv"),
        limit=EXPORTING,
    ),
    Route("GET", "{}/figures", campaign_figures, query=Wanted),
    Route("GET", "{}/forecast", show_forecast),
    Route("GET", "{}/candidates", list_candidates, query=Page),
    Route("POST", "{}/candidates", add, body=bytes, limit=PLANNING),
    Route("GET", "{}/candidates/{}", show_timeline),
    Route("POST", "{}/candidates/{}/skip", skip),
    Route("POST", "{}/candidates/{}/decision", decide, body=Decision),
    Route("GET", "{}/answers/{}", show_answer),
    Route("PATCH", "{}/answers/{}", mark, body=Mark),
    Route("POST", "{}/answers/{}/read", read, limit=READING),
)
