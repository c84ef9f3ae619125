"""Own the search for answers among new mail: thread ids decide first, then headers, the body last.

Invariant: a body is fetched only of what matched by thread, Message-ID, failed recipient, or by a candidate's
address together with the subject of our mail; a snippet never. One message that fails holds up no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from lib.core import keys
from lib.core.answers.mail_headers import HEADER_NAMES, failed_recipients
from lib.core.answers.understood import Understood
from lib.core.errors import MailboxDisconnected, MailboxPaused, OutreachError, RateLimited
from lib.core.incoming.collecting import Collected
from lib.core.incoming.last_look import BULK_LABELS, NOISE_LABELS, is_quiet
from lib.core.incoming.page import Halt
from lib.core.incoming.reading_plan import (
    OWN_NAMES,
    Plan,
    affordable,
    is_own_answer,
    is_under_way,
    plan_of,
    whole,
)
from lib.core.incoming.reading_quota import MESSAGE
from lib.core.incoming.targets import Directory, Target, by_correspondence
from lib.core.keys import Key, Snapshot
from lib.core.mails import HistoryRecord, MailHeaders, MessageRef, RawMail, Unlabelled
from lib.core.records import Campaign, Contact, Correspondence, Enrollment, Inbox, Pending, ReplyKind
from lib.flows.metering import MeteredGmail
from lib.ports import Services

WHY = "is it an answer to a mail of ours?"
OWN_WHY = "a mail in a thread of ours: an answer, or sent by hand?"
#: Failures that are no single message's.
GMAIL_AS_A_WHOLE = (RateLimited, MailboxPaused, MailboxDisconnected)
#: Up to so many messages that all fail are taken for broken themselves.
FEW = 5
BY_HAND, UNLABELLED = "answered by hand", "label taken off in Gmail"


class Search:
    """Work a page of new mail through; ``result`` holds what came of it."""

    def __init__(
        self,
        services: Services,
        gmail: MeteredGmail,
        inbox: Inbox,
        now: datetime,
        waiting: Mapping[str, Pending] | None = None,
    ) -> None:
        """Begin with nothing found. waiting: those that were put aside before, by Gmail id."""
        self.services, self.gmail, self.inbox = services, gmail, inbox
        self._directory = Directory(inbox.org, inbox.mailbox, services.address_key)
        self.result = Collected(self._directory, inbox, now, waiting or {})
        self._known = Snapshot()
        self._plans: dict[str, Plan] = {}
        self._headers: dict[str, MailHeaders | None] = {}
        self._labels: frozenset[str] | None = None
        self._open_send = False

    def work(self, records: Sequence[HistoryRecord]) -> int:
        """Find the answers among new messages; return how many records are worked off.

        Fewer than all when the minute's allowance is used up.
        """
        refs = {ref.gmail_id: ref for record in records for ref in record.added if not _is_noise(ref.labels)}
        unlabelled = [one for record in records for one in record.unlabelled]
        if not refs and not unlabelled:
            return len(records)
        threads = [*(ref.thread for ref in refs.values()), *(one.thread for one in unlabelled)]
        self._known = self.services.store.read([self._directory.thread(thread) for thread in threads])
        own = [ref for ref in refs.values() if ref.labels is None or "SENT" in ref.labels]
        self._read_enrollments([*(ref.thread for ref in own), *(one.thread for one in unlabelled)])
        self._plans = {ref.gmail_id: self._plan(ref) for ref in refs.values()}
        count = affordable(records, self._plans, self.gmail.allowance)
        self._fetch({ref.gmail_id: ref for record in records[:count] for ref in record.added})
        for number, record in enumerate(records[:count]):
            if not self._record(record):
                return whole(records, number)
        return whole(records, count)

    def _read_enrollments(self, threads: Iterable[str]) -> None:
        """Read whose the threads are that the user may have done something in."""
        wanted: list[Key[Any]] = []
        for thread in threads:
            if (known := self._correspondence(thread)) is not None:
                wanted += [keys.enrollment(known.org, known.enrollment)]
                wanted += [keys.campaign(known.org, known.campaign)]
        if wanted:
            self._known |= self.services.store.read(wanted)

    def _plan(self, ref: MessageRef) -> Plan:
        known = self._correspondence(ref.thread) is not None
        headers_only = self.gmail.headers_only
        return plan_of(ref, self._enrollment(ref.thread), known=known, headers_only=headers_only)

    def _fetch(self, refs: Mapping[str, MessageRef]) -> None:
        """Fetch the headers that are to be read, then look up all that they refer to."""
        planned = {id_: self._plans.get(id_, Plan.SKIP) for id_ in refs}
        own = [id_ for id_, plan in planned.items() if plan is Plan.OWN_HEADERS]
        others = [id_ for id_, plan in planned.items() if plan is Plan.HEADERS]
        self._headers = self._heard(own, OWN_NAMES, OWN_WHY) | self._heard(others, HEADER_NAMES, WHY)
        times = [mail.received_at for mail in self._headers.values() if mail is not None]
        self.result.oldest = min(times, default=None)
        unknown = [refs[id_] for id_ in others if self._correspondence(refs[id_].thread) is None]
        if unknown:
            self._look_up(unknown)

    def _heard(self, ids: Sequence[str], names: Sequence[str], why: str) -> dict[str, MailHeaders | None]:
        """Fetch headers; without those that Gmail failed to give."""
        try:
            return self.gmail.headers(ids, names, why=why)
        except GMAIL_AS_A_WHOLE:
            raise
        except OutreachError:
            # All that was asked for failed. That few messages are broken is likelier than that Gmail is,
            # which has just answered; with many it is the other way round, and the whole run comes again.
            if len(ids) > FEW:
                raise
            return {}

    def _look_up(self, refs: Sequence[MessageRef]) -> None:
        """Look up all that mail in unknown threads refers to; the threads again, after the open sends."""
        # In this order: a send that is no longer open has stored its thread and Message-ID before.
        self._open_send = self.services.store.has_open_send(self.inbox.org, self.inbox.mailbox)
        wanted: list[Key[Any]] = [self._directory.thread(ref.thread) for ref in refs]
        for ref in refs:
            if (mail := self._headers.get(ref.gmail_id)) is not None:
                wanted += self._directory.references(mail) + self._directory.contacts(mail)
        snapshot = self.services.store.read(wanted)
        contacts = [contact for key in wanted if isinstance(contact := snapshot[key], Contact)]
        enrollments = [key for contact in contacts for key in self._directory.enrollments(contact)]
        if enrollments:
            snapshot |= self.services.store.read(enrollments)
        self._known |= snapshot

    def _record(self, record: HistoryRecord) -> bool:
        """Work one record off; False when it cannot be read any more in this minute."""
        for ref in record.added:
            plan = self._plans.get(ref.gmail_id, Plan.SKIP)
            if plan is Plan.SKIP:
                continue
            if not self._take(ref, plan):
                return False
            # The same message may be named again on the page.
            self._plans[ref.gmail_id] = Plan.SKIP
        for one in record.unlabelled:
            self._unlabelled(one)
        return True

    def _take(self, ref: MessageRef, plan: Plan) -> bool:
        mail = self._headers.get(ref.gmail_id)
        if plan is Plan.WAIT:
            self.result.put_aside(ref, None, fetched=True)
            return True
        if plan in {Plan.HEADERS, Plan.OWN_HEADERS}:
            if ref.gmail_id not in self._headers:
                self._failed(ref)
                return True
            if mail is None:
                self.result.put_aside(ref, None, fetched=False)
                return True
        labels = mail.labels if mail is not None else ref.labels or frozenset()
        known = self._correspondence(ref.thread)
        if "SENT" in labels and mail is not None and known is not None:
            self._sent(ref, mail, known)
        if "SENT" in labels or labels & NOISE_LABELS or (labels & BULK_LABELS and known is None):
            return True
        target = self._directory.target(ref.thread, mail, self._known)
        if target is not None:
            return self._read(ref, mail, target)
        if mail is not None and self._open_send:
            self.result.put_aside(ref, mail, fetched=True)
        return True

    def _failed(self, ref: MessageRef) -> None:
        """Put a mail aside whose headers Gmail failed to give; in the end it counts as an answer.

        While a mail of ours may be out in its thread it most likely is that one: then it waits for the send.
        """
        enrollment = self._enrollment(ref.thread)
        if enrollment is not None and is_under_way(enrollment):
            self.result.put_aside(ref, None, fetched=True)
        else:
            self.result.failed(ref, self._correspondence(ref.thread))

    def _sent(self, ref: MessageRef, mail: MailHeaders, known: Correspondence) -> None:
        """Tell the user's own answer from a mail of ours, which may not be on record yet."""
        enrollment = self._enrollment(ref.thread)
        if enrollment is None:
            return
        if is_under_way(enrollment):
            self.result.put_aside(ref, mail, fetched=True)
        elif is_own_answer(mail, enrollment):
            self.result.halts.append(
                Halt(enrollment=enrollment.id, campaign=known.campaign, why=BY_HAND, own_answer=True)
            )

    def _unlabelled(self, one: Unlabelled) -> None:
        """Stop the candidate whose thread lost the campaign's label; when the label is gone, the campaign."""
        known = self._correspondence(one.thread)
        if known is None:
            return
        campaign: Campaign | None = self._known.get(keys.campaign(known.org, known.campaign))
        if campaign is None or campaign.labels is None or campaign.labels.campaign not in one.labels:
            return
        if self._labels is None:
            self._labels = self.gmail.labels(why="was the campaign's label taken off, or deleted?")
        if campaign.labels.campaign not in self._labels:
            self.result.pauses.add(campaign.id)
        else:
            self.result.halts.append(Halt(enrollment=known.enrollment, campaign=campaign.id, why=UNLABELLED))

    def _read(self, ref: MessageRef, mail: MailHeaders | None, target: Target) -> bool:
        """Read what may be read of an answer, and understand it; False: not in this minute."""
        body = target.body and not self.gmail.headers_only
        if not body:
            if mail is not None:
                heard = _by_headers(mail, headers_only=self.gmail.headers_only)
                unread = not self.gmail.headers_only
                self.result.answer(ref, mail.received_at, target, heard, unread=unread)
            return True
        if not self.gmail.allowance.allows(MESSAGE):
            return False
        try:
            raw = self.gmail.message(ref.gmail_id, why=f"an answer, by its {target.matched_by}")
            said = _understood(raw) if raw is not None else None
        except GMAIL_AS_A_WHOLE:
            raise
        except Exception:  # noqa: BLE001 - one message must not hold up the others, whatever is wrong with it
            self.result.failed(ref, self._correspondence(ref.thread))
            return True
        if raw is None or said is None:
            self.result.put_aside(ref, None, fetched=False)
        elif not is_quiet(raw.labels):
            self.result.answer(ref, raw.received_at, self._returned(target, said), said)
        return True

    def _returned(self, target: Target, said: Understood) -> Target:
        """Return the mail that a bounce returns by its Message-ID, where only its recipient was known."""
        if target.matched_by != "recipient" or said.kind is not ReplyKind.BOUNCE or not said.references:
            return target
        wanted = [self._directory.message(id_) for id_ in said.references]
        snapshot = self.services.store.read(wanted)
        exact = [known for key in wanted if (known := snapshot[key]) is not None]
        return by_correspondence(exact[0], "reference") if exact else target

    def _correspondence(self, thread: str) -> Correspondence | None:
        return self._known.get(self._directory.thread(thread))

    def _enrollment(self, thread: str) -> Enrollment | None:
        known = self._correspondence(thread)
        return self._known.get(keys.enrollment(known.org, known.enrollment)) if known is not None else None


def _understood(mail: RawMail) -> Understood:
    from lib.core.classify import understand  # noqa: PLC0415 - cold start: most notifications are of no answer

    return understand(mail.raw, mail.received_at)


def _by_headers(mail: MailHeaders, *, headers_only: bool) -> Understood:
    """Understand a mail by its headers; where bodies are never read, a final report by whom it names."""
    from lib.core.classify import understand_headers  # noqa: PLC0415 - cold start

    said = understand_headers(mail.headers)
    failed = failed_recipients(mail.headers)
    if not headers_only or not failed or "(delay)" in said.subject.casefold():
        return said
    return replace(said, kind=ReplyKind.BOUNCE, failed=failed)


def _is_noise(labels: frozenset[str] | None) -> bool:
    return labels is not None and bool(labels & NOISE_LABELS)
