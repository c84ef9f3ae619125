"""Every endpoint, tried by everybody: who may do what in the own org, and nobody anything in another.

The table names each route once; a route that is missing here, or is no longer there, fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import requests

from lib.core.ids import address_id, enrollment_id
from lib.entrypoint.interface import campaigns, enqueue_campaign, mailboxes, settings
from lib.entrypoint.routes import Route
from tests.functions.campaigning import KIM, answer, enqueue, request, sent_soon
from tests.functions.office import OTHER, RECRUITER, RETURN_URL, Office
from tests.localcloud.memory_store import MemoryStore

ROUTES: dict[str, tuple[Route, ...]] = {
    "campaigns": campaigns.ROUTES,
    "enqueue_campaign": enqueue_campaign.ROUTES,
    "mailboxes": mailboxes.ROUTES,
    "settings": settings.ROUTES,
}

#: user id, address, org and role. The campaign is the author's, who sends it from the owner's mailbox by a
#: grant; the delegate holds one too. The last two have all ids, and tokens of another org.
CALLERS = {
    "owner": ("user-1", RECRUITER, "acme", "member"),
    "author": ("user-2", OTHER, "acme", "member"),
    "delegate": ("user-3", "kit@example.com", "acme", "member"),
    "stranger": ("user-4", "max@example.com", "acme", "member"),
    "admin": ("user-9", "ada@example.com", "acme", "admin"),
    "foreigner": ("user-1", RECRUITER, "globex", "member"),
    "foreign admin": ("user-9", "ada@example.com", "globex", "admin"),
}
GRANTED = 0


@dataclass(frozen=True)
class Rule:
    """Say who may use a route; the rest get 403 where they see what it is about, and else 404.

    body: of the request. elsewhere: the status of all who may not, where it is neither of the two.
    """

    may: str
    sees: str = ""
    body: Any = None
    elsewhere: int = 404

    def status(self, caller: str) -> int:
        if caller in self.may.split(", ") or self.may == "all":
            return GRANTED
        return 403 if caller in self.sees.split(", ") else self.elsewhere


READ = Rule("owner, author, delegate", "admin")
STOP = Rule("owner, author, admin", "delegate", body={})
WRITE = "owner, author"
READERS = "delegate, admin"
ADMIN = "admin, foreign admin"
GRANT = {"email": "new@example.com"}

RULES: dict[tuple[str, str, str], Rule] = {
    # What each is listed is looked at in test_campaign_list.py.
    ("campaigns", "GET", ""): Rule("all"),
    ("campaigns", "GET", "{c}"): Rule("owner, author, delegate, admin"),
    ("campaigns", "PATCH", "{c}"): Rule(WRITE, READERS, body={"revision": 1, "steps": []}),
    ("campaigns", "POST", "{c}/pause"): STOP,
    ("campaigns", "POST", "{c}/resume"): Rule(WRITE, READERS),
    ("campaigns", "POST", "{c}/cancel"): STOP,
    ("campaigns", "POST", "{c}/approve"): Rule("owner", "author, delegate, admin", body={"revision": 1}),
    ("campaigns", "GET", "{c}/figures"): Rule("owner, author, delegate, admin"),
    ("campaigns", "GET", "{c}/forecast"): Rule("owner, author, delegate, admin"),
    ("campaigns", "GET", "{c}/pulse"): Rule("owner, author, delegate, admin"),
    ("campaigns", "GET", "{c}/days"): Rule("owner, author, delegate, admin"),
    ("campaigns", "GET", "{c}/candidates"): READ,
    ("campaigns", "GET", "{c}/candidates/{e}"): READ,
    ("campaigns", "POST", "{c}/candidates"): Rule(
        WRITE, READERS, body={"candidates": [{"email": "zoe@example.net", "name": "Zoe", "city": "Bonn"}]}
    ),
    ("campaigns", "POST", "{c}/candidates/{e}/skip"): Rule(STOP.may, STOP.sees),
    ("campaigns", "POST", "{c}/candidates/{e}/decision"): Rule(WRITE, READERS, body={"was_sent": True}),
    ("campaigns", "POST", "{c}/candidates/search"): Rule(READ.may, READ.sees, body={"address": KIM}),
    ("campaigns", "GET", "{c}/answers"): READ,
    ("campaigns", "GET", "{c}/answers/{r}"): READ,
    ("campaigns", "PATCH", "{c}/answers/{r}"): Rule(READ.may, READ.sees, body={"interest": "interested"}),
    ("campaigns", "POST", "{c}/answers/{r}/read"): READ,
    ("campaigns", "GET", "{c}/export.json"): READ,
    ("campaigns", "GET", "{c}/export.csv"): READ,
    ("campaigns", "GET", "openapi.json"): Rule("all"),
    ("enqueue_campaign", "POST", ""): Rule("owner, author, delegate", body="campaign", elsewhere=422),
    # Everybody sees what they write themselves; the sender's own is looked at in test_rendering.py.
    ("enqueue_campaign", "POST", "rendering"): Rule("all", body="campaign"),
    ("enqueue_campaign", "POST", "test"): Rule("owner, author, delegate", body="campaign", elsewhere=422),
    ("enqueue_campaign", "POST", "uploads"): Rule("all", body={"format": "csv", "bytes": 5}),
    ("enqueue_campaign", "GET", "uploads/{u}"): Rule("owner"),
    ("enqueue_campaign", "DELETE", "uploads/{u}"): Rule("owner"),
    ("enqueue_campaign", "PUT", "uploads/{u}/parts/{p}"): Rule("owner", body=b"email"),
    ("mailboxes", "GET", ""): Rule("all"),
    ("mailboxes", "POST", "connections"): Rule(
        "owner, foreigner",
        "author, delegate, stranger, admin, foreign admin",
        body={"address": RECRUITER, "sender_name": "Robin Reyes", "return_url": RETURN_URL},
    ),
    # The owner is told that it is their own.
    ("mailboxes", "POST", "requests"): Rule(
        "owner, author, delegate, stranger, admin", body={"address": RECRUITER}
    ),
    ("mailboxes", "GET", "{m}/settings"): Rule("owner"),
    ("mailboxes", "PATCH", "{m}/settings"): Rule("owner", body={"daily_cap": 30}),
    ("mailboxes", "POST", "{m}/resume"): Rule("owner"),
    ("mailboxes", "POST", "{m}/disconnect"): Rule("owner, admin"),
    ("mailboxes", "DELETE", "{m}"): Rule("owner, admin"),
    ("mailboxes", "GET", "{m}/figures"): Rule("owner, admin"),
    ("mailboxes", "GET", "{m}/reads"): Rule("owner"),
    ("mailboxes", "GET", "{m}/audit"): Rule("owner, admin"),
    ("mailboxes", "GET", "{m}/grants"): Rule("owner, author, delegate, admin"),
    ("mailboxes", "POST", "{m}/grants"): Rule("owner", body=GRANT),
    ("mailboxes", "POST", "{m}/grants/{g}/accept"): Rule("owner", body={}),
    ("mailboxes", "DELETE", "{m}/grants/{g}"): Rule("owner, author, admin"),
    ("mailboxes", "POST", "invitations"): Rule(
        ADMIN,
        "owner, author, delegate, stranger, foreigner",
        body={"address": "new@example.com", "sender_name": "New Person", "return_url": RETURN_URL},
    ),
    ("mailboxes", "GET", "invitations"): Rule(ADMIN, "owner, author, delegate, stranger, foreigner"),
    ("mailboxes", "DELETE", "invitations/{i}"): Rule("admin", "owner, author, delegate, stranger, foreigner"),
} | {
    ("settings", method, path): Rule(may, "owner, author, delegate, stranger, foreigner", body=body)
    for method, path, may, body in (
        ("GET", "", ADMIN, None),
        ("PATCH", "", ADMIN, {"guard_days": 20}),
        ("GET", "figures", ADMIN, None),
        ("GET", "audit", ADMIN, None),
        ("GET", "suppressions", ADMIN, None),
        ("POST", "suppressions", ADMIN, {"entries": ["ann@example.org"]}),
        ("POST", "suppressions/removals", ADMIN, {"entries": ["ann@example.org"]}),
        ("GET", "suppressions.csv", ADMIN, None),
        ("GET", "webhooks", ADMIN, None),
        ("POST", "webhooks", ADMIN, {"url": "https://ats.example.com/hook"}),
        ("DELETE", "webhooks/{w}", "admin", None),
        ("POST", "webhooks/{w}/replay?since=2026-01-01T00:00:00Z", "admin", None),
        ("POST", "exports", "admin", {"address": KIM}),
        ("POST", "erasures", ADMIN, {"candidate": "ann@example.org"}),
        ("GET", "erasures", ADMIN, None),
    )
}
# Whoever asked for an erasure sees its receipt; here an admin did.
RULES["settings", "GET", "erasures/{x}"] = Rule("admin")
#: What others have in the own org, and a stranger from another org must find nothing of.
PRIVATE = (RECRUITER, OTHER, "kit@example.com", KIM, "Engineers", "Tell me more")


def as_routed(path: str) -> str:
    """Return a rule's path as the table of routes writes it."""
    return "/".join("{}" if part.startswith("{") else part for part in path.partition("?")[0].split("/"))


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    routed = sorted((name, one.method, one.path) for name, some in ROUTES.items() for one in some)
    assert sorted((name, method, as_routed(path)) for name, method, path in RULES) == routed


