"""Show that the record of reads is chained, by two runs at once too, exported, and expires from the front."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import NotFound
from lib.core.records import Org, Reads, ReadsHead
from lib.core.verify_reads import verify
from lib.flows.chaining import BATCH, chain
from lib.flows.exporting_reads import export
from tests.flows.memory_services import MAILBOX, ORG
from tests.flows.outreach import ANN, BEN, DAY, Outreach

OWNER = VerifiedCaller(org=ORG, user="user-1", email="recruiter@example.com", role="member")


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann and Ben, and read an answer."""
    made = Outreach(ANN, BEN)
    made.send()
    made.send(BEN)
    made.answer()
    made.push("of an answer")
    return made


def head(outreach: Outreach) -> ReadsHead:
    key = keys.reads_head(ORG, MAILBOX)
    return outreach.store.read([key]).need(key)


def many(outreach: Outreach, count: int) -> None:
    (one, *_) = outreach.kept(Reads)
    for number in range(count):
        key = keys.reads(ORG, MAILBOX, f"many{number}", 1)
        outreach.put(
            key,
            Reads(
                org=ORG,
                mailbox=MAILBOX,
                run=f"many{number}",
                sequence=1,
                at=one.at,
                entries=one.entries,
            ),
        )


def test_all_reads_are_chained_and_the_export_holds_them(outreach: Outreach) -> None:
    count = len(outreach.kept(Reads))
    assert count >= 3
    assert chain(outreach, outreach.inbox()) == count
    assert chain(outreach, outreach.inbox()) == 0
    lines = list(export(outreach, OWNER, MAILBOX))
    checked = verify(lines)
    assert (checked.faults, checked.links, checked.hash) == ((), count, head(outreach).hash)


def test_export_chains_what_is_new(outreach: Outreach) -> None:
    lines = list(export(outreach, OWNER, MAILBOX))
    assert len(lines) == len(outreach.kept(Reads)) + 1
    assert verify(lines).faults == ()


def test_more_than_a_batch_is_chained(outreach: Outreach) -> None:
    many(outreach, 2 * BATCH)
    assert chain(outreach, outreach.inbox()) == len(outreach.kept(Reads))
    assert verify(export(outreach, OWNER, MAILBOX)).faults == ()


def test_two_runs_at_once_make_one_chain(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    many(outreach, 5)
    commit, others = outreach.store.commit, []

    def overtaken(*args: object) -> object:
        monkeypatch.setattr(outreach.store, "commit", commit)
        others.append(chain(outreach, outreach.inbox()))
        return commit(*args)  # type: ignore[arg-type] # handed through

    monkeypatch.setattr(outreach.store, "commit", overtaken)
    mine = chain(outreach, outreach.inbox())
    count = len(outreach.kept(Reads))
    assert (mine, others) == (0, [count])
    assert head(outreach).number == count
    assert verify(export(outreach, OWNER, MAILBOX)).faults == ()


@pytest.mark.parametrize("days", [180, 30])
def test_what_the_org_keeps_no_longer_goes_from_the_front(outreach: Outreach, days: int) -> None:
    if days != Org(org=ORG).reads_days:
        outreach.put(keys.org(ORG), Org(org=ORG, reads_days=days))
    chain(outreach, outreach.inbox())
    old = len(outreach.kept(Reads))
    outreach.pass_time(DAY)
    outreach.send(BEN)
    outreach.pass_time(days * DAY - timedelta(hours=1))
    chain(outreach, outreach.inbox())
    assert head(outreach).removed_number == old
    lines = list(export(outreach, OWNER, MAILBOX))
    assert len(lines) == len(outreach.kept(Reads)) + 1 > 1
    assert verify(lines).faults == ()


@pytest.mark.parametrize(
    "caller",
    [
        VerifiedCaller(org=ORG, user="user-2", email="o@example.com", role="admin"),
        VerifiedCaller(org="other", user="user-1", email="o@example.com", role="member"),
    ],
)
def test_nobody_but_the_owner_gets_the_export(outreach: Outreach, caller: VerifiedCaller) -> None:
    with pytest.raises(NotFound):
        export(outreach, caller, MAILBOX)
    with pytest.raises(NotFound):
        export(outreach, OWNER, "unknown")


def test_export_of_a_record_that_somebody_shortened_is_found_out(outreach: Outreach) -> None:
    chain(outreach, outreach.inbox())
    first = next(one for one in outreach.kept(Reads) if one.number == 2)
    outreach.store._documents.pop(keys.reads(ORG, MAILBOX, first.run, first.sequence).path)
    assert verify(export(outreach, OWNER, MAILBOX)).faults == ("link 2 is removed",)
