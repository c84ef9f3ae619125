"""One message that Gmail does not give hides no other one; what concerns them all is raised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lib.core.errors import MailboxDisconnected, OutreachError, RateLimited, Unavailable
from tests.contract.gmail_connection import RECRUITER, Connected, arriving
from tests.localcloud.gmail.faults import SAYS


@pytest.fixture
def here() -> Iterator[Connected]:
    running = Connected()
    yield running
    running.stop()


def delivered(here: Connected, many: int) -> list[str]:
    return [str(here.world.deliver(arriving(f"Mail {n}"), RECRUITER)["id"]) for n in range(many)]


@pytest.mark.parametrize("says", ["backend", "unavailable", "precondition", "delegation"])
def test_a_message_that_fails_for_good_is_left_out_and_the_others_come(here: Connected, says: str) -> None:
    ids = delivered(here, 3)
    here.fault("messages.get", id=ids[1], times=None, **SAYS[says])
    for _ in range(2):
        found = here.mailbox.headers([*ids, "beef"], ["Subject"])
        assert list(found) == [ids[0], ids[2], "beef"]
        assert found["beef"] is None


def test_one_alone_that_fails_is_left_out_too(here: Connected) -> None:
    ids = delivered(here, 1)
    here.fault("messages.get", **SAYS["backend"])
    assert here.mailbox.headers(ids, ["Subject"]) == {}


def test_that_each_of_several_fails_is_raised(here: Connected) -> None:
    here.fault("messages.get", times=None, **SAYS["backend"])
    with pytest.raises(Unavailable):
        here.mailbox.headers(delivered(here, 2), ["Subject"])


def test_gone_mail_beside_one_that_fails_is_told(here: Connected) -> None:
    ids = delivered(here, 1)
    here.fault("messages.get", id=ids[0], **SAYS["backend"])
    assert here.mailbox.headers([*ids, "beef"], ["Subject"]) == {"beef": None}


@pytest.mark.parametrize("says", ["quota", "user rate limit", "concurrent"])
def test_that_gmail_asks_to_slow_down_is_raised(here: Connected, says: str) -> None:
    ids = delivered(here, 3)
    here.fault("messages.get", id=ids[1], **SAYS[says])
    with pytest.raises(RateLimited):
        here.mailbox.headers(ids, ["From"])


def test_a_grant_that_is_gone_is_raised(here: Connected) -> None:
    ids = delivered(here, 2)
    here.mailbox.profile()
    here.oauth.revoke_all(RECRUITER)
    with pytest.raises(MailboxDisconnected):
        here.mailbox.headers(ids, ["From"])


def test_a_token_that_stays_refused_is_raised(here: Connected) -> None:
    ids = delivered(here, 1)
    here.fault("messages.get", times=None, **SAYS["refused token"])
    with pytest.raises(Unavailable):
        here.mailbox.headers(ids, ["From"])


@pytest.mark.parametrize("fault", [SAYS["backend"], SAYS["cut"], SAYS["quota"]], ids=str)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_batch_that_fails_as_a_whole_is_raised(here: Connected, fault: dict[str, Any], when: str) -> None:
    ids = delivered(here, 1)
    here.fault("batch", when, **fault)
    with pytest.raises(OutreachError) as error:
        here.mailbox.headers(ids, ["From"])
    assert type(error.value) is (RateLimited if fault is SAYS["quota"] else Unavailable)


def test_a_cut_in_a_batch_takes_all_answers_and_leaves_all_effects(here: Connected) -> None:
    label = here.mailbox.ensure_labels(["Outreach"])[0]
    ids = delivered(here, 3)
    here.fault("messages.modify", id=ids[0], when="after", drop=True)
    with pytest.raises(Unavailable):
        here.mailbox.label(ids, [label])
    assert len(here.calls("messages.modify")) == 3
    found = here.mailbox.headers(ids, ["From"]).values()
    assert all(one is not None and label in one.labels for one in found)
