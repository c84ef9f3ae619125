"""A user sends a step to themselves before launch; nothing is stored, and no candidate gets anything."""

from __future__ import annotations

import mailparser
import requests

from lib.core.records import AuditEntry
from tests.functions.campaigning import KIM, LEE, request
from tests.functions.office import RECRUITER, Office, faults, said


def test_a_step_comes_to_ones_own_mailbox_filled_for_a_candidate(office: Office) -> None:
    mailbox = office.connected()
    stored, before = office.stored(), len(office.cloud.world.accounts[RECRUITER].messages)
    body = request(mailbox)
    answer = office.call(
        "POST", f"enqueue_campaign/test?step={body['steps'][0]['id']}&candidate=0", json=body
    )
    assert (answer.status_code, answer.json()["sent_to"]) == (200, RECRUITER)
    [(kind, entry)] = [one for path, one in office.stored().items() if path not in stored]
    assert (kind, b'"sent"' in entry, b'"a test"' in entry) == (AuditEntry, True, True)
    assert [office.cloud.world.outside_inbox(one) for one in (KIM, LEE)] == [[], []]
    kept = list(office.cloud.world.accounts[RECRUITER].messages.values())[before:]
    [sent] = [one for one in kept if "SENT" in one.labels]
    mail = mailparser.parse_from_bytes(sent.raw)
    assert mail.subject.startswith("[Test] ")
    assert [address for _, address in mail.to] == [RECRUITER]
    link = mail.headers["List-Unsubscribe"].strip("<>")
    assert "test mail" in said(requests.get(link, timeout=20))


def test_a_step_or_candidate_that_is_not_there_is_named(office: Office) -> None:
    body = request(office.connected())
    step = body["steps"][0]["id"]
    for query, field in (
        ("step=nothing", "step"),
        (f"step={step}&candidate=99", "candidate"),
        (f"step={step}&candidate=x", "candidate"),
    ):
        answer = office.call("POST", f"enqueue_campaign/test?{query}", json=body)
        assert (answer.status_code, [one for _, one, _ in faults(answer)]) == (422, [field])
