"""Show that what an org has kept long enough falls away: the words of answers, the record of reads."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.records import Interest, Org, Reads, Reply, ReplyKind, Status
from lib.flows import sweeping
from lib.flows.showing_campaigns import show_campaign
from tests.flows.memory_services import MAILBOX, ORG
from tests.flows.outreach import ANN, BEN, DAY, Outreach
from tests.flows.test_chaining import OWNER

KEPT = Org(org=ORG).answers_days * DAY
WORDS = "Thank you, that sounds interesting! Call me on Sunday."


@pytest.fixture
def outreach() -> Outreach:
    """Have an answer of Ann's, and be scheduled."""
    made = Outreach(ANN, BEN)
    made.send()
    made.answer(text=WORDS)
    made.push("of an answer")
    made.put(keys.org(ORG), Org(org=ORG, sweep_at=made.clock.now() + DAY))
    return made


def org(outreach: Outreach) -> Org:
    return outreach.store.read([keys.org(ORG)]).need(keys.org(ORG))


def kept_for(outreach: Outreach, **days: int) -> None:
    outreach.put(keys.org(ORG), msgspec.structs.replace(org(outreach), **days))


def answers(outreach: Outreach) -> list[Reply]:
    return outreach.kept(Reply)


def quiet(outreach: Outreach) -> None:
    """Take the mailbox out of what ``maintain`` looks at, so that many days can pass at once."""
    inbox = msgspec.structs.replace(outreach.inbox(), status="disconnected", look_at=None, renew_at=None)
    outreach.put(keys.inbox(inbox.id), inbox)


def test_an_org_is_looked_through_daily(outreach: Outreach) -> None:
    due = org(outreach).sweep_at
    assert due == outreach.clock.now() + DAY
    outreach.pass_time(DAY)
    assert outreach.maintain().swept == 1
    assert org(outreach).sweep_at == outreach.clock.now() + DAY
    assert [one.faded for one in answers(outreach)] == [False]


def test_the_words_of_an_answer_fall_away_and_the_figures_stay(outreach: Outreach) -> None:
    before = show_campaign(outreach, OWNER, "c1")
    [old] = answers(outreach)
    outreach.pass_time(KEPT - timedelta(hours=3))
    outreach.maintain()
    assert answers(outreach) == [old]
    outreach.pass_time(DAY)
    outreach.maintain()
    [new] = answers(outreach)
    assert WORDS.encode() not in msgspec.json.encode(new)
    assert ANN.encode() not in msgspec.json.encode(new)
    assert (new.text, new.subject, new.sender, new.proposed_by, new.attachments) == (None, "", "", "", ())
    assert (new.faded, new.unread) == (True, False)
    assert (new.kind, new.proposed) == (ReplyKind.PERSON, Interest.INTERESTED)
    assert (new.received_at, new.contact, new.sender_id) == (old.received_at, old.contact, old.sender_id)
    after = show_campaign(outreach, OWNER, "c1")
    assert (after.figures, after.interested) == (before.figures, before.interested)
    assert outreach.status() is Status.REPLIED


def test_what_was_never_read_is_not_read_any_more_either(outreach: Outreach) -> None:
    [one] = answers(outreach)
    unread = msgspec.structs.replace(one, text=None, unread=True, attachments=("Ann's CV.pdf",))
    outreach.put(keys.reply(ORG, MAILBOX, one.gmail_id), unread)
    outreach.pass_time(KEPT + DAY)
    outreach.maintain()
    [new] = answers(outreach)
    assert (new.text, new.unread, new.attachments, new.faded) == (None, False, (), True)


def test_what_is_left_of_a_chunk_is_gone_on_with_at_once(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    [one] = answers(outreach)
    for number in range(6):
        more = msgspec.structs.replace(one, id=f"{MAILBOX}-x{number}", gmail_id=f"x{number}")
        outreach.put(keys.reply(ORG, MAILBOX, f"x{number}"), more)
    monkeypatch.setattr(sweeping, "CHUNK", 2)
    monkeypatch.setattr(sweeping, "COMMITS", 2)
    quiet(outreach)
    outreach.pass_time(KEPT + DAY)
    tally = outreach.maintain()
    assert (sum(one.faded for one in answers(outreach)), tally.more) == (4, True)
    assert org(outreach).sweep_at == outreach.clock.now()
    assert not outreach.maintain().more
    assert all(one.faded for one in answers(outreach))
    assert org(outreach).sweep_at == outreach.clock.now() + DAY


def test_reads_of_a_mailbox_that_is_no_longer_looked_into_go_too(outreach: Outreach) -> None:
    assert outreach.kept(Reads)
    quiet(outreach)
    outreach.pass_time((Org(org=ORG).reads_days - 1) * DAY)
    outreach.maintain()
    assert outreach.kept(Reads)
    outreach.pass_time(2 * DAY)
    outreach.maintain()
    assert outreach.kept(Reads) == []


def test_a_time_that_was_named_meanwhile_is_not_put_off(outreach: Outreach) -> None:
    seen, now = org(outreach), outreach.clock.now()
    kept_for(outreach, answers_days=30)
    outreach.put(keys.org(ORG), msgspec.structs.replace(org(outreach), sweep_at=now))
    sweeping.sweep(outreach, seen)
    assert org(outreach).sweep_at == now


def test_nothing_is_written_to_an_org_that_is_erased_or_gone(outreach: Outreach) -> None:
    seen = org(outreach)
    outreach.put(keys.org(ORG), Org(org=ORG, erasing="x"))
    sweeping.sweep(outreach, seen)
    assert org(outreach) == Org(org=ORG, erasing="x")
    outreach.store._documents.pop(keys.org(ORG).path)
    sweeping.sweep(outreach, seen)
    assert outreach.kept(Org) == []
