"""Own what a bounce is, whose address failed, and how gravely.

``read_bounce`` takes the mail apart (``parts``), reads its report (``report``) and its words (``notice``),
decides whether it is a bounce at all (``signs``), and how grave (``verdict``).

Invariant: a person's answer, whatever it quotes or attaches, is never a bounce; neither the sender of the
returned mail nor a mail system is ever one who failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.message import Message

from lib.core.bounces.addresses import addresses_in, without
from lib.core.bounces.notice import Words, read_words
from lib.core.bounces.parts import Opened, open_mail
from lib.core.bounces.phrases import DELAYED
from lib.core.bounces.record import Bounce, Failure, Headers, Severity, Verdict
from lib.core.bounces.report import failures_in, holds_report
from lib.core.bounces.signs import is_bounce, subject_of

__all__ = ["Bounce", "Severity", "read_bounce"]

_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,300}@[^<>\s]{1,300}>")
#: How many addresses and references are told of one mail.
_MOST = 20
#: How surely an address has to be named in the machine's own words.
_SURE = 2


def read_bounce(mail: Message, headers: Headers) -> Bounce | None:
    """Return what a bounce says, or None for a mail that is none.

    mail: parsed with the compat32 policy. headers: its own, by lower-case name. A success
    report (RFC 3464, 2.3.3, "delivered" and the like), a read receipt and a report of abuse are no bounces.
    """
    opened = open_mail(mail)
    text = opened.text
    failures = _reported(opened)
    words, subject = read_words(text), subject_of(mail)
    if not is_bounce(headers, opened, failures, words, subject):
        return None
    if not failures and opened.inner is not None:
        opened, failures = _inside(opened, opened.inner)
    returned = opened.returned or words.returned
    excluded = _senders(headers, returned)
    failed = [failure for failure in failures if failure.action != "delivered"]
    judged = _gravest([(failure, _judged(failure, words)) for failure in failed])
    addresses = without(
        _failed([failure for failure, _ in judged], headers, words, returned, excluded), excluded
    )
    verdict = _mildest([verdict for _, verdict in judged]) or _by_words(words, subject, addresses)
    return Bounce(addresses[:_MOST], verdict.severity, verdict.status, _references(returned), verdict.reason)


def _reported(opened: Opened) -> list[Failure]:
    reports = opened.reports or [each for each in (*opened.plain, *opened.html) if holds_report(each)]
    return [failure for report in reports for failure in failures_in(report)]


def _inside(opened: Opened, inner: Message) -> tuple[Opened, list[Failure]]:
    """Return the bounce that a gateway attached to its own notice of it, or what there is without one."""
    attached = open_mail(inner)
    failures = _reported(attached) if attached.kind else []
    return (attached, failures) if failures else (opened, [])


def _failed(
    failures: list[Failure], headers: Headers, words: Words, returned: Headers, excluded: list[str]
) -> Iterable[str]:
    """Return who failed, by the surest source that names anybody."""
    reported = [address for failure in failures for address in failure.addresses]
    reported += addresses_in(", ".join(headers.get("x-failed-recipients", ()))[:4000])
    if reported:
        return reported
    recipients = addresses_in(", ".join(returned.get("to", ()))[:4000])
    weights = {address: weight + 3 * (address in recipients) for address, weight in words.named.items()}
    named = sorted(weights, key=lambda each: -weights[each])
    sure = [address for address in named if weights[address] >= _SURE and address not in excluded]
    if sure or len(recipients) == 1:
        return sure or recipients
    return [address for address in named if weights[address] > 0][:1] or words.addressed


def _senders(headers: Headers, returned: Headers) -> list[str]:
    """Return the addresses of the one whose mail came back, and of who sent the bounce.

    A returned mail whose sender is forged to be its recipient says nothing of either.
    """
    own = [str(value) for name in ("from", "to", "delivered-to") for value in headers.get(name, ())]
    theirs = [
        str(value)
        for name in ("from", "sender", "reply-to", "return-path")
        for value in returned.get(name, ())
    ]
    to = {address.casefold() for address in addresses_in(", ".join(returned.get("to", ()))[:4000])}
    senders = [each for each in addresses_in(", ".join(theirs)[:8000]) if each.casefold() not in to]
    # Who wrote to nobody but themselves is the recipient too.
    readers = [each for each in addresses_in(", ".join(own)[:8000]) if to != {each.casefold()}]
    return readers + senders


def _judged(failure: Failure, words: Words) -> Verdict:
    around = words.around(failure.addresses[0] if failure.addresses else "")
    from lib.core.bounces.verdict import judge  # noqa: PLC0415 - cold start: patterns that only a bounce needs

    action = failure.action or ("delayed" if words.is_delay else "")
    return judge(action=action, status=failure.status, diagnostic=failure.diagnostic, around=around)


def _by_words(words: Words, subject: str, addresses: tuple[str, ...]) -> Verdict:
    """Return how grave it is where no report says so."""
    from lib.core.bounces.verdict import UNTOLD, judge  # noqa: PLC0415 - cold start

    delayed = words.is_delay or DELAYED.search(subject.casefold()) is not None
    around = words.around(addresses[0] if addresses else "")
    found = judge(action="delayed" if delayed else "", status="", diagnostic="", around=around)
    if found.status or found.reason != UNTOLD or not addresses:
        return found
    return judge(action="", status="", diagnostic="", around=words.folded)


def _gravest(judged: list[tuple[Failure, Verdict]]) -> list[tuple[Failure, Verdict]]:
    """Leave those out whose failure may pass, where another's will not."""
    final = [each for each in judged if each[1].severity != "soft"]
    return final or judged


def _mildest(verdicts: list[Verdict]) -> Verdict | None:
    """Return the verdict for all: a refusal of one says that the others' addresses may be right."""
    return next((each for each in verdicts if each.severity == "policy"), verdicts[0] if verdicts else None)


def _references(returned: Headers) -> tuple[str, ...]:
    values = [
        str(value) for name in ("message-id", "x-original-message-id") for value in returned.get(name, ())
    ]
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(" ".join(values)[:8000])))[:_MOST]
