"""Own what an answer does: what is stored of it, whom it stops, what it suppresses, what it pauses.

Invariant: an answer acts once, in the commit that stores it; a stop writes each enrollment that it stops and
frees its later slots along with it, and only when no draft is left that a stalled worker could still send.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.enrollment import LIVE, Event, answered_automatically, postponed_until, stopped
from lib.core.enrollment.hours import answered_at
from lib.core.ids import normalise_address
from lib.core.incoming.page import Found, Halt, Worked
from lib.core.keys import Key, Snapshot
from lib.core.plans.dates_in_words import day_in_words
from lib.core.plans.freeing import day_keys, freed_days
from lib.core.plans.providers import is_company
from lib.core.records import (
    Attempt,
    Campaign,
    Contact,
    Enrollment,
    Inbox,
    Record,
    Reply,
    ReplyKind,
    SuppressedWhy,
)
from lib.core.suppressing import marked

LABEL_GONE = "the campaign's label was deleted in Gmail: resume it, or cancel it"


class Page:
    """Fold the answers of a page into the records to write.

    missing: documents that must be read first. attempts: whose drafts must be deleted first. bounces: when
    mails bounced for good, as far as the mailbox's good name is concerned.
    """

    def __init__(self, snapshot: Snapshot, inbox: Inbox, worked: Worked) -> None:
        """Begin with nothing to write."""
        self.snapshot, self.inbox, self.worked = snapshot, inbox, worked
        self.writes: dict[Key[Any], Record] = {}
        self.missing: set[Key[Any]] = set()
        self.attempts: dict[str, Attempt] = {}
        self.bounces: list[datetime] = []
        self._leaving: dict[Key[Enrollment], Enrollment] = {}

    def take(self, found: Found) -> None:
        """Store one answer, and do what it asks for."""
        org = self.inbox.org
        reply_key = keys.reply(org, self.inbox.mailbox, found.gmail_id)
        enrollment = self._now(keys.enrollment(org, found.enrollment))
        if enrollment is None or self.snapshot[reply_key] is not None or reply_key in self.writes:
            return
        kind = kind_of(found, enrollment)
        self.writes[reply_key] = reply_of(found, enrollment, kind, self.inbox.mailbox)
        if kind is ReplyKind.AUTOMATIC:
            self._automatic(found, enrollment)
        elif kind is ReplyKind.BOUNCE:
            self._bounce(found, enrollment)
        elif kind is ReplyKind.OPT_OUT:
            self.opt_out(found.enrollment, found.contact)
        else:
            self._person(found, enrollment)

    def opt_out(self, enrollment: str, contact: str) -> None:
        """Stop all that a person gets from the org, for good."""
        record = self._now(keys.enrollment(self.inbox.org, enrollment))
        if record is not None:
            self._stop_all(contact, record, Event.OPTED_OUT, everywhere=True)
            self._suppress(contact, record, "opted_out")

    def halt(self, halt: Halt) -> None:
        """Stop one candidate for what the user did in Gmail."""
        key = keys.enrollment(self.inbox.org, halt.enrollment)
        campaign = self._now(keys.campaign(self.inbox.org, halt.campaign))
        enrollment = self._now(key)
        if enrollment is None or enrollment.status not in LIVE:
            return
        if halt.own_answer and (campaign is None or not campaign.stop_on_own_answer):
            return
        self._stop(key, Event.CANCELLED, halt.why)

    def pause(self, campaign: str) -> None:
        """Pause a campaign whose label the user has deleted, until they say what they meant."""
        key = keys.campaign(self.inbox.org, campaign)
        record = self._now(key)
        if record is not None and record.status == "active":
            after = msgspec.structs.replace(record, status="paused", why=LABEL_GONE, paused_for="label")
            self.writes[key] = after
            self.writes |= audited(
                "paused_campaign",
                record.org,
                self.worked.now,
                mailbox=record.mailbox,
                campaign=record.id,
                about=("its label was deleted",),
            )

    def free(self) -> None:
        """Give back the later slots of all who stop; ``missing`` names the days to read for that."""
        now = self.worked.now
        leaving = list(self._leaving.values())
        wanted = [key for enrollment in leaving for key in day_keys(enrollment, now)]
        self.missing.update(self.snapshot.missing(wanted))
        self.writes |= freed_days(self.snapshot, leaving, now)

    def _automatic(self, found: Found, enrollment: Enrollment) -> None:
        after, back = answered_automatically(enrollment), found.understood.returns_on
        campaign: Campaign | None = self._now(keys.campaign(self.inbox.org, enrollment.campaign))
        copied = {normalise_address(address) for address in campaign.cc} if campaign is not None else set()
        # That a colleague in copy is away is no reason to wait.
        if back is not None and normalise_address(found.understood.sender or "@") not in copied:
            at = datetime.combine(back, time(), ZoneInfo(enrollment.timezone)).astimezone(UTC)
            why = f"away, back on {day_in_words(back, self.worked.now.year)}"
            after = postponed_until(after, at, why, self.worked.now)
        self.writes[keys.enrollment(self.inbox.org, enrollment.id)] = after

    def _bounce(self, found: Found, enrollment: Enrollment) -> None:
        """Act on a bounce; a soft one may pass, so nothing follows from it."""
        if found.understood.severity == "soft":
            return
        self.bounces.append(self.worked.now)
        # Only an address that the bounce names is known to be dead everywhere.
        if found.understood.severity == "hard" and found.understood.failed:
            self._stop_all(found.contact, enrollment, Event.BOUNCED, everywhere=True)
            self._suppress(found.contact, enrollment, "bounced")
        else:
            self._stop(keys.enrollment(self.inbox.org, enrollment.id), Event.BOUNCED, "the mail was refused")

    def _person(self, found: Found, enrollment: Enrollment) -> None:
        key = keys.campaign(self.inbox.org, enrollment.campaign)
        campaign: Campaign | None = self._now(key)
        everywhere = campaign is not None and campaign.stop_elsewhere
        self._stop_all(found.contact, enrollment, Event.REPLIED, everywhere=everywhere)
        self._time(keys.enrollment(self.inbox.org, enrollment.id), found.received_at)
        domain = normalise_address(enrollment.email).rpartition("@")[2]
        if campaign is None or not campaign.stop_colleagues or not is_company(domain):
            return
        if domain not in campaign.stopped_domains:
            domains = (*campaign.stopped_domains, domain)
            self.writes[key] = msgspec.structs.replace(campaign, stopped_domains=domains)

    def _stop_all(self, contact_id: str, enrollment: Enrollment, event: Event, *, everywhere: bool) -> None:
        """Stop all the person's enrollments in this mailbox, or everywhere in the org."""
        org, why = self.inbox.org, f"{event.value} by mail"
        self._stop(keys.enrollment(org, enrollment.id), event, why)
        contact: Contact | None = self._now(keys.contact(org, contact_id))
        for ref in contact.enrollments if contact is not None else ():
            if everywhere or ref.mailbox == self.inbox.mailbox:
                self._stop(keys.enrollment(org, ref.enrollment), event, why)

    def _stop(self, key: Key[Enrollment], event: Event, why: str) -> None:
        if key not in self.snapshot:
            self.missing.add(key)
            return
        enrollment = self._now(key)
        if enrollment is None:
            return
        withdrawn, gone = self.worked.withdrawn, self.worked.gone
        attempt = enrollment.attempt
        # Drafts of other mailboxes, and mails without one, cannot be withdrawn here: they are settled.
        reachable = enrollment.mailbox == self.inbox.mailbox and attempt is not None and attempt.draft
        if attempt is not None and reachable and attempt.id not in withdrawn | gone:
            self.attempts[attempt.id] = attempt
        after = stopped(enrollment, event, why, self.worked.now, withdrawn=withdrawn)
        if after != enrollment:
            self._leaving.setdefault(key, enrollment)
            self.writes[key] = after

    def _time(self, key: Key[Enrollment], received_at: datetime) -> None:
        """Note when the answer came that stopped an enrollment, if it is written here."""
        if key in self.writes:
            self.writes[key] = answered_at(self._now(key), received_at)

    def _suppress(self, contact_id: str, enrollment: Enrollment, why: SuppressedWhy) -> None:
        org = self.inbox.org
        contact: Contact | None = self._now(keys.contact(org, contact_id))
        if contact is None:
            return
        listed = keys.suppression(org, contact_id)
        if listed not in self.snapshot:
            self.missing.add(listed)
            return
        self.writes |= marked(self.snapshot, contact, why, enrollment.email, self.worked.now)

    def _now(self, key: Key[Any]) -> Any:
        return self.writes[key] if key in self.writes else self.snapshot.get(key)


