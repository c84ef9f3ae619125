"""Show that an opt-out by the link stops everything the org sends to a candidate, for good."""

from __future__ import annotations

import pytest

from lib.core import keys
from lib.core.errors import InvalidRequest
from lib.core.keys import Changes, Snapshot
from lib.core.optout import optout_token
from lib.core.records import Status
from lib.flows.opting_out import opt_out
from tests.flows.memory_services import ORG, enrolled
from tests.flows.outreach import ANN, BEN, DAY, Outreach


@pytest.fixture
def outreach() -> Outreach:
    made = Outreach(ANN, BEN)
    enrolled(made, ANN, campaign="c2")
    return made


def test_opt_out_stops_all_campaigns_and_suppresses_the_address(outreach: Outreach) -> None:
    outreach.opt_out()
    assert outreach.contact().suppressed == "opted_out"
    for campaign in ("c1", "c2"):
        record = outreach.enrollment(ANN, campaign)
        assert (record.status, record.wake_at) == (Status.OPTED_OUT, None)
        assert outreach.send(campaign=campaign) == "already opted_out"
    assert (outreach.got(), outreach.status(BEN)) == (0, Status.WAITING)


def test_opt_out_is_one_commit_and_the_second_is_none(outreach: Outreach) -> None:
    outreach.store.calls.clear()
    outreach.opt_out()
    assert outreach.store.calls["commit"] == 1
    outreach.opt_out()
    assert outreach.store.calls["commit"] == 1


def test_opt_out_outranks_an_answer(outreach: Outreach) -> None:
    outreach.send()
    outreach.answer()
    outreach.push()
    outreach.opt_out()
    assert (outreach.status(), outreach.contact().suppressed) == (Status.OPTED_OUT, "opted_out")


def test_answer_after_an_opt_out_is_kept_and_takes_nothing_back(outreach: Outreach) -> None:
    outreach.send()
    outreach.opt_out()
    answer = outreach.answer()
    outreach.push()
    assert outreach.reply(answer) is not None
    assert outreach.status() is Status.OPTED_OUT
    outreach.pass_time(DAY)
    assert outreach.send() == "already opted_out"


def test_wish_holds_after_the_contact_was_erased(outreach: Outreach) -> None:
    key = keys.contact(ORG, outreach.contact_id(ANN))
    outreach.store.commit(Snapshot(), Changes(None, deletes=frozenset({key})))
    outreach.opt_out()
    assert outreach.contact().suppressed == "opted_out"


def test_link_in_a_mail_names_its_own_recipient(outreach: Outreach) -> None:
    outreach.send()
    token = optout_token(outreach.address_key, ORG, outreach.contact_id(ANN))
    assert token.encode() in outreach.world.outside_inbox(ANN)[0].raw.replace(b"=\r\n", b"")


def test_forged_link_changes_nothing(outreach: Outreach) -> None:
    token = optout_token(b"another key", ORG, outreach.contact_id(ANN))
    with pytest.raises(InvalidRequest):
        opt_out(outreach, token)
    assert outreach.contact().suppressed is None
