"""Own the list of all pages that people see, and the way to each, through real requests to a local cloud."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import requests

from lib.core.errors import Unavailable
from lib.core.ids import address_id
from lib.core.optout import TEST_TOKEN, optout_token
from lib.entrypoint import services, use
from tests.functions.failing_ways import ADMIN, WAYS, invited, oauth, press
from tests.functions.office import OTHER, RECRUITER, Office
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.environment import applied
from tests.localcloud.memory_functions import in_memory
from tests.localcloud.memory_store import MemoryStore

Answer = requests.Response
#: Headers that a browser goes by.
KEPT = ("Content-Type", "Content-Security-Policy", "Referrer-Policy", "X-Frame-Options")


@dataclass(frozen=True)
class Page:
    """A page as a browser gets it."""

    name: str
    status: int
    headers: dict[str, str]
    body: str


def invitation(office: Office) -> Answer:
    admin = office.token("user-9", ADMIN, role="admin")
    office.call("PATCH", "settings", admin, json={"name": "Northwind"})
    until = (office.cloud.clock.now() + timedelta(days=90)).isoformat()
    asked = {"campaign": "autumn-engineers", "until": until, "approval": True}
    return office.browser.ask("GET", invited(office, grant=asked).json()["url"])


def plain_invitation(office: Office) -> Answer:
    made = invited(office, access="headers", grant=None)
    return office.browser.ask("GET", made.json()["url"])


def invited_denied(office: Office) -> Answer:
    page = press(office, invited(office).json()["url"])
    url = page.text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
    return office.browser.ask("GET", office.browser.consent(url, RECRUITER, decision="deny"))


def opt_out(office: Office, method: str) -> Answer:
    contact = address_id(office.wiring.address_key, "kim@example.net")
    token = optout_token(office.wiring.address_key, "acme", contact)
    return office.browser.ask(method, office.url(f"unsubscribe/{token}"))


def broken(office: Office) -> Answer:
    link = office.wish().json()["url"]

    def fail(*_: object) -> None:
        raise Unavailable("the store does not answer")

    office.store.read = fail  # type: ignore[method-assign, assignment] # of this page's own store
    return office.browser.ask("GET", link)


OTHERS: dict[str, Callable[[Office], Answer]] = {
    "invitation": invitation,
    "invitation_plain": plain_invitation,
    "invitation_pressed": lambda office: press(office, invited(office).json()["url"]),
    "invitation_denied": invited_denied,
    "unsubscribe": lambda office: opt_out(office, "GET"),
    "unsubscribed": lambda office: opt_out(office, "POST"),
    "unsubscribe_test": lambda office: office.browser.ask("GET", office.url(f"unsubscribe/{TEST_TOKEN}")),
    "unsubscribe_damaged": lambda office: office.browser.ask("GET", office.url("unsubscribe/acme.x.y")),
    "no_such_page": lambda office: office.browser.ask("GET", office.url("oauth_callback/other")),
    "our_side": broken,
}


@contextlib.contextmanager
def local_cloud() -> Iterator[LocalCloud]:
    """Run everything in this process, its log kept apart."""
    with applied({"OUTREACH_LOCAL_JAVA": ""}):
        cloud = LocalCloud(prepare_functions=in_memory)
    with cloud, contextlib.redirect_stdout(io.StringIO()):
        yield cloud


def new_office(cloud: LocalCloud) -> Office:
    """Return people with Gmail, and an empty store."""
    wiring = services()
    wiring.store = MemoryStore()
    use(lambda: wiring)
    cloud.world.reset()
    for number, address in enumerate((RECRUITER, OTHER), start=1):
        cloud.world.add_account(address, f"10000000000000000000{number}")
    office = Office(cloud, wiring)
    oauth(office).recover()
    return office


def all_pages(cloud: LocalCloud) -> Iterator[Page]:
    """Go every way, and yield the page at its end; names are those of the pictures."""
    ways = {f"failed_{why}": way for why, way in WAYS.items()} | OTHERS
    for name, way in ways.items():
        answer = way(new_office(cloud))
        headers = {header: answer.headers[header] for header in KEPT}
        # A page that goes on by itself stays to be looked at.
        body = answer.text.replace('content="0; url=', 'content="86400; url=')
        yield Page(name, answer.status_code, headers, body)
