"""Run schemathesis, all checks, against the document and the running functions: ``make fuzz``.

It lives in a venv of its own, since it pins what the tests use too; the functions run in this process, with
one mailbox, campaign and answer that it is told the ids of. What ends things for good is tried last.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from lib.core.ids import address_id, enrollment_id
from lib.entrypoint import routes, services, use
from tests.functions.campaigning import KIM, answer, enqueue, request, sent_soon
from tests.functions.office import OTHER, RECRUITER, Office
from tests.localcloud.child_process import ROOT
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.environment import applied
from tests.localcloud.memory_functions import in_memory
from tests.localcloud.memory_store import MemoryStore

SCHEMATHESIS = "schemathesis==4.32.5"
PLACE = ROOT / "build" / SCHEMATHESIS.replace("==", "-")
DOCUMENT = ROOT / "functions" / "openapi.json"
#: What may be refused though it has the right form: by what it names, or by rules that no schema holds.
SENSE = ["2xx", "401", "403", "404", "409", "412", "422"]
#: What is wrong may be so for a reason that comes first, such as a tag that does not fit.
REFUSED = ["401", "403", "404", "409", "412", "422"]
#: TRACE never comes as far as the functions, neither on Google nor in the server that runs them here.
METHODS = ["DELETE", "PATCH", "POST", "PUT"]
#: What leaves nothing to try the rest on.
LAST = [
    "delete_mailboxes_mailbox",
    "delete_mailboxes_mailbox_grants_grant",
    "post_campaigns_campaign_cancel",
    "post_mailboxes_mailbox_disconnect",
    "delete_settings_webhooks_webhook",
    "delete_enqueue_campaign_uploads_upload",
    "post_settings_erasures",
]


def installed() -> Path | None:
    """Return the command, installed at the first time; None where it cannot be had."""
    command = PLACE / "bin" / "schemathesis"
    if not command.exists():
        uv = str(ROOT / ".venv" / "bin" / "uv")
        made = subprocess.run([uv, "venv", "--quiet", "--clear", str(PLACE)], check=False)
        wanted = [uv, "pip", "install", "--quiet", "--python", str(PLACE / "bin" / "python"), SCHEMATHESIS]
        if made.returncode or subprocess.run(wanted, check=False).returncode:
            return None
    return command


def told(office: Office) -> dict[str, str]:
    """Make something of each kind; return the ids by the names of the parameters that stand for them."""
    mailbox = office.connected()
    given = office.call("POST", f"mailboxes/{mailbox}/grants", json={"email": OTHER}).json()
    assert enqueue(office, request(mailbox)).status_code == 202
    sent_soon(office)
    answer(office, KIM, "Tell me more.")
    [shown] = office.call("GET", "campaigns/c1").json()["answers"]
    admin = office.token(role="admin")
    wish = {"address": "new@example.com", "sender_name": "New", "return_url": "https://app.example.com"}
    invited = office.call("POST", "mailboxes/invitations", admin, json=wish).json()
    hook = {"url": "https://ats.example.com/hook"}
    heard = office.call("POST", "settings/webhooks", admin, json=hook).json()
    begun = office.call("POST", "enqueue_campaign/uploads", json={"format": "csv", "bytes": 5}).json()
    gone = office.call("POST", "settings/erasures", admin, json={"candidate": "gone@example.org"}).json()
    return {
        "campaign": "c1",
        "mailbox": mailbox,
        "grant": given["id"],
        "candidate": enrollment_id("c1", address_id(office.wiring.address_key, KIM)),
        "answer": shown["id"],
        "invitation": invited["id"],
        "erasure": gone["id"],
        "webhook": heard["id"],
        "upload": begun["id"],
        "part": "0",
    }


def configured(ids: dict[str, str]) -> str:
    """Return schemathesis' configuration."""
    parameters = "\n".join(f'"path.{name}" = {json.dumps(id_)}' for name, id_ in ids.items())
    return f"""[parameters]
{parameters}
[phases.coverage]
unexpected-methods = {json.dumps(METHODS)}
[checks.positive_data_acceptance]
expected-statuses = {json.dumps(SENSE)}
[checks.negative_data_rejection]
expected-statuses = {json.dumps(REFUSED)}
"""


def tried(command: Path, office: Office, *which: str, examples: int) -> int:
    """Run it on some of the operations; return its exit status."""
    settings = ROOT / "build" / "schemathesis.toml"
    settings.write_text(configured(told(office)))
    token = office.token(role="admin")
    asked = [str(command), "--config-file", str(settings), "run", str(DOCUMENT), *which]
    asked += ["--url", office.cloud.base_url, "--header", f"Authorization: Bearer {token}"]
    asked += ["--checks", "all", "--max-examples", str(examples), "--seed", "7"]
    return subprocess.run(asked, cwd=ROOT / "build", check=False).returncode


def emptied(cloud: LocalCloud) -> None:
    """Let nothing be left of what was tried before: no task, and no name of one."""
    assert cloud.tasks is not None
    cloud.wait_idle()
    for task in cloud.tasks.queue.tasks():
        cloud.tasks.queue.delete(task.name)
    cloud.advance(cloud.clock.now() + timedelta(hours=1))
    cloud.world.reset()
    cloud.world.add_account(RECRUITER, "100000000000000000001")
    cloud.world.add_account(OTHER, "100000000000000000002")


def main() -> int:
    """Run it on everything, bounded by the number of examples for each operation (the first argument)."""
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    (ROOT / "build").mkdir(exist_ok=True)
    command = installed()
    if command is None:
        print("schemathesis can't be had here: not run")
        return 0
    last = [part for one in LAST for part in ("--include-operation-id", one)]
    rest = [part for one in LAST for part in ("--exclude-operation-id", one)]
    # How often one user may is tested on its own.
    vars(routes)["spend"] = lambda *_: None
    with applied({"OUTREACH_LOCAL_JAVA": ""}):
        cloud = LocalCloud(prepare_functions=in_memory)
    failed = 0
    with cloud:
        wiring = services()
        for which in (rest, last):
            wiring.store = MemoryStore()
            use(lambda: wiring)
            emptied(cloud)
            failed |= tried(command, Office(cloud, wiring), *which, examples=examples)
    return failed


if __name__ == "__main__":
    sys.exit(main())
