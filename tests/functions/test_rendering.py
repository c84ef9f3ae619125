"""A campaign is looked at while it is being written; nothing is stored, and no sender given away."""

from __future__ import annotations

from lib.core import keys
from lib.core.ids import address_id, enrollment_id
from tests.functions.campaigning import KIM, LEE, enqueue, mail_to, request, sent_soon
from tests.functions.office import OTHER, RECRUITER, Office

SIGNATURE = {"signature_text": "Robin, Northwind"}


def looked_at(
    office: Office, body: object, token: str | None = None, candidate: int = 0
) -> dict[str, object]:
    answer = office.call("POST", f"enqueue_campaign/rendering?candidate={candidate}", token, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_it_looks_like_the_mail_that_goes_out_then(office: Office) -> None:
    mailbox = office.connected()
    office.call("PATCH", f"mailboxes/{mailbox}/settings", json=SIGNATURE)
    variants = [{"id": "a", "subject": "Anna's"}, {"id": "b", "text": "Bert's, {{ name }}"}]
    body = request(mailbox)
    body["steps"][0] |= {"variants": variants, "html": "<p>Hi <b>{{ name }}</b></p>"}
    stored = office.stored()
    shown = looked_at(office, body, candidate=1)
    assert office.stored() == stored
    assert shown["faults"] == []
    assert enqueue(office, body).status_code == 202
    sent_soon(office)
    mails = shown["mails"]
    assert isinstance(mails, list)
    [mail] = [one for one in mails if one["step"] == "intro" and one["gets"]]
    sent = mail_to(office, LEE)
    enrollment = enrollment_id("c1", address_id(office.wiring.address_key, LEE))
    key = keys.enrollment("acme", enrollment)
    assert mail["variant"] == office.store.read([key]).need(key).variants["intro"]
    assert mail["subject"] == sent["Subject"]
    for kind, name in (("plain", "text"), ("html", "html")):
        part = sent.get_body((kind,))
        got = part.get_content() if part is not None else ""
        link = sent["List-Unsubscribe"].strip("<>")
        assert got.replace("\r\n", "\n").replace(link, office.url("unsubscribe/test")) == mail[name]


def test_who_may_not_send_from_a_mailbox_sees_nothing_of_it(office: Office) -> None:
    mailbox = office.connected()
    office.call("PATCH", f"mailboxes/{mailbox}/settings", json=SIGNATURE)
    body = request(mailbox)
    body["steps"][0]["text"] = "{{ sender_name }} {{ sender_email }}"
    for token in (
        office.token("user-2", OTHER),
        office.token("user-9", "ada@example.com", "acme", "admin"),
        office.token("user-1", RECRUITER, "globex"),
    ):
        shown = looked_at(office, body, token)
        assert [word for word in ("Robin", RECRUITER, "Northwind") if word in str(shown)] == []
        assert "«sender_name» «sender_email»" in str(shown["mails"])
        assert "'field': 'mailbox'" in str(shown["faults"])
    office.call("POST", f"mailboxes/{mailbox}/grants", json={"email": OTHER})
    shown = looked_at(office, body, office.token("user-2", OTHER))
    assert [word for word in ("Robin", RECRUITER, "Northwind") if word not in str(shown)] == []


def test_it_costs_one_read_and_the_count_of_the_limit(office: Office) -> None:
    body = request(office.connected())
    calls = office.store.calls  # type: ignore[attr-defined] # the one in memory counts
    calls.clear()
    looked_at(office, body)
    assert dict(calls) == {"read": 2, "commit": 1}


def test_nothing_written_yet_is_shown_as_such(office: Office) -> None:
    shown = looked_at(office, {})
    assert (shown["mails"], shown["lint"]) == ([], [])
    assert office.call("POST", "enqueue_campaign/rendering", data=b"[]").status_code == 422
    assert office.call("POST", "enqueue_campaign/rendering?candidate=x", json={}).status_code == 422


def test_typing_has_a_limit_of_its_own(office: Office) -> None:
    body = {"shortlist": f"email\n{KIM}\n"}
    answers = [office.call("POST", "enqueue_campaign/rendering", json=body).status_code for _ in range(121)]
    assert answers == [*[200] * 120, 429]
    assert enqueue(office, request(office.connected())).status_code == 202