def kind_of(found: Found, enrollment: Enrollment) -> ReplyKind:
    """Return what the mail is; a bounce that names somebody else alone is only automatic mail."""
    understood = found.understood
    if understood.kind is ReplyKind.BOUNCE and understood.failed:
        failed = {normalise_address(address) for address in understood.failed}
        if normalise_address(enrollment.email) not in failed:
            return ReplyKind.AUTOMATIC
    return understood.kind


def reply_of(found: Found, enrollment: Enrollment, kind: ReplyKind, mailbox: str) -> Reply:
    """Return what is kept of an answer."""
    said = found.understood
    sender = normalise_address(said.sender) if said.sender else ""
    person = kind in {ReplyKind.PERSON, ReplyKind.OPT_OUT}
    return Reply(
        org=enrollment.org,
        id=f"{mailbox}-{found.gmail_id}",
        mailbox=mailbox,
        campaign=enrollment.campaign,
        enrollment=enrollment.id,
        contact=found.contact,
        gmail_id=found.gmail_id,
        thread=found.thread,
        kind=kind,
        severity=said.severity if kind is ReplyKind.BOUNCE else "",
        matched_by=found.matched_by,
        different_sender=person and bool(sender) and sender != normalise_address(enrollment.email),
        forwarded=said.forwarded,
        sender=said.sender,
        subject=said.subject,
        text=said.text,
        unread=found.unread,
        attachments=said.attachments,
        returns_on=said.returns_on,
        proposed=said.interest,
        proposed_by=said.interest_words,
        step=enrollment.sent[-1].step if enrollment.sent else "",
        received_at=found.received_at,
        sender_id=found.sender_id,
    )


def opted_out(
    snapshot: Snapshot, inbox: Inbox, reply: Reply, now: datetime
) -> tuple[dict[Key[Any], Record], set[Key[Any]]]:
    """Return what an opt-out writes that was found only as an answer was read; or what must be read first.

    Its drafts are left to the settler, as with an opt-out by the link.
    """
    wanted: list[Key[Any]] = [
        keys.enrollment(reply.org, reply.enrollment),
        keys.contact(reply.org, reply.contact),
    ]
    if missing := snapshot.missing(wanted):
        return {}, set(missing)
    page = Page(snapshot, inbox, Worked(now=now))
    page.opt_out(reply.enrollment, reply.contact)
    page.free()
    return page.writes, page.missing
