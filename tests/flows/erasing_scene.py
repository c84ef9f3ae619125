"""Put the erasing on in-memory services: who asks, how time passes until it is done, what traces are left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.records import AttachmentContent, Connection, Invitation, Mailbox, OAuthState, Pending
from lib.flows.erasing.asking import ErasureRequest, ask
from tests.flows.leaving_scene import LeavingScene
from tests.flows.memory_services import MAILBOX, ORG, OWNER, MemoryServices, enrolled, in_slots
from tests.flows.outreach import ANN, BEN, MINUTE, Outreach
from tests.localcloud.memory_store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lib.core.keys import Changes, Key, R, Snapshot
    from lib.core.records import Erasure

ADMIN = VerifiedCaller(org=ORG, user="admin-1", email="admin@example.com", role="admin")
OWNER_CALLER = VerifiedCaller(org=ORG, user="user-1", email="recruiter@example.com", role="member")
COLLEAGUE = "sam@example.com"


def erase(outreach: Outreach, address: str = ANN) -> Erasure:
    return ask(outreach, ADMIN, ErasureRequest(candidate=address))


def erasure(services: MemoryServices, id_: str) -> Erasure:
    key = keys.erasure(ORG, id_)
    return services.store.read([key]).need(key)


def through(
    outreach: Outreach, begun: Erasure, *, most: timedelta = timedelta(hours=2), step: timedelta = MINUTE
) -> Erasure:
    """Let time pass, with the queue and ``maintain`` at work, until an erasure is done."""
    end = outreach.clock.now() + most
    while (now_so := erasure(outreach, begun.id)).stage != "done":
        assert outreach.clock.now() < end, f"still {now_so.stage}; {outreach.failures}"
        outreach.pass_time(step)
        outreach.maintain()
        outreach.run_tasks()
    assert not outreach.failures
    return now_so


def everything(services: Any) -> str:
    """Return the whole database as text: paths and contents."""
    return "\n".join(f"{path} {one.content.decode()}" for path, one in services.store._documents.items())


def traces(services: Any, *words: str) -> list[str]:
    """Return the documents in which one of the words stands, in whatever case."""
    lines = everything(services).splitlines()
    return [line for line in lines if any(word.casefold() in line.casefold() for word in words)]


class StallingStore(MemoryStore):
    """Let something happen once, before one of the calls."""

    def __init__(self, before: MemoryStore) -> None:
        super().__init__()
        self._documents, self._last_version = before._documents, before._last_version
        self._left = 0
        self._meanwhile: Callable[[], Any] = lambda: None

    def at(self, call: int, meanwhile: Callable[[], Any]) -> None:
        """Stall before the call of this number, from now on."""
        self._left, self._meanwhile = call, meanwhile

    def read(self, keys: Iterable[Key[Any]]) -> Snapshot:
        self._step()
        return super().read(keys)

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if changes.writes or changes.deletes:
            self._step()
        return super().commit(snapshot, changes)

    def _below(self, kind: type[R], under: str) -> list[tuple[str, R]]:
        self._step()
        return super()._below(kind, under)

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._meanwhile()


def second_mailbox(scene: Outreach, *emails: str) -> None:
    """Connect another mailbox of the org, with a campaign of its own."""
    now = scene.clock.now()
    inbox_id = scene.contact_id(COLLEAGUE)
    first = scene.inbox()
    scene.world.add_account(COLLEAGUE, "sub-2")
    inbox = msgspec.structs.replace(
        first, id=inbox_id, mailbox="sub-2", address=COLLEAGUE, sealed_token="acme/sub-2/token", look_at=None
    )
    mailbox = Mailbox(
        org=ORG,
        id="sub-2",
        inbox=inbox_id,
        owner="user-2",
        address=COLLEAGUE,
        sender_name="Sam Second",
        connected_at=now,
    )
    scene.put(keys.inbox(inbox_id), inbox)
    scene.put(keys.mailbox(ORG, "sub-2"), mailbox)
    enrolled(scene, *emails, campaign="d1")
    scene.edit_campaign("d1", mailbox="sub-2", inbox=inbox_id, author="user-2")
    for email in emails:
        record = msgspec.structs.replace(scene.enrollment(email, "d1"), mailbox="sub-2", inbox=inbox_id)
        scene.put(keys.enrollment(ORG, record.id), record)
        contact = scene.contact(email)
        refs = tuple(
            msgspec.structs.replace(ref, mailbox="sub-2") if ref.enrollment == record.id else ref
            for ref in contact.enrollments
        )
        scene.put(keys.contact(ORG, contact.id), msgspec.structs.replace(contact, enrollments=refs))


def aside(services: MemoryServices, gmail_id: str, **changes: Any) -> Pending:
    """Return a mail that was put aside."""
    now = services.clock.now()
    standard: dict[str, Any] = {"lookups": ("other",), "contacts": ()} | changes
    return Pending(
        org=ORG,
        id=f"{MAILBOX}-{gmail_id}",
        mailbox=MAILBOX,
        inbox=services.inbox_id,
        gmail_id=gmail_id,
        thread="t",
        fetched=True,
        seen_at=now,
        expires_at=now + timedelta(days=30),
        **standard,
    )


def worked() -> LeavingScene:
    """Return a mailbox with all that it may hold: mails, answers, files, reads, wishes to connect it."""
    scene = LeavingScene(ANN, BEN)
    in_slots(scene, ANN, BEN)
    scene.run_through(lambda: scene.got(ANN) > 0 and scene.got(BEN) > 0)
    scene.answer(text="Anything she wrote")
    scene.push("an answer")
    scene.opt_out(BEN)
    second_mailbox(scene, ANN)
    now = scene.clock.now()
    scene.put(keys.pending(ORG, MAILBOX, "m1"), aside(scene, "m1", parked="cannot be read"))
    content = AttachmentContent(org=ORG, campaign="c1", id="file", content="cm9sZQ==")
    scene.put(keys.attachment(ORG, "c1", "file"), content)
    wish: dict[str, Any] = {
        "org": ORG,
        "address": OWNER.upper(),
        "sender_name": "Robin Recruiter",
        "return_url": "https://app.example.com/",
        "expires_at": now + timedelta(days=1),
    }
    scene.put(keys.connection(ORG, "wish"), Connection(id="wish", user="user-1", **wish))
    invitation = Invitation(id="link", by="admin-1", by_email=ADMIN.email, **wish)
    scene.put(keys.invitation(ORG, "link"), invitation)
    state = OAuthState(
        org=ORG, id="state", connection="wish", cookie="c", used_by=None, expires_at=now + timedelta(days=1)
    )
    scene.put(keys.oauth_state(ORG, "state"), state)
    scene.journal.calls.clear()
    return scene
