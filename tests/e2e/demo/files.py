"""Own the files that a person gives to the demo: a shortlist and a campaign."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from tests.e2e.demo.timing import Place


def read_text(path: Path) -> str:
    """Read a shortlist; SystemExit with the reason when that can't be done."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"{path}: {error}") from None


def read_campaign(path: Path) -> dict[str, Any]:
    """Read a campaign; SystemExit with the reason when it is no JSON object."""
    try:
        campaign = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path}: {error}") from None
    if not isinstance(campaign, dict):
        raise SystemExit(f"{path}: a campaign is a JSON object")
    return campaign


def place_of(shortlist: str, email: str, zone: str) -> Place:
    """Return where the shortlist says that somebody is; ``zone`` is the campaign's."""
    for row in csv.DictReader(io.StringIO(shortlist)):
        named = {str(name).strip().lower(): str(value or "").strip() for name, value in row.items()}
        if named.get("email", "").lower() == email.lower():
            return Place(named.get("timezone") or zone, named.get("country", "").upper())
    return Place(zone, "")
