"""A campaign is shown day by day: exactly what went out, what came back, and what is still to come."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import NotFound
from lib.core.records import Day, Reply, ReplyKind
from lib.flows.charting import PAST_DAYS, SHOWN_DAYS, CampaignDays, show_days
from lib.flows.controlling import Reason, pause, skip
from tests.contract.store_records import made
from tests.flows.controlling_scene import ADMIN, AUTHOR, COLLEAGUE, MANY, Control
from tests.flows.memory_services import MAILBOX, ORG
from tests.flows.outreach import ANN, BEN, DAY

if TYPE_CHECKING:
    from collections.abc import Iterable


def shown(control: Control) -> CampaignDays:
    found = show_days(control, AUTHOR, "c1")
    dates = [one.date for one in found.days]
    assert dates == [dates[0] + timedelta(days=number) for number in range(len(dates))]
    return found


def sent(found: CampaignDays) -> dict[str, int]:
    return {one.date.isoformat(): one.sent for one in found.days if one.sent}


def planned(found: CampaignDays) -> dict[str, int]:
    return {one.date.isoformat(): one.planned for one in found.days if one.planned}


def went_out(control: Control) -> Counter[str]:
    """Count the mails by the day of their places, which are those of their times here."""
    return Counter(mail.at.date().isoformat() for one in control.everybody() for mail in one.sent)


def to_come(control: Control) -> Counter[str]:
    now = control.clock.now()
    return Counter(day.date for day in control.kept(Day) for one in day.entries if one.at > now)


def put_answers(control: Control, times: Iterable[datetime], kind: ReplyKind = ReplyKind.PERSON) -> None:
    for number, at in enumerate(times):
        id_ = f"{kind}{number}"
        reply = made(
            Reply, org=ORG, id=f"{MAILBOX}-{id_}", mailbox=MAILBOX, campaign="c1", kind=kind, received_at=at
        )
        control.put(keys.reply(ORG, MAILBOX, id_), reply)


def test_each_mail_is_in_its_day_and_each_place_too() -> None:
    control = Control(*MANY)
    for days in (0.1, 2, 2, 4, 30):
        control.run(days * DAY)
        found = shown(control)
        assert (sent(found), planned(found)) == (went_out(control), to_come(control))
    assert (sum(sent(found).values()), planned(found)) == (3 * len(MANY), {})
    assert found.days[-1].date == control.clock.now().date()


def test_what_waits_in_a_pause_has_neither_gone_out_nor_is_to_come() -> None:
    control = Control(*MANY)
    control.run(DAY / 2)
    before = went_out(control)
    pause(control, AUTHOR, "c1", Reason())
    skip(control, AUTHOR, "c1", control.id_of(MANY[0]))
    control.run(5 * DAY)
    assert sent(shown(control)) == before == went_out(control)
    assert planned(shown(control)) == to_come(control)


def test_answers_in_person_are_in_the_mailboxs_day() -> None:
    control = Control(ANN)
    control.run(3 * DAY)
    key = keys.mailbox(ORG, MAILBOX)
    mailbox = control.store.read([key]).need(key)
    control.put(key, msgspec.structs.replace(mailbox, timezone="America/Los_Angeles"))
    midnight = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
    second = timedelta(seconds=1)
    put_answers(control, [midnight - second, midnight, midnight + DAY - second])
    put_answers(control, [midnight], ReplyKind.AUTOMATIC)
    found = shown(control)
    assert found.timezone == "America/Los_Angeles"
    answers = {one.date: one.answers for one in found.days if one.answers}
    assert answers == {date(2026, 3, 3): 1, date(2026, 3, 4): 2}


def test_a_long_campaign_is_shown_in_part() -> None:
    control = Control(ANN, BEN)
    now = control.clock.now()
    control.change_campaign(accepted_at=now - timedelta(days=PAST_DAYS + 50))
    far = [(now + timedelta(days=days)) for days in (SHOWN_DAYS - PAST_DAYS - 1, SHOWN_DAYS - PAST_DAYS)]
    for at in far:
        entry = msgspec.structs.replace(control.kept(Day)[0].entries[0], at=at)
        day = Day(org=ORG, mailbox=MAILBOX, date=at.date().isoformat(), entries=(entry,))
        control.put(keys.day(ORG, MAILBOX, day.date), day)
    found = shown(control)
    assert len(found.days) == SHOWN_DAYS
    assert (found.days[-1].date, found.days[-1].planned) == (far[0].date(), 1)


def test_before_the_first_mail_there_is_today() -> None:
    control = Control(ANN)
    control.change_campaign(accepted_at=control.clock.now() + timedelta(days=1))
    assert shown(control).days[0].date == control.clock.now().date()


def test_whoever_sees_the_campaign_sees_its_days() -> None:
    control = Control(ANN)
    assert show_days(control, ADMIN, "c1") == show_days(control, AUTHOR, "c1")
    with pytest.raises(NotFound):
        show_days(control, COLLEAGUE, "c1")
    control.store._documents.pop(keys.mailbox(ORG, MAILBOX).path)
    assert show_days(control, ADMIN, "c1") == CampaignDays(timezone="", days=())
