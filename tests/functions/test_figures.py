"""The figures that people get of what went out and what came back, over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.functions.campaigning import KIM, LEE, accepted, answer, mail_to
from tests.functions.office import Office


def hour_by_hour(week: dict[str, list[int]]) -> dict[tuple[str, int], int]:
    """Return the hours of a week in which there was something."""
    return {(day, at): one for day, hours in week.items() for at, one in enumerate(hours) if one}


def test_a_campaign_in_figures(office: Office) -> None:
    accepted(office)
    sent_at = datetime.strptime(mail_to(office, KIM)["Date"], "%a, %d %b %Y %H:%M:%S %z")
    office.cloud.advance(office.cloud.clock.now() + timedelta(hours=2))
    answer(office, KIM, "Tell me more.")
    [shown] = office.call("GET", "campaigns/c1").json()["answers"]
    office.call("PATCH", f"campaigns/c1/answers/{shown['id']}", json={"interest": "interested"})

    figures = office.call("GET", "campaigns/c1/figures?hours=true").json()
    numbers = {name: one for name, one in figures.items() if isinstance(one, int | float) and one}
    assert numbers == {
        "enrolled": 2,
        "waiting": 1,
        "sent": 2,
        "delivered": 2,
        "reached": 2,
        "replied": 1,
        "interested": 1,
        "interested_of_reached": 0.5,
        "interested_of_replied": 1.0,
    }
    everything = {"sent": 2, "replied": 1, "interested": 1}
    nothing = dict.fromkeys(everything, 0)
    assert figures["steps"] == [
        {"id": "intro", "all": everything, "variants": {}},
        {"id": "nudge", "all": nothing, "variants": {}},
    ]
    sent, came = hour_by_hour(figures["sent_hours"]), hour_by_hour(figures["answer_hours"])
    berlin = sent_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert (f"{berlin:%a}".lower(), berlin.hour) in sent
    assert (sum(sent.values()), sum(came.values())) == (2, 1)
    assert figures["median_answer"].startswith("PT")
    assert figures["median_answer"] != "PT0S"
    plain = office.call("GET", "campaigns/c1/figures").json()
    assert plain == figures | {"sent_hours": None, "answer_hours": None}


def test_figures_over_campaigns_are_those_of_all(office: Office) -> None:
    mailbox = accepted(office)
    answer(office, LEE, "Tell me more.")
    admin = office.token("user-9", "ada@example.com", "acme", "admin")
    one = office.call("GET", "campaigns/c1/figures").json() | {"steps": []}
    assert office.call("GET", f"mailboxes/{mailbox}/figures").json() == one
    assert office.call("GET", "settings/figures", admin).json() == one
    foreign = office.token("user-9", "ada@example.com", "globex", "admin")
    assert office.call("GET", "settings/figures", foreign).json()["enrolled"] == 0
