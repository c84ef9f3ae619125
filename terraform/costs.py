"""Print what a month costs by list prices, as Markdown: ``python3 terraform/costs.py [MAILS ...]``.

Prices, assumptions and what each path takes lie in costs.json; nothing is known here but how they multiply.
"""  # noqa: INP001 - a script beside the configuration, no package

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

VOLUMES = (1_000, 100_000, 1_000_000)
#: Firestore's and Run's rows, which the others follow.
ROWS = ("Firestore", "Cloud Run", "Cloud Tasks", "Pub/Sub", "Secret Manager, Cloud Scheduler")
KIB_OF_A_TIB = 1024**3


def costs(mails: int, known: dict[str, Any], *, told: bool = False) -> dict[str, float]:
    """Return the dollars of a month by product; told: a webhook hears of every event."""
    assumed = known["assumed"]
    mailboxes = -(-mails // assumed["mails_of_a_mailbox"])
    times = {
        "mail": mails,
        "answer": mails * assumed["answers_in_a_mail"],
        "other mail": mailboxes * assumed["other_mails_of_a_mailbox"],
        "mailbox hour": mailboxes * assumed["days"] * 24,
        "mailbox day": mailboxes * assumed["days"],
        "event": mails * assumed["events_in_a_mail"] if told else 0,
        "minute": assumed["days"] * 24 * 60,
    }
    return priced({name: times[path["times"]] for name, path in known["paths"].items()}, known)


def priced(often: dict[str, float], known: dict[str, Any]) -> dict[str, float]:
    """Return the dollars of a month by product, in which each path was gone so often."""
    prices, assumed = known["prices"], known["assumed"]
    used = _used(often, known)
    run_seconds = used["seconds"] + used["cold seconds"]
    by_product = {
        "Firestore": sum(
            used[kind] / 100_000 * prices[f"hundred_thousand_{kind}"]
            for kind in ("reads", "writes", "deletes")
        ),
        "Cloud Run": run_seconds * prices["vcpu_second"]
        + used["gib_seconds"] * prices["gib_second"]
        + used["requests"] / 1_000_000 * prices["million_requests"],
        # Creating one is an operation, and so is handing it out.
        "Cloud Tasks": used["tasks"] * 2 / 1_000_000 * prices["million_task_operations"],
        "Pub/Sub": used["pushes"] * assumed["pubsub_kib"] / KIB_OF_A_TIB * prices["pubsub_tib"],
        "Secret Manager, Cloud Scheduler": assumed["secrets"] * prices["secret_version"]
        + prices["scheduler_job"],
    }
    return {row: by_product[row] for row in ROWS}


def _used(often: dict[str, float], known: dict[str, Any]) -> Counter[str]:
    """Return how much of everything these paths take."""
    assumed = known["assumed"]
    used: Counter[str] = Counter()
    for name, path in known["paths"].items():
        for kind in ("reads", "writes", "deletes", "tasks", "requests", "pushes", "seconds"):
            used[kind] += path[kind] * often[name]
        # Called each minute, an instance of maintain stays; the others may have gone.
        cold = 0
        if path["times"] != "minute":
            cold = path["requests"] * often[name] * assumed["share_of_cold_starts"]
        used["cold seconds"] += cold * assumed["seconds_of_a_cold_start"]
        used["gib_seconds"] += path["gib"] * (
            path["seconds"] * often[name] + cold * assumed["seconds_of_a_cold_start"]
        )
    return used


def table(volumes: tuple[int, ...], known: dict[str, Any]) -> str:
    """Return the costs of each volume as a table of Markdown."""
    found, telling = ([costs(mails, known, told=told) for mails in volumes] for told in (False, True))
    lines = [
        "| a month | " + " | ".join(f"{mails:,} mails" for mails in volumes) + " |",
        "|---|" + "---:|" * len(volumes),
        *(f"| {row} | " + " | ".join(f"${one[row]:,.2f}" for one in found) + " |" for row in ROWS),
        "| **together** | " + " | ".join(f"**${sum(one.values()):,.2f}**" for one in found) + " |",
        _a_thousand("a thousand mails", volumes, found),
        _a_thousand("a thousand mails, told to a webhook", volumes, telling),
    ]
    return "\n".join(lines)


def _a_thousand(row: str, volumes: tuple[int, ...], found: list[dict[str, float]]) -> str:
    each = (sum(one.values()) * 1000 / mails for mails, one in zip(volumes, found, strict=True))
    return f"| {row} | " + " | ".join(f"${one:,.2f}" for one in each) + " |"


if __name__ == "__main__":
    wanted = tuple(int(text.replace(",", "")) for text in sys.argv[1:]) or VOLUMES
    sys.stdout.write(
        table(wanted, json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))) + "\n"
    )
