"""Start what the demo starts and stay, to try everything by hand: ``python -m tests.e2e.demo.serve``."""

from __future__ import annotations

from tests.e2e.demo.__main__ import user_token
from tests.e2e.demo.running import Running
from tests.e2e.demo.web_app import ADDRESS, ORG, ORIGIN, SENDER
from tests.e2e.demo.world_app import WorldApp
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.http import serve
from tests.localcloud.interrupts import run_until_stopped


def main() -> None:
    """Print what one needs, then wait for Ctrl-C."""
    running = Running()
    try:
        running.start()
        world = serve(WorldApp(running.cloud, running.time))
        tell(running.cloud, world.url)
        run_until_stopped(world.stop, running.stop)
    except KeyboardInterrupt:
        running.stop()


def tell(cloud: LocalCloud, world: str) -> None:
    """Print URLs, a token, and a first thing to try."""
    token = user_token(cloud)
    wish = f'{{"address": "{ADDRESS}", "sender_name": "{SENDER}", "return_url": "{ORIGIN}/mailboxes"}}'
    print(
        f"""
console        {cloud.base_url}/console/
world          {world}/   (move the clock on, read the candidates' mail, answer it)

functions      {cloud.base_url}/{{function}}
local Gmail    {cloud.env["GMAIL_API_ENDPOINT"]}   (inboxes: /_local/inbox/ADDRESS)
mailbox        {ADDRESS}, not connected yet; org {ORG}
store          {"in memory: " + cloud.degraded if cloud.degraded else "Firestore emulator"}
user token     TOKEN={token}

Or by hand: open the URL that this prints in a browser on this machine, to connect the mailbox.
  curl -s -X POST {cloud.base_url}/mailboxes/connections -H "Authorization: Bearer $TOKEN" -d '{wish}'
Ctrl-C ends everything.
""",
        flush=True,
    )


if __name__ == "__main__":
    main()
