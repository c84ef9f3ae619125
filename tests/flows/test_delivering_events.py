"""Each event reaches each webhook that listens at least once, in order, whatever fails; erasure ends it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import MailboxDisconnected, NotFound, Unavailable
from lib.core.records import Org, OutgoingEvent, Webhook
from lib.core.webhooks import BACKOFF, EventBody
from lib.flows import delivering_events
from lib.flows.delivering_events import deliver_event, task_from
from lib.flows.subscribing import Since, replay
from tests.flows.erasing_scene import ADMIN, erase, through
from tests.flows.memory_services import ORG, OWNER, START
from tests.flows.outreach import ANN, BEN, MINUTE, Outreach
from tests.localcloud.memory_store import MemoryStore

if TYPE_CHECKING:
    from lib.core.keys import Changes, Snapshot
    from lib.ports import Services

CRM, ATS = "https://crm.example.com/in", "https://ats.example.com/in"
BEGUN = Since(since=START - timedelta(days=1))


def listening(outreach: Outreach, *webhooks: tuple[str, tuple[Any, ...]]) -> None:
    hooks = tuple(
        Webhook(id=f"hook{number}", url=url, types=types, created_at=START)
        for number, (url, types) in enumerate(webhooks)
    )
    outreach.put(keys.org(ORG), Org(org=ORG, webhooks=hooks))


def log(services: Services) -> list[OutgoingEvent]:
    found = services.store.events(ORG, START - timedelta(days=1), 1000)
    return sorted(found, key=lambda one: one.id)


def bodies(outreach: Outreach, url: str = CRM) -> list[EventBody]:
    return [
        msgspec.json.decode(body, type=EventBody)
        for posted, _, body in outreach.webhooks.posted
        if posted == url
    ]


def told(outreach: Outreach, url: str = CRM) -> list[tuple[str, str, int]]:
    return [(one.data.email, one.type.partition(".")[2], one.data.sequence) for one in bodies(outreach, url)]


def answered(outreach: Outreach, email: str = ANN) -> None:
    outreach.answer(email)
    outreach.push("answer")


@pytest.fixture
def outreach() -> Outreach:
    made = Outreach(ANN)
    listening(made, (CRM, ()))
    return made


def test_what_happens_to_a_candidate_is_told_in_order_and_numbered(outreach: Outreach) -> None:
    assert outreach.send() == "sent"
    answered(outreach)
    outreach.go_on()
    assert told(outreach) == [(ANN, "sent", 1), (ANN, "replied", 2)]
    first = bodies(outreach)[0].data
    assert (first.name, first.campaign, first.step) == ("Kim Candidate", "c1", "intro")
    assert not outreach.failures


def test_where_nobody_listens_the_log_is_kept_and_nothing_queued() -> None:
    outreach = Outreach(ANN)
    assert outreach.send() == "sent"
    assert [(one.type, one.wake_at) for one in log(outreach)] == [("candidate.sent", None)]
    answered(outreach)
    outreach.go_on()
    assert outreach.webhooks.posted == []
    assert [(one.type, one.wake_at) for one in log(outreach)][1:] == [("candidate.replied", None)]
    assert not [task for task in outreach.tasks.waiting if task.function == "deliver_event"]


def test_a_log_entry_names_nobody(outreach: Outreach) -> None:
    outreach.send()
    assert ANN not in msgspec.json.encode(log(outreach)).decode()


def test_only_the_types_asked_for_are_told(outreach: Outreach) -> None:
    listening(outreach, (CRM, ("candidate.replied",)), (ATS, ()))
    outreach.send()
    answered(outreach)
    outreach.go_on()
    assert told(outreach) == [(ANN, "replied", 2)]
    assert told(outreach, ATS) == [(ANN, "sent", 1), (ANN, "replied", 2)]


def test_what_is_refused_comes_again_and_what_follows_waits_for_it(outreach: Outreach) -> None:
    outreach.webhooks.answers[CRM] = [500, 302, 0]
    outreach.send()
    answered(outreach)
    outreach.go_on(30 * MINUTE)
    assert told(outreach) == [(ANN, "sent", 1)] * 4 + [(ANN, "replied", 2)]


def test_a_dead_webhook_does_not_hold_up_another(outreach: Outreach) -> None:
    listening(outreach, (CRM, ()), (ATS, ()))
    outreach.webhooks.answers[CRM] = [500] * 50
    outreach.send()
    answered(outreach)
    outreach.go_on(20 * MINUTE)
    assert told(outreach, ATS) == [(ANN, "sent", 1), (ANN, "replied", 2)]


def test_a_delivery_is_given_up_in_the_end_and_can_be_replayed(outreach: Outreach) -> None:
    outreach.webhooks.answers[CRM] = [500] * (len(BACKOFF) + 1)
    outreach.send()
    for wait in (*BACKOFF, MINUTE):
        outreach.maintain()
        outreach.run_tasks()
        outreach.pass_time(wait)
    outreach.maintain()
    outreach.run_tasks()
    tries = len(BACKOFF) + 1
    assert told(outreach).count((ANN, "sent", 1)) == tries
    event = log(outreach)[0]
    assert (event.wake_at, event.told) == (None, ())
    assert replay(outreach, ADMIN, "hook0", BEGUN).events == len(log(outreach))
    outreach.go_on()
    assert told(outreach).count((ANN, "sent", 1)) == tries + 1


def test_who_answers_gone_is_told_no_more(outreach: Outreach) -> None:
    outreach.webhooks.answers[CRM] = [410]
    outreach.send()
    answered(outreach)
    outreach.go_on()
    assert told(outreach) == [(ANN, "sent", 1)]


def test_a_replay_tells_one_webhook_again_in_order(outreach: Outreach) -> None:
    listening(outreach, (CRM, ()), (ATS, ()))
    outreach.send()
    answered(outreach)
    outreach.go_on()
    replay(outreach, ADMIN, "hook1", BEGUN)
    outreach.go_on()
    once = [(ANN, "sent", 1), (ANN, "replied", 2)]
    assert (told(outreach), told(outreach, ATS)) == (once, once * 2)
    with pytest.raises(NotFound):
        replay(outreach, ADMIN, "hook9", BEGUN)


def test_a_task_that_comes_twice_delivers_once(outreach: Outreach) -> None:
    outreach.send()
    outreach.pass_time(MINUTE)
    outreach.maintain()
    [task] = [one for one in outreach.tasks.waiting if one.function == "deliver_event"]
    outcomes = [deliver_event(outreach, task_from(task.body)) for _ in range(2)]
    assert outcomes == ["delivered", "nothing to deliver"]
    assert len(told(outreach)) == 1


def test_a_task_that_comes_while_a_delivery_is_under_way_leaves_it_alone(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    outreach.send()
    outreach.pass_time(MINUTE)
    outreach.maintain()
    [task] = [one for one in outreach.tasks.waiting if one.function == "deliver_event"]
    meanwhile: list[str] = []
    post = delivering_events._post

    def slow(*args: Any) -> int:
        meanwhile.append(deliver_event(outreach, task_from(task.body)))
        return post(*args)

    monkeypatch.setattr(delivering_events, "_post", slow)
    assert deliver_event(outreach, task_from(task.body)) == "delivered"
    assert (meanwhile, len(told(outreach))) == (["another worker's"], 1)


def test_a_worker_that_dies_after_its_claim_is_replaced(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    outreach.send()

    def dies(*_args: object) -> int:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(delivering_events, "_post", dies)
        outreach.pass_time(MINUTE)
        outreach.maintain()
        with pytest.raises(MemoryError):
            outreach.run_tasks()
    assert told(outreach) == []
    outreach.go_on(25 * MINUTE)
    assert told(outreach) == [(ANN, "sent", 1)]


def test_under_faults_everywhere_each_event_arrives_and_no_number_is_missing() -> None:
    """Commits fail before and after their effect, and every second delivery is refused."""
    outreach = Outreach(ANN, BEN)
    listening(outreach, (CRM, ()))
    outreach.webhooks.answers[CRM] = [500, 200, 200, 503, 200, 0] * 20
    for email in (ANN, BEN):
        assert outreach.send(email) == "sent"
    answered(outreach)
    faulty(outreach)
    for _ in range(180):
        outreach.pass_time(MINUTE)
        outreach.maintain()
        outreach.run_tasks()
    numbers: dict[str, Counter[int]] = {}
    for one in bodies(outreach):
        numbers.setdefault(one.data.email, Counter())[one.data.sequence] += 1
    stored = {(one.enrollment, one.sequence) for one in log(outreach)}
    assert {email: sorted(some) for email, some in numbers.items()} == {ANN: [1, 2], BEN: [1]}
    assert len(stored) == 3
    assert all(one.wake_at is None for one in log(outreach))


class FaultyStore(MemoryStore):
    """Let every third commit fail, before and after its effect by turns."""

    commits = 0

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        self.commits += 1
        if self.commits % 6 == 0:
            raise Unavailable("before the effect")
        after = super().commit(snapshot, changes)
        if self.commits % 6 == 3:
            raise Unavailable("after the effect")
        return after


def faulty(outreach: Outreach) -> None:
    store = FaultyStore()
    store._documents, store._last_version = outreach.store._documents, outreach.store._last_version
    outreach.store = store


def test_an_erased_candidate_is_told_of_no_more(outreach: Outreach) -> None:
    outreach.send()
    assert len(log(outreach)) == 1
    through(outreach, erase(outreach))
    assert [one for one in log(outreach) if one.contact == outreach.contact_id(ANN)] == []
    before = len(outreach.webhooks.posted)
    replay(outreach, ADMIN, "hook0", BEGUN)
    outreach.go_on()
    assert ANN not in {email for email, _, _ in told(outreach)[before:]}


def test_a_lost_grant_is_told_once(outreach: Outreach) -> None:
    outreach.world.revoked.add(OWNER)
    with pytest.raises(MailboxDisconnected):
        outreach.send()
    outreach.go_on()
    assert [one.type for one in bodies(outreach)] == ["mailbox.disconnected"]
