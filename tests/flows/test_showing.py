"""Show what the web app is told: mailboxes, a campaign's figures, candidates with their times and reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.campaigns.editing import Edit
from lib.core.errors import Forbidden, NotFound
from lib.core.keys import Changes, Snapshot
from lib.core.records import Pending, Status
from lib.flows.controlling import Reason, pause
from lib.flows.editing import edit
from lib.flows.showing import ShownMailbox, list_mailboxes
from lib.flows.showing_answers import AnswersPage, list_answers, show_answer
from lib.flows.showing_campaigns import interested_share, show_campaign
from lib.flows.showing_candidates import Page, list_candidates
from tests.flows.controlling_scene import ADMIN, AUTHOR, COLLEAGUE, Control
from tests.flows.memory_services import MAILBOX, ORG
from tests.flows.outreach import ANN, BEN, DAY

MANY = [f"c{number}@d{number}.example.org" for number in range(7)]


@pytest.fixture
def control() -> Control:
    return Control(ANN, BEN)


def test_campaign_shows_its_state_and_figures(control: Control) -> None:
    control.run(DAY / 2)
    pause(control, AUTHOR, "c1", Reason(why="the role is filled"))
    shown = show_campaign(control, AUTHOR, "c1")
    assert (shown.status, shown.why, shown.revision) == ("paused", "the role is filled", 1)
    assert shown.figures.items() >= {"candidates": 2, "sent": 2, "waiting": 2}.items()
    assert (shown.held, shown.interested, shown.variants) == (0, None, {})
    assert [step.id for step in shown.steps] == ["intro", "nudge", "last"]


def test_held_steps_are_counted(control: Control) -> None:
    control.update(ANN, status=Status.HELD)
    assert show_campaign(control, AUTHOR, "c1").held == 1


def test_campaign_that_is_planned_anew_says_so(control: Control) -> None:
    assert not show_campaign(control, AUTHOR, "c1").planning
    control.change_campaign(wake_at=control.clock.now())
    assert show_campaign(control, AUTHOR, "c1").planning


@pytest.mark.parametrize("count", [0, 1, 7])
def test_answers_say_whose_they_are_at_the_cost_of_one_read(count: int) -> None:
    control = Control(*MANY)
    control.run(DAY / 2)
    for email in MANY[:count]:
        control.update(email, name=f"Kim of {email}")
        control.answer(email)
    control.push()
    control.store.calls.clear()
    shown = list_answers(control, AUTHOR, "c1", AnswersPage()).answers
    # The campaign, its mailbox, and the candidates at once.
    assert control.store.calls == {"read": 3 if count else 2, "query": 1}
    assert sorted((one.email, one.name) for one in shown) == [
        (email, f"Kim of {email}") for email in MANY[:count]
    ]


def test_the_answer_of_a_candidate_who_is_not_known_any_more_is_shown_without_them(control: Control) -> None:
    control.run(DAY / 2)
    control.answer(ANN)
    control.push()
    key = keys.enrollment(ORG, control.enrollment(ANN).id)
    control.store.commit(Snapshot(), Changes(None, deletes=frozenset({key})))
    [shown] = list_answers(control, AUTHOR, "c1", AnswersPage()).answers
    assert (shown.email, shown.name, shown.sender) == ("", "", ANN)


def test_variants_have_their_own_figures() -> None:
    control = Control(*MANY)
    variants = [{"id": "a", "text": "This is a."}, {"id": "b", "text": "This is b."}]
    steps: list[Any] = [
        {"id": one.id, "subject": one.subject, "text": one.text, "delay": f"P{one.delay.days}D"}
        for one in control.campaign().steps
    ]
    new = {"id": "bye", "text": "Bye.", "delay": "P0D", "variants": variants}
    edit(control, AUTHOR, "c1", Edit(revision=1, steps=[*steps, new]))
    control.run(5 * DAY)
    shown = show_campaign(control, AUTHOR, "c1").variants
    assert set(shown) == {"bye"}
    assert sum(one["sent"] for one in shown["bye"].values()) == len(MANY)


def test_mail_that_could_not_be_worked_off_is_shown_to_the_author(control: Control) -> None:
    now = control.clock.now()
    parked = Pending(
        org=ORG,
        id=f"{MAILBOX}-x",
        mailbox=MAILBOX,
        inbox=control.inbox_id,
        gmail_id="x",
        thread="t",
        lookups=(),
        contacts=(),
        fetched=False,
        tries=5,
        parked="Gmail does not give this message",
        seen_at=now,
        expires_at=now + DAY,
    )
    control.put(keys.pending(ORG, MAILBOX, "x"), parked)
    (one,) = show_campaign(control, AUTHOR, "c1").parked
    assert (one.gmail_id, one.why) == ("x", "Gmail does not give this message")
    assert show_campaign(control, ADMIN, "c1").parked == ()


def test_admin_sees_figures_alone_and_a_colleague_nothing(control: Control) -> None:
    control.run(DAY / 2)
    gmail_id = control.answer(ANN)
    control.push()
    shown = show_campaign(control, ADMIN, "c1")
    assert (shown.figures["replied"], shown.answers, shown.steps) == (1, (), ())
    for caller, error in ((COLLEAGUE, NotFound), (ADMIN, Forbidden)):
        with pytest.raises(error):
            show_answer(control, caller, "c1", f"{MAILBOX}-{gmail_id}")
        with pytest.raises(error):
            list_candidates(control, caller, "c1", Page())
    with pytest.raises(NotFound):
        show_campaign(control, COLLEAGUE, "c1")
    assert (
        show_answer(control, AUTHOR, "c1", f"{MAILBOX}-{gmail_id}")
        == (show_campaign(control, AUTHOR, "c1").answers[0])
    )


def test_candidates_are_shown_with_times_reasons_and_mails(control: Control) -> None:
    control.run(DAY / 2)
    shown = list_candidates(control, AUTHOR, "c1", Page())
    assert shown.next is None
    one = next(one for one in shown.candidates if one.email == ANN)
    assert (one.status, one.step, one.due) == (Status.WAITING, "nudge", one.slots[1].due)
    assert "after intro" in one.slots[1].reason
    assert [(mail.step, mail.version) for mail in one.sent] == [("intro", 1)]


def test_candidates_come_page_by_page_and_by_status() -> None:
    control = Control(*MANY)
    control.update(MANY[3], status=Status.REPLIED)
    for page, total in ((Page(limit=3), 7), (Page(limit=1, status=Status.REPLIED), 1), (Page(limit=7), 7)):
        found: list[str] = []
        after: str | None = ""
        while after is not None:
            listed = list_candidates(control, AUTHOR, "c1", msgspec.structs.replace(page, after=after))
            assert len(listed.candidates) <= page.limit
            found += [one.id for one in listed.candidates]
            after = listed.next
        assert len(found) == len(set(found)) == total
    assert found == sorted(found)


def test_share_is_of_those_who_answered() -> None:
    assert interested_share({"replied": 0, "interested": 0}) is None
    assert interested_share({"replied": 4, "interested": 1}) == 0.25
    # Who is marked and opted out later is no longer counted among the answers.
    assert interested_share({"replied": 1, "interested": 2}) == 1.0


def listed(control: Control, **changes: Any) -> ShownMailbox:
    inbox = msgspec.structs.replace(control.inbox(), **changes)
    control.put(keys.inbox(control.inbox_id), inbox)
    (one,) = list_mailboxes(control, AUTHOR)
    assert isinstance(one, ShownMailbox)
    return one


def test_mailbox_shows_all_that_its_owner_has_to_know(control: Control) -> None:
    now = control.clock.now()
    shown = listed(
        control,
        paused_until=now + DAY,
        paused_why="Gmail's limit",
        watch_failed="not renewed",
        access="headers",
        parked=2,
        covered_since=now - DAY,
    )
    assert (shown.paused_until, shown.paused_why) == (now + DAY, "Gmail's limit")
    assert (shown.watch_failed, shown.access, shown.parked) == ("not renewed", "headers", 2)
    assert shown.covered_since == now - DAY
    assert not {"sealed_token", "cursor", "inbox"} & set(msgspec.structs.asdict(shown))


def test_pause_that_has_passed_is_none(control: Control) -> None:
    shown = listed(control, paused_until=control.clock.now() - timedelta(seconds=1), paused_why="a limit")
    assert (shown.paused_until, shown.paused_why) == (None, "")


def test_connection_of_another_account_is_not_this_mailboxs(control: Control) -> None:
    assert listed(control, mailbox="sub-2").status == "disconnected"


def test_mailboxes_are_listed_for_owners_and_admins(control: Control) -> None:
    assert [len(list_mailboxes(control, one)) for one in (AUTHOR, ADMIN, COLLEAGUE)] == [1, 1, 0]
