"""Show that no worker that stalls at any call to the store brings back who is erased meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from lib.core.callers import VerifiedCaller
from lib.core.errors import OutreachError
from lib.core.records import Erasure, Interest, Status
from lib.flows.adding import add
from lib.flows.controlling import Decision, Reason, cancel, decide
from lib.flows.enqueueing import accept
from lib.flows.erasing import erase_on
from lib.flows.erasing.asking import erase_mailbox
from lib.flows.leaving import leave
from lib.flows.marking import Mark, mark, read
from tests.flows.enqueueing_office import body
from tests.flows.erasing_scene import StallingStore, erase, erasure, through, traces
from tests.flows.leaving_scene import LeavingScene
from tests.flows.memory_services import MAILBOX, ORG, OWNER
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Outreach

OWN = VerifiedCaller(org=ORG, user="user-1", email=OWNER, role="member")
WORDS = (ANN, "Ann Answers", "Anything she wrote")
#: More calls to the store than any of these flows makes.
MOST_CALLS = 60
#: What brings somebody in who is not known (any more), as it may, an hour after the erasure.
NEW_AFTERWARDS = ("an answer to another's mail", "an acceptance", "an addition")
DESPITE = {"action": "continue", "reason": "agreed"}


def answered(outreach: Outreach, **how: str) -> None:
    outreach.send()
    outreach.answer(text=how.pop("text", "Anything she wrote"), **how)


def unclear(outreach: Outreach) -> None:
    outreach.fault("drafts.send", when="after", drop=True)
    outreach.send()
    assert outreach.status() is Status.UNCERTAIN
    outreach.pass_time(2 * MINUTE)


def first_sent(outreach: Outreach) -> None:
    outreach.send()
    outreach.push()
    outreach.pass_time(DAY)


def held(outreach: Outreach) -> None:
    outreach.send()
    outreach.update(ANN, status=Status.HELD)


def without_message_id(outreach: Outreach) -> None:
    outreach.fault("batch", status=500)
    outreach.send()
    outreach.pass_time(10 * MINUTE)


def headers_only_match(outreach: Outreach) -> None:
    outreach.send()
    outreach.answer(Subject="Something else", In_Reply_To="", References="", text="Anything she wrote")
    outreach.push()


def first_reply(outreach: Outreach) -> str:
    """Return the id of an answer without a call to the store."""
    return next(path for path in outreach.store._documents if "/replies/" in path).rpartition("/")[2]


def marked_and_labelled(outreach: Outreach) -> None:
    answered(outreach)
    outreach.push()


def nothing(_outreach: Outreach) -> None:
    """Begin with candidates enrolled."""


def accepted(outreach: Outreach) -> None:
    accept(outreach, OWN, body(ANN, id="c9", contacted=DESPITE))


def request(outreach: Outreach) -> None:
    accepted(outreach)


def more(outreach: Outreach) -> None:
    again = {"candidates": [{"email": ANN, "name": "Ann Answers", "title": "x"}], "contacted": DESPITE}
    add(outreach, OWN, "c2", json.dumps(again).encode())


def second_campaign(outreach: Outreach) -> None:
    accept(outreach, OWN, body(BEN, id="c2", contacted=DESPITE))


SCENES: dict[str, tuple[Callable[[Outreach], Any], Callable[[Outreach], Any]]] = {
    "first step": (nothing, lambda o: o.send()),
    "follow-up": (first_sent, lambda o: o.send()),
    "an answer": (answered, lambda o: o.push()),
    "an opt-out by mail": (
        lambda o: answered(o, text="Please remove me from your list."),
        lambda o: o.push(),
    ),
    "an answer to another's mail": (
        lambda o: (o.send(BEN), o.deliver(o.written(BEN, From=ANN, text="Anything she wrote"))),
        lambda o: o.push(),
    ),
    "an opt-out by the link": (nothing, lambda o: o.opt_out()),
    "a settlement": (unclear, lambda o: o.maintain()),
    "a Message-ID repaired": (without_message_id, lambda o: o.maintain()),
    "a held one decided": (
        held,
        lambda o: decide(o, OWN, "c1", o.enrollment(ANN).id, Decision(was_sent=True)),
    ),
    "an answer read at a click": (headers_only_match, lambda o: read(o, OWN, "c1", first_reply(o))),
    "an answer marked": (
        marked_and_labelled,
        lambda o: mark(o, OWN, "c1", first_reply(o), Mark(interest=Interest.INTERESTED)),
    ),
    "a campaign cancelled": (nothing, lambda o: cancel(o, OWN, "c1", Reason())),
    "an acceptance": (nothing, accepted),
    "a request repeated": (accepted, request),
    "an addition": (second_campaign, more),
}


def erase_candidate(outreach: Outreach) -> Erasure:
    return erase(outreach)


def erase_the_mailbox(outreach: Outreach) -> Erasure:
    return erase_mailbox(outreach, OWN, MAILBOX)


Wish = Callable[[Outreach], Erasure]


def only_marked(outreach: Outreach, wish: Wish) -> Erasure:
    return wish(outreach)


def swept_once(outreach: Outreach, wish: Wish) -> Erasure:
    begun = wish(outreach)
    while erasure(outreach, begun.id).stage == "marked":
        outreach.pass_time(MINUTE)
        outreach.maintain()
    return begun


def all_done(outreach: Outreach, wish: Wish) -> Erasure:
    return through(outreach, wish(outreach))


Meanwhile = Callable[[Outreach, Wish], Erasure]


def stalled(scene: str, call: int, meanwhile: Meanwhile, wish: Wish) -> Outreach | None:
    """Return how a flow leaves all that stalls at a call to the store; None: it makes no such call."""
    begin, act = SCENES[scene]
    outreach = LeavingScene(ANN, BEN)
    outreach.update(ANN, name="Ann Answers")
    begin(outreach)
    store = StallingStore(outreach.store)
    outreach.store = store
    begun: list[Erasure] = []
    store.at(call, lambda: begun.append(meanwhile(outreach, wish)))
    with suppress(OutreachError):
        act(outreach)
    if not begun:
        return None
    outreach.failures.clear()
    through(outreach, begun[0], most=timedelta(hours=3))
    return outreach


#: Which flow stalls, and how far the erasure comes meanwhile. After its end some are a new wish or new mail;
#: no worker lives for so long.
CASES = [
    pytest.param(scene, meanwhile, id=f"{scene}-{meanwhile.__name__}")
    for scene in SCENES
    for meanwhile in (only_marked, swept_once, all_done)
    if not (scene in NEW_AFTERWARDS and meanwhile is all_done)
]


@pytest.mark.parametrize(("scene", "meanwhile"), CASES)
def test_no_worker_that_stalls_at_any_call_brings_a_candidate_back(scene: str, meanwhile: Meanwhile) -> None:
    call = 1
    while (outreach := stalled(scene, call, meanwhile, erase_candidate)) is not None:
        assert traces(outreach, *WORDS) == [], f"stalled at call {call}"
        assert outreach.got() <= 1 + (scene == "follow-up")
        call += 1
    assert 2 < call < MOST_CALLS


@pytest.mark.parametrize(("scene", "meanwhile"), CASES)
def test_no_worker_that_stalls_at_any_call_brings_a_mailbox_back(scene: str, meanwhile: Meanwhile) -> None:
    call = 1
    while (outreach := stalled(scene, call, meanwhile, erase_the_mailbox)) is not None:
        found = traces(outreach, OWNER, "Robin Recruiter", "Ann Answers", "Anything she wrote")
        assert found == [], f"stalled at call {call}"
        where = {line.split()[0].split("/")[2] for line in traces(outreach, f'"mailbox":"{MAILBOX}"')}
        # The reads of a worker that outlived even the second sweep name nobody.
        assert where <= {"audit", "erasures"} | ({"mailboxes"} if meanwhile is all_done else set())
        call += 1
    assert 2 < call < MOST_CALLS


@pytest.mark.parametrize("wish", [erase_candidate, erase_the_mailbox])
def test_two_workers_at_one_erasure_remove_and_count_everything_once(wish: Wish) -> None:
    def carried(call: int) -> Erasure | None:
        made = LeavingScene(ANN, BEN)
        made.send()
        begun = wish(made)
        if wish is erase_the_mailbox:
            leave(made, made.inbox())
        store = made.store = StallingStore(made.store)
        met: list[Erasure] = []
        store.at(call, lambda: met.append(erase_on(made, begun)))
        erase_on(made, begun)
        return through(made, begun) if met or not call else None

    undisturbed = carried(0)
    assert undisturbed is not None
    call = 1
    while (done := carried(call)) is not None:
        assert done.deleted == undisturbed.deleted, f"met at call {call}"
        call += 1
    assert call > 10
