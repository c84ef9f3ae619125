"""Run the demo: ``python -m tests.e2e.demo [--csv FILE] [--campaign FILE]``; exit 1 when anything differs."""

from __future__ import annotations

import argparse
import io
import json
import signal
import sys
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.demo import planting
from tests.e2e.demo.checker import check
from tests.e2e.demo.driver import Demo
from tests.e2e.demo.files import read_campaign, read_text
from tests.e2e.demo.showing import Screen
from tests.e2e.demo.web_app import ADDRESS, ORG, USER, Refused, WebApp
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.memory_functions import in_memory

HERE = Path(__file__).parent
#: The clocks of Europe change on the first Sunday, and Easter is on the second.
START = datetime(2026, 3, 26, 8, 0, tzinfo=UTC)
REPORT = Path("build/demo-report.json")


def main(argv: list[str] | None = None) -> int:
    """Run the main job once; return the exit status."""
    options = _options(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    campaign = read_campaign(options.campaign)
    cloud = LocalCloud(now=START, prepare_functions=in_memory, quiet=True)
    # Functions that run in this process log to its standard output, which is the screen's.
    with Screen() as screen, redirect_stdout(io.StringIO()):
        screen.say("Starting the local cloud and all functions ...")
        if cloud.degraded:
            screen.say(f"  without the official emulators ({cloud.degraded}): in memory, in one process")
        begun = time.monotonic()
        with cloud:
            app = WebApp(cloud.base_url, user_token(cloud))
            demo = Demo(cloud, screen, read_text(options.csv), campaign, app)
            try:
                demo.connect()
                demo.enqueue()
            except Refused as refused:
                _show_faults(screen, refused)
                return 1
            planting.before(options.plant, demo)
            demo.run()
            planting.after(options.plant, demo)
            seen = demo.evidence()
            figures = check(seen)
            costs = _costs(cloud, time.monotonic() - begun)
    screen.figures(figures, costs)
    screen.differences(seen.differences)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(figures | costs, indent=2) + "\n")
    screen.say(f"The report is in {options.report}")
    return 1 if seen.differences else 0


def user_token(cloud: LocalCloud) -> str:
    """Return a token as the web app gives its users."""
    assert cloud.oauth is not None, "the web app's tokens are signed by the local OAuth"
    return cloud.oauth.store.web_app.mint_user_token(
        USER, ADDRESS, ORG, "member", cloud.env["WEBAPP_ISSUER"], cloud.env["WEBAPP_AUDIENCE"]
    )


def _costs(cloud: LocalCloud, seconds: float) -> dict[str, int]:
    costs = {
        "gmail_requests": cloud.world.requests,
        "gmail_quota_units": cloud.world.units(ADDRESS),
        "notifications_lost": cloud.world.notifier.counts.lost,
        "seconds": round(seconds),
    }
    if cloud.firestore is not None:
        costs["firestore_calls"] = sum(cloud.firestore.calls.snapshot().values())
    return costs


def _show_faults(screen: Screen, refused: Refused) -> None:
    screen.say(f"Refused, and nothing was written: {refused}")
    for fault in refused.problem.get("faults", []):
        line = f"line {fault['line']}, " if fault.get("line") else ""
        screen.say(f"  - {line}{fault['field']}: {fault['why']}")


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.demo", description=__doc__)
    parser.add_argument("--csv", type=Path, default=HERE / "shortlist.csv", help="a shortlist")
    parser.add_argument("--campaign", type=Path, default=HERE / "campaign.json", help="a campaign")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the figures go")
    parser.add_argument("--plant", choices=planting.FAULTS, help="plant a fault that the checker must find")
    return parser.parse_args(argv)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
