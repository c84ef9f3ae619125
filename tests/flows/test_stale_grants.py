"""Show that a worker with a grant that is gone leaves the connection alone that came with a new consent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import MailboxDisconnected, MailboxPaused
from lib.core.records import Inbox
from lib.flows.reading import noting_trouble
from lib.ports import Gmail
from tests.flows.memory_services import START, TOPIC, MemoryServices
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, EventfulGmail, Outreach

HOUR = timedelta(hours=1)


class GrantedGmail:
    """A mailbox reached by one grant, for as long as Google honours it."""

    def __init__(self, gmail: Gmail, token: str, gone: set[str]) -> None:
        self._gmail, self._token, self._gone = gmail, token, gone

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._gmail, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if self._token in self._gone:
                raise MailboxDisconnected("the grant is gone")
            return method(*args, **kwargs)

        return call


class Scene(Outreach):
    """A mailbox whose grants die one by one."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        super().__init__(ANN, BEN)

    def gmail(self, inbox: Inbox) -> Gmail:
        granted: Any = GrantedGmail(MemoryServices.gmail(self, inbox), inbox.sealed_token, self.gone)
        return EventfulGmail(granted, self.events)

    def revoke(self) -> None:
        self.gone.add(self.inbox().sealed_token)

    def replace_grant(self) -> None:
        """Let the grant go and the mailbox be connected anew."""
        self.revoke()
        self.reconnect()

    def note(self, **changes: Any) -> None:
        self.put(keys.inbox(self.inbox_id), msgspec.structs.replace(self.inbox(), **changes))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def follow_up(scene: Scene) -> None:
    scene.send()
    scene.push("of the first step")
    scene.pass_time(DAY)


def answered(scene: Scene) -> None:
    follow_up(scene)
    scene.answer()


#: What went before, what the worker does, which of its calls meets the dead grant, how many mails go out.
WORKERS: list[tuple[Callable[[Scene], object], Callable[[Scene], object], str, int]] = [
    (Scene.maintain, Scene.send, "before create_draft", 1),
    (Scene.maintain, Scene.send, "before send_draft", 1),
    (follow_up, Scene.send, "before history", 2),
    (follow_up, Scene.send, "before send_draft", 2),
    # The look that works the answer off begins with the new connection, and asks by the old grant.
    (answered, Scene.send, "after history", 1),
    (answered, Scene.push, "before history", 1),
    (answered, Scene.push, "before message", 1),
]


@pytest.mark.parametrize(("before", "work", "event", "mails"), WORKERS)
def test_stale_worker_does_not_disconnect_the_new_connection(
    scene: Scene, before: Callable[[Scene], object], work: Callable[[Scene], object], event: str, mails: int
) -> None:
    before(scene)
    scene.events[event] = scene.replace_grant
    with pytest.raises(MailboxDisconnected):
        work(scene)
    assert scene.inbox().status == "connected"
    scene.go_on(70 * MINUTE)
    assert (scene.got(), scene.enrollment(ANN).sent_count) == (mails, mails)


def test_grant_that_is_gone_and_not_replaced_still_disconnects(scene: Scene) -> None:
    scene.events["before send_draft"] = scene.revoke
    with pytest.raises(MailboxDisconnected):
        scene.send()
    assert (scene.inbox().status, scene.inbox().ended_at) == ("disconnected", START)


def test_worker_that_read_a_connection_which_had_ended_does_not_end_the_new_one(scene: Scene) -> None:
    ended = msgspec.structs.replace(scene.inbox(), status="disconnected")
    scene.reconnect()
    with pytest.raises(MailboxDisconnected), noting_trouble(scene, ended):
        scene.gmail(ended)
    assert scene.inbox().status == "connected"


def test_token_sealed_anew_is_found_dead_by_whoever_uses_it_next(scene: Scene) -> None:
    def sealed_anew() -> None:
        scene.gone |= {scene.inbox().sealed_token, "acme/sub-1/sealed anew"}
        scene.note(sealed_token="acme/sub-1/sealed anew")

    scene.events["before send_draft"] = sealed_anew
    for status in ("connected", "disconnected"):
        with pytest.raises(MailboxDisconnected):
            scene.send(ANN if status == "connected" else BEN)
        assert scene.inbox().status == status


@pytest.mark.parametrize("dies", [True, False])
def test_renewal_for_the_connection_before_leaves_the_new_watch_as_it_is(scene: Scene, *, dies: bool) -> None:
    scene.pass_time(DAY)

    def connected_anew() -> None:
        (scene.replace_grant if dies else scene.reconnect)()
        watch, now = scene.gmail(scene.inbox()).watch(TOPIC), scene.clock.now()
        scene.note(watch_expires=watch.expires + HOUR, renew_at=now + 2 * DAY, look_at=now + DAY)

    scene.events["before watch"] = connected_anew
    scene.maintain()
    inbox = scene.inbox()
    assert (inbox.status, inbox.watch_failed) == ("connected", "")
    assert (inbox.sealed_token, inbox.renew_at) == ("acme/sub-1/new", scene.clock.now() + 2 * DAY)
    assert len(scene.failures) == dies


def test_pause_of_an_account_is_not_put_on_another_one_of_its_address(scene: Scene) -> None:
    before = scene.inbox()
    for changes, paused in (({"mailbox": "sub-2"}, False), ({"mailbox": "sub-1"}, True)):
        scene.note(sealed_token="acme/new", **changes)
        with pytest.raises(MailboxPaused), noting_trouble(scene, before):
            raise MailboxPaused("Gmail's sending limit", retry_after=HOUR)
        assert (scene.inbox().paused_until == scene.clock.now() + HOUR) is paused
