"""Own the fields of a delivery report (RFC 3464), also of broken ones.

Invariant: who is named as delivered, relayed or expanded has not failed.
"""

from __future__ import annotations

import re

from lib.core.bounces.addresses import recipient_in
from lib.core.bounces.record import Failure

_FIELD = re.compile(r"^[ \t]{0,3}([A-Za-z][A-Za-z0-9-]{1,40})[ \t]?:[ \t]*(.*)$")
#: RFC 3464, 2.3.3, and words that stand there in real reports.
_ACTION = re.compile(
    r"(fail|delay|deliver|relay|expand|defer|reject|bounce|undeliver|error|transient|expire)"
)
_FAILED = {"fail", "reject", "bounce", "undeliver", "error", "expire"}
#: Fields of a recipient; one that comes a second time begins the next recipient.
_SINGLE = {"final-recipient", "original-recipient", "action", "status"}
_KEPT = _SINGLE | {
    "diagnostic-code",
    "x-actual-recipient",
    "x-original-recipient",
    "x-notes-recipient",
    "x-supplementary-info",
    "x-diagnostic",
    "x-display-name",
}
_NAMED = ("original-recipient", "x-original-recipient", "final-recipient", "x-actual-recipient")


def failures_in(report: str) -> list[Failure]:
    """Return each recipient's group in a report's text, whatever became of it."""
    return [failure for group in _groups(report) if (failure := _failure(group)) is not None]


def holds_report(text: str) -> bool:
    """Say whether a text has the fields of a report, where its type does not say so."""
    names = {match[1].lower() for line in text.split("\n") if (match := _FIELD.match(line))}
    named = names & {"final-recipient", "original-recipient"}
    return bool(named and names & {"action", "status", "reporting-mta", "diagnostic-code"})


def _groups(report: str) -> list[dict[str, str]]:
    """Return the fields of each recipient.

    Groups are set apart by an empty line; reports that went through gateways lose it, or have it everywhere.
    """
    groups: list[dict[str, str]] = [{}]
    last = ""
    for line in report.split("\n"):
        match = _FIELD.match(line)
        if match is not None:
            last = match[1].lower()
            if last in _SINGLE and last in groups[-1]:
                groups.append({})
            if last in _KEPT:
                groups[-1][last] = f"{groups[-1].get(last, '')} {match[2]}".strip()[:4000]
        elif not line.strip():
            last = ""
            if groups[-1].keys() & {"final-recipient", "original-recipient"} and "action" in groups[-1]:
                groups.append({})
        elif last in _KEPT and line[:1] in " \t":
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"[:4000]
    return groups


def _failure(group: dict[str, str]) -> Failure | None:
    named = [recipient_in(group[name]) for name in _NAMED if name in group]
    status = group.get("status", "")
    if not named and not (status and "action" in group):
        return None
    diagnostic = f"{group.get('diagnostic-code', '')} {group.get('x-supplementary-info', '')}".strip()
    return Failure(
        addresses=tuple(dict.fromkeys(address for address in named if address)),
        action=_action(group.get("action", ""), status),
        status=status,
        diagnostic=diagnostic,
    )


def _action(value: str, status: str) -> str:
    """Return failed, delayed or delivered; where the field is missing or odd, by the status's class."""
    match = _ACTION.search(value.lower())
    word = match[1] if match else ""
    if word in _FAILED:
        return "failed"
    if word in {"delay", "defer", "transient"}:
        return "delayed"
    if word:
        return "delivered"
    first = status.strip()[:1]
    return {"5": "failed", "4": "failed", "2": "delivered"}.get(first, "failed" if value or status else "")
