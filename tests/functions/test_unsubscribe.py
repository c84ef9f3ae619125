"""A candidate is opted out by a POST to their link, and by nothing else."""

from __future__ import annotations

import urllib.request
from datetime import timedelta

import requests

from lib.core import keys
from lib.core.ids import address_id, enrollment_id
from lib.core.optout import optout_token
from lib.core.records import Status
from tests.functions.campaigning import KIM, LEE, accepted, enqueue, opt_out_path, request
from tests.functions.office import RECRUITER, Office, said

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def status(office: Office, candidate: str) -> Status:
    id_ = enrollment_id("c1", address_id(office.wiring.address_key, candidate))
    key = keys.enrollment("acme", id_)
    return office.store.read([key]).need(key).status


def go_on(office: Office, span: timedelta) -> None:
    """Let time pass, each task at its time: a step whose slot was missed would be planned anew."""
    end = office.cloud.clock.now() + span
    while (due := office.cloud.next_due()) is not None and due <= end:
        office.cloud.advance(due)
        office.cloud.wait_idle()
    office.cloud.advance(end)
    office.cloud.wait_idle()


def test_opening_the_link_changes_nothing(office: Office) -> None:
    accepted(office)
    path, before = opt_out_path(office, KIM), office.stored()
    shown = requests.get(office.url(path), timeout=30)
    assert shown.status_code == 200
    assert "Yes, stop them" in said(shown)
    assert f'<form method="post" action="{office.url(path)}"' in shown.text
    head = requests.head(office.url(path), timeout=30)
    assert (head.status_code, head.content) == (200, b"")
    assert office.stored() == before


def test_one_click_opts_out_without_cookie_or_question(office: Office) -> None:
    """As a mail program does it: nothing but the request line, the form's type and its one field."""
    accepted(office)
    url = office.url(opt_out_path(office, KIM))
    with urllib.request.urlopen(url, data=b"List-Unsubscribe=One-Click", timeout=30) as answer:  # noqa: S310 - our own URL
        assert (answer.status, answer.url) == (200, url)
        assert b"no more e-mails" in answer.read()
        assert answer.headers["Set-Cookie"] is None
    assert (status(office, KIM), status(office, LEE)) == (Status.OPTED_OUT, Status.WAITING)


def test_the_button_opts_out_too_and_twice_is_as_good_as_once(office: Office) -> None:
    accepted(office)
    path = opt_out_path(office, KIM)
    assert office.post(path).status_code == 200
    after = office.stored()
    assert office.post(path, data=ONE_CLICK).status_code == 200
    assert office.stored() == after


def test_who_opted_out_gets_no_further_step_and_no_further_campaign(office: Office) -> None:
    mailbox = accepted(office)
    office.post(opt_out_path(office, KIM), data=ONE_CLICK)
    another = enqueue(
        office, request(mailbox, id="c2", contacted={"action": "continue", "reason": "agreed"})
    ).json()
    assert (another["candidates"], another["skipped"]) == (1, [{"index": 0, "reason": "has opted out"}])
    for _ in range(16):
        assert office.post("maintain").status_code == 200
        go_on(office, timedelta(hours=6))
    # One had the first step of the first campaign, the other two steps of both.
    assert [len(office.cloud.world.outside_inbox(one)) for one in (KIM, LEE)] == [1, 4]


def test_the_link_of_a_test_mail_says_so_and_stops_nobody(office: Office) -> None:
    body = request(accepted(office), id="c2")
    sent = office.call("POST", "enqueue_campaign/test?step=intro&candidate=1", json=body).json()
    assert sent == {"sent_to": RECRUITER, "step": "intro", "subject": "[Test] Engineers wanted"}
    [mail] = office.sent("[Test] Engineers wanted")
    assert office.url("unsubscribe/test") in mail["List-Unsubscribe"]
    office.cloud.wait_idle()
    before = office.stored()
    shown = requests.get(office.url("unsubscribe/test"), timeout=30)
    assert (shown.status_code, "This is a test mail" in said(shown)) == (200, True)
    assert "<form" not in shown.text
    assert office.post("unsubscribe/test", data=ONE_CLICK).status_code < 500
    assert office.stored() == before


def test_a_forged_link_is_refused_and_changes_nothing(office: Office) -> None:
    accepted(office)
    path, before = opt_out_path(office, KIM), office.stored()
    org, contact, signature = path.removeprefix("unsubscribe/").split(".")
    other = address_id(office.wiring.address_key, LEE)
    for forged in (
        "",
        "x",
        f"{org}.{other}.{signature}",
        f"globex.{contact}.{signature}",
        f"{org}.{contact}.",
    ):
        for method in ("GET", "POST"):
            answer = requests.request(method, office.url(f"unsubscribe/{forged}"), timeout=30)
            assert (answer.status_code, "link is damaged" in said(answer)) == (422, True)
    assert office.stored() == before


def test_a_contact_that_was_erased_is_opted_out_all_the_same(office: Office) -> None:
    contact = address_id(office.wiring.address_key, "gone@example.com")
    token = optout_token(office.wiring.address_key, "acme", contact)
    assert office.post(f"unsubscribe/{token}", data=ONE_CLICK).status_code == 200
    key = keys.contact("acme", contact)
    assert office.store.read([key]).need(key).suppressed == "opted_out"


def test_other_methods_are_refused(office: Office) -> None:
    accepted(office)
    answer = requests.delete(office.url(opt_out_path(office, KIM)), timeout=30)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert status(office, KIM) is Status.WAITING
