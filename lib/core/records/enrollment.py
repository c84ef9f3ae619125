"""Own one candidate in one campaign: where they stand, what is planned, what went out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from lib.core.records.campaign import Words
from lib.core.records.record import Record


class Status(StrEnum):
    """Name where a candidate stands in a campaign; TRANSITIONS in ``lib.core.enrollment`` rules."""

    WAITING = "waiting"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    HELD = "held"
    COMPLETED = "completed"
    REPLIED = "replied"
    BOUNCED = "bounced"
    OPTED_OUT = "opted_out"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Interest(StrEnum):
    """Name what a candidate's answer comes to, as the user sees it or as rules propose."""

    INTERESTED = "interested"
    NOT_INTERESTED = "not_interested"
    LATER = "later"
    WRONG_PERSON = "wrong_person"


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the planned time of one step and the reason for it; day: where it lies in the slot ledger."""

    step: str
    due: datetime
    reason: str
    day: str = ""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one claimed try to send one step: the draft is its one-time token.

    id: marker in the message's ``X-Outreach-Attempt`` header. draft: empty in a header-only mailbox, which
    cannot draft. deadline: from then on a settler may take over, and the worker itself no longer sends.
    history_id: the mailbox's cursor when it was decided to send; the search among SENT begins there. lease:
    counts the settlers. looks: counts the searches. version, variant: of the step's words.
    """

    id: str
    step: str
    draft: str
    thread: str
    subject: str
    deadline: datetime
    started_at: datetime
    history_id: str
    lease: int = 0
    looks: int = 0
    version: int = 1
    variant: str = ""


class SentMail(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what is known of one mail that went out.

    gmail_id: empty where a person said that a held mail went out. message_id: None until Gmail was asked for
    it, empty when the mail was deleted before that. subject: as sent, without any reply prefix.
    """

    step: str
    gmail_id: str
    thread: str
    message_id: str | None
    subject: str
    at: datetime
    version: int = 1
    variant: str = ""


class Enrollment(Record, frozen=True, kw_only=True):
    """Hold one candidate in one campaign.

    step: id of the next step, or the last one when completed. due: when it is due. wake_at: when
    ``maintain`` should look at it (None: never again); queued steps are looked at after their due time,
    attempts after their deadline. requeues: part of the task's name. tries: counts the retries that cleared
    stray drafts away, so that a stalled earlier worker cannot claim with one of those. open: an attempt is
    unsettled or a Message-ID unknown, so that mail which matches nothing may still be an answer.

    domain: of the address. country: for its holidays, "" for the campaign's. words: what stands for a step's
    own words for this candidate, by step id. variants: which variant of a step the candidate gets, by step
    id. got: which variant went out, by step id ("-" where the step has none). plan: the campaign's ``plan``
    for which the slots are. not_before: an automatic answer named this as the time of return. answered: id
    of the last step that had gone out when the candidate answered. interest: as the user has set it.
    moved_at: when it was stopped, or marked. events: how many events have been told of it.
    sent_hours: in which hours of the candidate's week mails went out, as ``core.enrollment.hours`` writes
    them; sent_days: on which days of the mailbox's slot ledger; answer_hour: in which hour they answered in
    person; answer_seconds: how long after the mail before.
    """

    org: str
    id: str
    campaign: str
    mailbox: str
    inbox: str
    contact: str
    email: str
    domain: str = ""
    name: str
    timezone: str
    country: str = ""
    variables: dict[str, str]
    words: dict[str, Words] = msgspec.field(default_factory=dict)
    variants: dict[str, str] = msgspec.field(default_factory=dict)
    slots: tuple[Slot, ...]
    status: Status
    why: str = ""
    step: str
    due: datetime
    wake_at: datetime | None
    plan: int = 1
    not_before: datetime | None = None
    requeues: int = 0
    tries: int = 0
    open: bool = False
    attempt: Attempt | None = None
    sent: tuple[SentMail, ...] = ()
    sent_count: int = 0
    got: dict[str, str] = msgspec.field(default_factory=dict)
    auto_replies: int = 0
    answered: str = ""
    interest: Interest | None = None
    moved_at: datetime | None = None
    events: int = 0
    sent_hours: tuple[str, ...] = ()
    sent_days: tuple[str, ...] = ()
    answer_hour: str = ""
    answer_seconds: int | None = None
