"""Show that the user's word on an answer is kept with it and its candidate, and labelled in Gmail."""

from __future__ import annotations

import msgspec
import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import Forbidden, NotFound
from lib.core.records import Interest
from lib.flows.marking import Mark, mark, read
from lib.flows.showing_campaigns import show_campaign
from tests.flows.controlling_scene import ADMIN, AUTHOR, COLLEAGUE, Control
from tests.flows.memory_services import MAILBOX, OWNER
from tests.flows.outreach import ANN, BEN, DAY

YES, NO = Mark(interest=Interest.INTERESTED), Mark(interest=Interest.NOT_INTERESTED)


@pytest.fixture
def control() -> Control:
    made = Control(ANN, BEN)
    made.run(DAY / 2)
    return made


def answered(control: Control, email: str = ANN) -> str:
    """Let a candidate answer; return the Gmail id."""
    gmail_id = control.answer(email)
    control.push(f"of {email}")
    return gmail_id


def labels(control: Control, gmail_id: str) -> set[str]:
    account = control.world.accounts[OWNER]
    names = {id_: one.name for id_, one in account.labels.items()}
    return {names.get(id_, id_) for id_ in account.messages[gmail_id].labels}


def test_mark_is_kept_with_the_answer_and_its_candidate(control: Control) -> None:
    gmail_id = answered(control)
    shown = mark(control, AUTHOR, "c1", f"{MAILBOX}-{gmail_id}", YES)
    assert shown.interest is Interest.INTERESTED
    assert control.enrollment(ANN).interest is Interest.INTERESTED
    reply = control.reply(gmail_id)
    assert reply is not None
    assert reply.interest is Interest.INTERESTED
    figures = show_campaign(control, AUTHOR, "c1")
    assert (figures.figures["interested"], figures.interested) == (1, 1.0)
    answered(control, BEN)
    assert show_campaign(control, AUTHOR, "c1").interested == 0.5


def test_mark_changes_and_comes_off(control: Control) -> None:
    id_ = f"{MAILBOX}-{answered(control)}"
    mark(control, AUTHOR, "c1", id_, YES)
    mark(control, AUTHOR, "c1", id_, NO)
    assert control.enrollment(ANN).interest is Interest.NOT_INTERESTED
    assert mark(control, AUTHOR, "c1", id_, Mark(interest=None)).interest is None
    assert control.enrollment(ANN).interest is None


def test_same_mark_again_writes_nothing(control: Control) -> None:
    id_ = f"{MAILBOX}-{answered(control)}"
    mark(control, AUTHOR, "c1", id_, YES)
    control.store.calls.clear()
    mark(control, AUTHOR, "c1", id_, YES)
    assert control.store.calls["commit"] == 0


def test_interest_is_labelled_in_gmail(control: Control) -> None:
    gmail_id = answered(control)
    mark(control, AUTHOR, "c1", f"{MAILBOX}-{gmail_id}", YES)
    assert "Outreach/Engineers/interested" in labels(control, gmail_id)
    other = answered(control, BEN)
    mark(control, AUTHOR, "c1", f"{MAILBOX}-{other}", NO)
    assert "Outreach/Engineers/interested" not in labels(control, other)


@pytest.mark.parametrize("changes", [{"access": "headers"}, {"status": "disconnected"}])
def test_where_there_are_no_labels_the_mark_is_kept_all_the_same(
    control: Control, changes: dict[str, str]
) -> None:
    gmail_id = answered(control)
    control.put(keys.inbox(control.inbox_id), msgspec.structs.replace(control.inbox(), **changes))
    control.world.access_log.clear()
    mark(control, AUTHOR, "c1", f"{MAILBOX}-{gmail_id}", YES)
    assert control.world.access_log == []
    assert control.enrollment(ANN).interest is Interest.INTERESTED


@pytest.mark.parametrize("status", [503, 403, 401])
def test_label_that_fails_does_not_stand_in_the_way(control: Control, status: int) -> None:
    gmail_id = answered(control)
    for method in ("messages.modify", "messages.batchModify", "labels.list", "labels.create"):
        control.fault(method, status=status)
    mark(control, AUTHOR, "c1", f"{MAILBOX}-{gmail_id}", YES)
    assert control.enrollment(ANN).interest is Interest.INTERESTED


def test_grant_that_is_gone_does_not_stand_in_the_way(control: Control) -> None:
    gmail_id = answered(control)
    control.world.revoked.add(OWNER)
    mark(control, AUTHOR, "c1", f"{MAILBOX}-{gmail_id}", YES)
    assert control.enrollment(ANN).interest is Interest.INTERESTED
    assert control.inbox().status == "disconnected"


def test_only_the_author_marks_and_only_answers_of_the_campaign(control: Control) -> None:
    id_ = f"{MAILBOX}-{answered(control)}"
    control.put_campaign("c2")
    with pytest.raises(Forbidden):
        mark(control, ADMIN, "c1", id_, YES)
    with pytest.raises(Forbidden):
        read(control, ADMIN, "c1", id_)
    cases: list[tuple[VerifiedCaller, str, str]] = [
        (COLLEAGUE, "c1", id_),
        (AUTHOR, "c2", id_),
        (AUTHOR, "c3", id_),
        (AUTHOR, "c1", f"{MAILBOX}-0"),
        (AUTHOR, "c1", "nothing"),
    ]
    for caller, campaign, reply in cases:
        with pytest.raises(NotFound):
            mark(control, caller, campaign, reply, YES)
        with pytest.raises(NotFound):
            read(control, caller, campaign, reply)
    assert control.enrollment(ANN).interest is None
