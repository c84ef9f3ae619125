"""Put the flows on in-memory ports: a store, a Gmail world, a queue and a clock that only moves when told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from lib.core import keys
from lib.core.enrollment import wake_for
from lib.core.errors import MailboxDisconnected
from lib.core.ids import address_id, enrollment_id
from lib.core.keys import Changes, Snapshot
from lib.core.plans.slotting import planned_anew
from lib.core.records import (
    Campaign,
    Contact,
    Enrollment,
    EnrollmentRef,
    Inbox,
    Limits,
    Mailbox,
    Slot,
    Status,
    Step,
)
from lib.core.sending import SendTask, task_of
from lib.core.webhooks import fault_of
from lib.flows.queueing import queue_step
from lib.ports import Gmail, Vault
from tests.flows.world_gmail import WorldGmail
from tests.localcloud.gmail.world import World
from tests.localcloud.memory_store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Mapping

ORG = "acme"
OWNER = "recruiter@example.com"
MAILBOX = "sub-1"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOPIC = "projects/p/topics/gmail"


class StillClock:
    """Tell a time that changes only when it is moved."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def move(self, by: timedelta) -> None:
        self.time += by


@dataclass
class QueuedTask:
    """A task as it lies in the queue."""

    function: str
    name: str
    body: bytes
    at: datetime | None


@dataclass
class MemoryTasks:
    """Keep tasks until a test delivers them; a name that was used stays reserved."""

    waiting: list[QueuedTask] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def create(self, function: str, name: str, body: bytes, at: datetime | None) -> None:
        if name not in self.names:
            self.names.add(name)
            self.waiting.append(QueuedTask(function, name, body, at))


class PlainVault:
    """Seal nothing; the real vault has its own tests."""

    def seal(self, secret: str, *, org: str, mailbox: str) -> str:
        return f"{org}/{mailbox}/{secret}"

    def open(self, sealed: str, *, org: str, mailbox: str) -> str:
        return sealed.removeprefix(f"{org}/{mailbox}/")

    def is_current(self, sealed: str) -> bool:
        return "/" in sealed


@dataclass
class MemoryWebhooks:
    """Take what is posted to it, and answer as a test wants: statuses by URL, else 200."""

    posted: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)

    def fault_of(self, url: str) -> str:
        return fault_of(url)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.posted.append((url, dict(headers), body))
        statuses = self.answers.get(url)
        return statuses.pop(0) if statuses else 200


class MemoryServices:
    """Hold all that the flows need, in memory."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.store = MemoryStore()
        self.tasks = MemoryTasks()
        self.vault: Vault = PlainVault()
        self.world = World(self.clock.now)
        self.address_key = b"address-key"
        self.ticket_key = b"ticket-key"
        self.base_url = "https://outreach.example.com"
        self.allowed_origins = ("https://app.example.com",)
        self.topic = TOPIC
        self.backup_days = 30
        self.oauth: Any = None
        self.webhooks = MemoryWebhooks()
        self._ids = 0

    def gmail(self, inbox: Inbox) -> Gmail:
        if inbox.address in self.world.revoked or inbox.status == "disconnected":
            raise MailboxDisconnected("the grant is gone")
        return WorldGmail(self.world, inbox.address, inbox.access)

    def gmail_with(self, access_token: str) -> Gmail:
        return WorldGmail(self.world, access_token)

    def new_id(self) -> str:
        self._ids += 1
        return f"id{self._ids}"

    @property
    def inbox_id(self) -> str:
        return address_id(self.address_key, OWNER)

    def contact_id(self, email: str) -> str:
        return address_id(self.address_key, email)

    def inbox(self) -> Inbox:
        key = keys.inbox(self.inbox_id)
        return self.store.read([key]).need(key)

    def enrollment(self, email: str, campaign: str = "c1") -> Enrollment:
        key = keys.enrollment(ORG, enrollment_id(campaign, self.contact_id(email)))
        return self.store.read([key]).need(key)

    def task(self, email: str, campaign: str = "c1") -> SendTask:
        return task_of(self.enrollment(email, campaign))

    def put(self, key: Any, record: Any) -> None:
        self.store.commit(Snapshot(), Changes(None, writes={key: record}))

    def plan(self, email: str, step: str, due: datetime) -> None:
        """Let a step be due at another time, as if its slot were there."""
        slots = tuple(
            msgspec.structs.replace(slot, due=due) if slot.step == step else slot
            for slot in self.enrollment(email).slots
        )
        self.update(email, slots=slots, due=due)

    def update(self, email: str, **changes: Any) -> None:
        record = self.enrollment(email)
        self.put(keys.enrollment(ORG, record.id), msgspec.structs.replace(record, **changes))


STEPS = tuple(
    Step(
        id=id_,
        subject="Engineers at Acme" if number == 0 else "",
        text=f"Hello {{{{ name }}}}, this is {id_}.",
        delay=timedelta(days=number),
    )
    for number, id_ in enumerate(("intro", "nudge", "last"))
)


def connected(
    services: MemoryServices, *, access: Literal["full", "headers"] = "full", limits: Limits | None = None
) -> None:
    """Connect the owner's mailbox."""
    services.world.add_account(OWNER, MAILBOX)
    gmail = WorldGmail(services.world, OWNER)
    label, watch, now = gmail.ensure_labels(["Outreach"])[0], gmail.watch(TOPIC), services.clock.now()
    inbox = Inbox(
        id=services.inbox_id,
        org=ORG,
        mailbox=MAILBOX,
        address=OWNER,
        status="connected",
        access=access,
        sealed_token="acme/sub-1/token",
        label=label if access == "full" else None,
        cursor=watch.history_id,
        watch_expires=watch.expires,
        renew_at=now + timedelta(days=1),
        look_at=now + timedelta(hours=1),
        looked_at=now,
    )
    mailbox = Mailbox(
        org=ORG,
        id=MAILBOX,
        inbox=inbox.id,
        owner="user-1",
        address=OWNER,
        sender_name="Robin Recruiter",
        connected_at=now,
        limits=limits or Limits(),
    )
    services.put(keys.inbox(inbox.id), inbox)
    services.put(keys.mailbox(ORG, MAILBOX), mailbox)