class Scene:
    """One mailbox with two delegates, the campaign of one of them, an answer, and its ids."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.ids = {"m": office.connected(), "c": "c1"}
        self.give("delegate")
        self.ids["g"] = self.give("author")
        assert enqueue(office, request(self.ids["m"]), self.token("author")).status_code == 202
        sent_soon(office)
        answer(office, KIM, "Tell me more.")
        contact = address_id(office.wiring.address_key, KIM)
        self.ids["e"] = enrollment_id("c1", contact)
        [shown] = self.call("owner", "GET", "campaigns/c1").json()["answers"]
        self.ids["r"] = shown["id"]
        invited = self.call(
            "admin", "POST", "mailboxes/invitations", RULES["mailboxes", "POST", "invitations"].body
        )
        self.ids["i"] = invited.json()["id"]
        erased = self.call("admin", "POST", "settings/erasures", {"candidate": "gone@example.org"})
        self.ids["x"] = erased.json()["id"]
        heard = self.call("admin", "POST", "settings/webhooks", {"url": "https://ats.example.com/hook"})
        self.ids["w"] = heard.json()["id"]
        begun = self.call("owner", "POST", "enqueue_campaign/uploads", {"format": "csv", "bytes": 5})
        self.ids |= {"u": begun.json()["id"], "p": "0"}
        store = office.store
        assert isinstance(store, MemoryStore)
        self.store, self.before = store, dict(store._documents)

    def token(self, caller: str) -> str:
        user, email, org, role = CALLERS[caller]
        return self.office.token(user, email, org, role)

    def give(self, caller: str) -> str:
        given = self.call("owner", "POST", f"mailboxes/{self.ids['m']}/grants", {"email": CALLERS[caller][1]})
        id_: str = given.json()["id"]
        return id_

    def call(self, caller: str, method: str, path: str, body: Any = None) -> requests.Response:
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        return self.office.call(method, path, self.token(caller), **sent)

    def tried(self, caller: str, where: tuple[str, str, str], rule: Rule) -> requests.Response:
        """Let a caller try a route, and put everything back."""
        name, method, path = where
        body = rule.body
        if body == "campaign":
            body = request(self.ids["m"], id=f"c-{caller.replace(' ', '-')}")
            path += {"": "?dry_run=true", "test": "?step=intro"}.get(path, "")
        try:
            return self.call(caller, method, f"{name}/{path.format(**self.ids)}".rstrip("/"), body)
        finally:
            self.store._documents = dict(self.before)


@pytest.fixture
def scene(office: Office) -> Scene:
    return Scene(office)


def test_everybody_may_what_the_table_says_and_nothing_else(scene: Scene) -> None:
    wrong = []
    for where, rule in RULES.items():
        for caller in CALLERS:
            answer = scene.tried(caller, where, rule)
            expected = rule.status(caller)
            refused = answer.status_code in {401, 403, 404} or answer.status_code == rule.elsewhere
            right = not refused if expected == GRANTED else answer.status_code == expected
            if not right or answer.status_code >= 500 or answer.status_code == 429:
                wrong.append((*where, caller, expected or "may", answer.status_code, answer.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))


def test_another_org_is_told_nothing_of_this_one(scene: Scene) -> None:
    """Not even by the words of a refusal: they are those for an id that nobody has."""
    for where, rule in RULES.items():
        for caller in ("foreigner", "foreign admin"):
            answer = scene.tried(caller, where, rule)
            own = where[1:] in {("POST", "connections"), ("POST", "rendering")}
            told = [word for word in PRIVATE if word in answer.text and not own]
            assert not told, (where, caller, answer.text)


def test_an_admin_is_shown_no_words_of_mails_candidates_or_answers(scene: Scene) -> None:
    for where, rule in RULES.items():
        if where[0] != "campaigns" or where[1] != "GET":
            continue
        answer = scene.tried("admin", where, rule)
        assert not [word for word in (KIM, "Tell me more", "Hi {{ name }}") if word in answer.text], where
