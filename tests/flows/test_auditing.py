"""What was done with a mailbox is there for its owner and for admins, page by page, the latest first."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.auditing import audited
from lib.core.callers import Role, VerifiedCaller
from lib.core.errors import Forbidden, NotFound
from lib.core.keys import Changes, Snapshot
from lib.core.records import Grant
from lib.flows.auditing import PAGE, AuditPage, show_mailbox_audit, show_org_audit
from tests.flows.memory_services import MAILBOX, ORG, OWNER, MemoryServices, connected


def caller(user: str = "user-1", role: Role = "member", org: str = ORG) -> VerifiedCaller:
    return VerifiedCaller(org=org, user=user, email=f"{user}@example.com", role=role)


@pytest.fixture
def services() -> MemoryServices:
    services = MemoryServices()
    connected(services)
    return services


def note(services: MemoryServices, about: str, mailbox: str = MAILBOX) -> None:
    services.clock.move(timedelta(seconds=1))
    entry = audited("sent", ORG, services.clock.now(), by="user-2", mailbox=mailbox, about=(about,))
    services.store.commit(Snapshot(), Changes(None, writes=entry))


def test_owner_and_admin_see_a_mailboxes_deeds_others_see_no_mailbox(services: MemoryServices) -> None:
    note(services, "enrollment:e1")
    note(services, "enrollment:e2", mailbox="another")
    for one in (caller(), caller("user-9", "admin")):
        [entry] = show_mailbox_audit(services, one, MAILBOX, AuditPage()).entries
        assert (entry.deed, entry.by, entry.about) == ("sent", "user-2", ("enrollment:e1",))
    for other in (caller("user-2"), caller(org="globex"), caller("user-9", "admin", "globex")):
        with pytest.raises(NotFound):
            show_mailbox_audit(services, other, MAILBOX, AuditPage())


def test_the_orgs_deeds_are_for_admins(services: MemoryServices) -> None:
    note(services, "enrollment:e1")
    note(services, "enrollment:e2", mailbox="another")
    shown = show_org_audit(services, caller("user-9", "admin"), AuditPage()).entries
    assert [one.about for one in shown] == [("enrollment:e2",), ("enrollment:e1",)]
    with pytest.raises(Forbidden):
        show_org_audit(services, caller(), AuditPage())


def test_who_owns_a_mailbox_or_has_a_grant_is_named_by_their_address(services: MemoryServices) -> None:
    now, key = services.clock.now(), keys.mailbox(ORG, MAILBOX)
    given = Grant(id="g1", email="sam@example.com", user="user-2", status="ended", at=now, by="user-1")
    asked = Grant(id="g2", email="lee@example.com", status="asked", at=now, by="user-1")
    mailbox = services.store.read([key]).need(key)
    services.put(key, msgspec.structs.replace(mailbox, grants=(given, asked)))
    admin, seen = caller("user-9", "admin"), ("user:user-8", "user:user-1", "grant:g2", "step:user-2")
    for by, about in (("user-1", seen), ("user-9", ()), ("", ())):
        services.clock.move(timedelta(seconds=1))
        entry = audited("granted", ORG, services.clock.now(), by=by, mailbox=MAILBOX, about=about)
        services.put(*next(iter(entry.items())))
    named = {"user-1": OWNER, "g2": "lee@example.com"}
    assert show_mailbox_audit(services, caller(), MAILBOX, AuditPage()).people == named
    note(services, "enrollment:e1")
    assert show_org_audit(services, admin, AuditPage()).people == {**named, "user-2": "sam@example.com"}


def test_whose_mailbox_is_gone_is_named_no_more(services: MemoryServices) -> None:
    note(services, "user:user-1")
    gone = Changes(None, deletes=frozenset({keys.mailbox(ORG, MAILBOX)}))
    services.store.commit(Snapshot(), gone)
    shown = show_org_audit(services, caller("user-9", "admin"), AuditPage())
    assert (shown.people, [one.by for one in shown.entries]) == ({}, ["user-2"])


def test_pages_follow_each_other_without_gap_or_double(services: MemoryServices) -> None:
    count = 2 * PAGE + 5
    for number in range(count):
        note(services, f"step:{number}")
    seen: list[str] = []
    page = show_mailbox_audit(services, caller(), MAILBOX, AuditPage())
    while True:
        seen += [one.about[0] for one in page.entries]
        if not page.next:
            break
        page = show_mailbox_audit(services, caller(), MAILBOX, AuditPage(before=page.next))
    assert seen == [f"step:{number}" for number in reversed(range(count))]


def test_the_same_deed_of_a_moment_is_one_entry(services: MemoryServices) -> None:
    now = services.clock.now()
    once = audited("granted", ORG, now, by="user-1", mailbox=MAILBOX, about=("grant:g1",))
    assert once == audited("granted", ORG, now, by="user-1", mailbox=MAILBOX, about=("grant:g1",))
    assert once != audited("granted", ORG, now, by="user-1", mailbox=MAILBOX, about=("grant:g2",))