def enrolled(
    services: MemoryServices, *emails: str, campaign: str = "c1", steps: tuple[Step, ...] = STEPS
) -> None:
    """Enroll candidates in a campaign, as an acceptance leaves them."""
    now = services.clock.now()
    record = Campaign(
        org=ORG,
        id=campaign,
        name="Engineers",
        mailbox=MAILBOX,
        inbox=services.inbox_id,
        author="user-1",
        timezone="Europe/Berlin",
        steps=steps,
        status="active",
        content="digest",
        candidates=len(emails),
        accepted_at=now,
    )
    services.put(keys.campaign(ORG, campaign), record)
    dues, due = [], now
    for step in steps:
        due += step.delay
        dues.append(due)
    slots = tuple(Slot(step=step.id, due=at, reason="") for step, at in zip(steps, dues, strict=True))
    for email in emails:
        _enrolled(services, email, campaign, slots)


def _enrolled(services: MemoryServices, email: str, campaign: str, slots: tuple[Slot, ...]) -> None:
    contact_id = services.contact_id(email)
    id_ = enrollment_id(campaign, contact_id)
    enrollment = Enrollment(
        org=ORG,
        id=id_,
        campaign=campaign,
        mailbox=MAILBOX,
        inbox=services.inbox_id,
        contact=contact_id,
        email=email,
        name="Kim Candidate",
        timezone="Europe/Berlin",
        variables={},
        slots=slots,
        status=Status.WAITING,
        step=slots[0].step,
        due=slots[0].due,
        wake_at=wake_for(slots[0].due, services.clock.now()),
    )
    services.put(keys.enrollment(ORG, id_), enrollment)
    key = keys.contact(ORG, contact_id)
    before = services.store.read([key])[key] or Contact(org=ORG, id=contact_id)
    ref = EnrollmentRef(enrollment=id_, mailbox=MAILBOX)
    services.put(key, msgspec.structs.replace(before, enrollments=(*before.enrollments, ref)))


def in_slots(services: MemoryServices, *emails: str, campaign: str = "c1") -> None:
    """Give enrolled candidates places in the slot ledger, in this order, and queue their tasks."""
    wanted = {email: services.enrollment(email, campaign) for email in emails}
    campaign_key, mailbox_key = keys.campaign(ORG, campaign), keys.mailbox(ORG, MAILBOX)
    now = services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[tuple[Enrollment, ...]]:
        record, mailbox = snapshot.need(campaign_key), snapshot.need(mailbox_key)
        records = [snapshot.need(keys.enrollment(ORG, one.id)) for one in wanted.values()]
        return planned_anew(snapshot, record, mailbox, records, "", now)

    about: list[Any] = [campaign_key, mailbox_key, *(keys.enrollment(ORG, one.id) for one in wanted.values())]
    for planned in services.store.change(about, decide):
        queue_step(services, planned)
