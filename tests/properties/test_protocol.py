"""Show the four promises over both protocols at once, with everything going wrong in between.

Workers crash and stall at every call to the outside, tasks and notifications come twice, late, in any order
or never, calls fail before and after their effect, the history expires, and candidates answer in the middle.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from lib.core.optout import optout_token
from lib.core.records import Limits
from lib.flows.opting_out import opt_out
from tests.flows.memory_services import ORG, connected, enrolled, in_slots
from tests.properties.scene import CAMPAIGNS, ERRORS, FAULTY, HOW, steps_of
from tests.properties.storm import Storm

#: How far a worker gets in one go: mostly to its end, else it stalls on the way.
GO = st.sampled_from([99, 99, 99, 99, *range(24)])


class Protocol(Storm, RuleBasedStateMachine):
    """Draw what happens next, and hold the promises after each step."""

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        Storm.__init__(self)

    @initialize(
        survives=st.booleans(),
        labels=st.booleans(),
        hidden=st.sampled_from([0, 1, 10]),
        empty_pages=st.sampled_from([0, 0, 2]),
        gap=st.sampled_from([0, 1]),
        slot=st.sampled_from([2, 10, 40]),
        storms=st.lists(st.integers(0, 2**32), min_size=1, max_size=3),
    )
    def begin(
        self,
        *,
        survives: bool,
        labels: bool,
        hidden: int,
        empty_pages: int,
        gap: int,
        slot: int,
        storms: list[int],
    ) -> None:
        limits = Limits(gap=timedelta(minutes=slot))
        connected(self.services, access="headers" if self.headers_only else "full", limits=limits)
        self.world.draft_thread_survives = survives
        self.world.history_labels = labels
        self.world.sent_visible_after = timedelta(minutes=hidden)
        self.world.empty_pages = empty_pages
        for campaign, candidates in CAMPAIGNS.items():
            enrolled(self.services, *candidates, campaign=campaign, steps=steps_of(campaign, gap))
            in_slots(self.services, *candidates, campaign=campaign)
        for seed in storms:
            self.storm(seed)

    @precondition(lambda self: self.due())
    @rule(data=st.data(), twice=st.booleans(), steps=GO)
    def deliver_task(self, *, data: st.DataObject, twice: bool, steps: int) -> None:
        self.take_task(data.draw(st.sampled_from(self.due()), label="task"), twice=twice, steps=steps)

    @precondition(lambda self: self.due())
    @rule(data=st.data())
    def lose_task(self, data: st.DataObject) -> None:
        self.services.tasks.waiting.remove(data.draw(st.sampled_from(self.due()), label="task"))

    @precondition(lambda self: self.notifications)
    @rule(data=st.data(), twice=st.booleans(), steps=GO)
    def deliver_notification(self, *, data: st.DataObject, twice: bool, steps: int) -> None:
        push = data.draw(st.sampled_from(self.notifications), label="push")
        self.take_push(push, twice=twice, steps=steps)

    @precondition(lambda self: self.notifications)
    @rule()
    def lose_notifications(self) -> None:
        self.notifications.clear()

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), steps=GO)
    def move_worker(self, data: st.DataObject, steps: int) -> None:
        self.move(data.draw(st.sampled_from(self.workers), label="worker"), steps)

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), steps=st.integers(0, 24))
    def crash_worker(self, data: st.DataObject, steps: int) -> None:
        self.kill(data.draw(st.sampled_from(self.workers), label="worker"), steps)

    @rule(steps=GO)
    def start_maintain(self, steps: int) -> None:
        self.start_maintain_for(steps)

    @rule(minutes=st.sampled_from([1, 4, 6, 35, 60 * 24]))
    def time_passes(self, minutes: int) -> None:
        self.pass_time(minutes)

    @rule(
        method=st.sampled_from(FAULTY),
        when=st.sampled_from(["before", "after"]),
        error=st.sampled_from(ERRORS),
    )
    def a_call_will_fail(self, method: str, when: Any, error: dict[str, Any]) -> None:
        self.call_will_fail(method, when, error)

    @rule()
    def history_expires(self) -> None:
        self.expire_history()

    @rule(bulk=st.booleans())
    def unrelated_mail(self, *, bulk: bool) -> None:
        self.friend_writes(bulk=bulk)

    @precondition(lambda self: self.received())
    @rule(data=st.data(), how=st.sampled_from(HOW))
    def a_candidate_answers(self, data: st.DataObject, how: str) -> None:
        self.answer(data.draw(st.integers(0, len(self.received()) - 1), label="mail"), how)

    @rule()
    def a_candidate_opts_out(self) -> None:
        candidate = "ben@example.net"
        token = optout_token(self.services.address_key, ORG, self.services.contact_id(candidate))
        self.start("opt out", lambda: opt_out(self.services, token), lambda _done: None)

    @invariant()
    def never_twice(self) -> None:
        seen = Counter(one[:3] for one in self.received())
        assert not [what for what, count in seen.items() if count > 1]

    @invariant()
    def never_after_an_answer(self) -> None:
        assert not self.violations

    @invariant()
    def never_read(self) -> None:
        for entry in self.world.access_log:
            assert not entry.snippet
            assert not (entry.body and self.unrelated & set(entry.message_ids)), entry

    @invariant()
    def no_slot_leaks(self) -> None:
        self.check_ledger()

    def teardown(self) -> None:
        """When all faults stop, everything comes to its end: no answer is lost, nobody is forgotten."""
        if not self.world.accounts:
            return
        self.world.faults.clear()
        while self.workers:
            worker = self.workers.pop(0)
            while worker.step():
                pass
        for minutes in (1, 2, 31, 12 * 60) * 40:
            if not self.tick(minutes):
                break
        self.never_twice()
        self.never_after_an_answer()
        self.never_read()
        self.check_end()


class HeaderOnly(Protocol):
    """The same in a mailbox that has no drafts, and gives no bodies: what is unclear may be held."""

    headers_only = True


SETTINGS = settings(
    settings.get_profile(settings.get_current_profile_name()),
    stateful_step_count=15,
    suppress_health_check=list(HealthCheck),
)
TestProtocol = Protocol.TestCase
TestProtocol.settings = SETTINGS
TestHeaderOnly = HeaderOnly.TestCase
TestHeaderOnly.settings = SETTINGS
