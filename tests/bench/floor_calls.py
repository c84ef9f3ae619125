"""Own what the floors are told: the documents, mails and secrets that ours deal with, all worked out before.

What they write is taken from what ours has written; what they write anew has a name of its own.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from lib.adapters.gmail.mailbox import HEADER_FIELDS, HISTORY_FIELDS, PAGE
from tests.bench.deployed import Ask
from tests.bench.first_asks import Answered
from tests.bench.stage import JSON
from tests.e2e.conftest import ORG

if TYPE_CHECKING:
    from lib.core.sending import SendTask
    from tests.bench.stage import Stage
    from tests.e2e.conftest import Office

Document = dict[str, Any]
#: Where the floors write; nothing of ours looks there.
FLOOR_ORG = "floor"
HISTORY = {
    "historyTypes": ["messageAdded", "labelRemoved"],
    "maxResults": PAGE,
    "fields": HISTORY_FIELDS,
}


#: Of all floors on a stage: a task's name is taken once and for all.
_numbers = count(1)


@dataclass
class FloorCalls:
    """Make the floors' requests; ``sent``: the task of a mail that ours has sent from the mailbox."""

    stage: Stage
    office: Office
    sent: SendTask
    candidates: int
    _other: Answered | None = None

    def send_ask(self) -> Ask:
        """Return the request to send one mail."""
        unique = f"floor-{next(_numbers)}"
        own = f"orgs/{FLOOR_ORG}/enrollments/{unique}"
        self.stage.store.document(own).set(self._enrollment())
        thread, message = self._new("correspondence")[:2]
        others = [self._new(kind)[0] for kind in ("audit", self._reads, "events")]
        due = datetime.now(UTC) + timedelta(hours=2)
        given = self._given(unique, self.sent) | {
            "reads": [own, *self._papers()],
            "raw": base64.urlsafe_b64encode(self._mail()).decode(),
            "claim": [{"path": own}, thread],
            "record": [thread, message, {"path": own}, *others],
            "header_fields": HEADER_FIELDS,
            "task": {"url": f"{self.stage.cloud.base_url}/send_step", "body": "{}", "at": due.isoformat()},
        }
        return self._ask(given, "sent")

    def notification_ask(self) -> Ask:
        """Let somebody answer; return the request to stop them."""
        if self._other is None:
            self._other = Answered(self.stage, self.candidates)
        answer, unique = self._other.answer(), f"floor-{next(_numbers)}"
        store = self.stage.store
        inbox, enrollment = f"inboxes/{unique}", f"orgs/{FLOOR_ORG}/enrollments/{unique}"
        store.document(inbox).set(self.stage.document(f"inboxes/{self.sent.inbox}"))
        store.document(enrollment).set(self._enrollment())
        days = self._days(unique)
        reply, reads, event = (self._new(kind)[0] for kind in ("replies", self._reads, "events"))
        correspondence = [one.reference.path for one in self._found("correspondence")]
        campaign, *_, contact, _ = self._papers()
        given = self._given(unique, answer.task) | {
            "reads": [[inbox], correspondence[:1], [reply["path"], enrollment, contact, campaign], days],
            "cursor": answer.cursor,
            "history": HISTORY,
            "message": answer.gmail_id,
            "writes": [reply, *({"path": path} for path in (enrollment, *days, inbox)), reads, event],
        }
        return self._ask(given, "worked off")

    def secret_ask(self) -> Ask:
        """Return the request of a page that reads the address key."""
        return Ask(path="/?secrets=address-key", words="hello")

    def one_click_ask(self) -> Ask:
        """Return the request to suppress somebody and stop them."""
        unique = f"floor-{next(_numbers)}"
        enrollment, contact = f"orgs/{FLOOR_ORG}/enrollments/{unique}", f"orgs/{FLOOR_ORG}/contacts/{unique}"
        self.stage.store.document(enrollment).set(self._enrollment())
        self.stage.store.document(contact).set(self.stage.document(self._papers()[3]))
        days = self._days(unique)
        suppression = f"orgs/{FLOOR_ORG}/suppressions/{unique}"
        writes: list[Document] = [{"path": path} for path in (contact, enrollment, *days)]
        words = {"org": FLOOR_ORG, "id": unique, "address": "somebody@example.org", "why": "opted_out"}
        writes += [{"path": suppression, "fields": words}, *self._new("events")[:1]]
        reads = [[contact, suppression], [enrollment], days]
        return self._stored_ask("address-key", unique, reads, writes)

    def start_ask(self) -> Ask:
        """Return the request of the way to Google."""
        connection, state = (self._found(kind)[0] for kind in ("connections", "oauth_states"))
        unique = f"floor-{next(_numbers)}"
        writes = [{"path": f"orgs/{FLOOR_ORG}/oauth_states/{unique}", "fields": state.to_dict()}]
        return self._stored_ask("ticket-key,oauth-client", unique, [[connection.reference.path]], writes)

    def _stored_ask(self, secrets: str, unique: str, reads: list[list[str]], writes: list[Document]) -> Ask:
        given = {"secrets": secrets, "unique": unique, "reads": reads, "writes": writes}
        return Ask(method="POST", body=json.dumps(given, default=str).encode(), headers=JSON, words="hello")

    def _given(self, unique: str, task: SendTask) -> Document:
        inbox, campaign = (
            self.stage.document(path)
            for path in (f"inboxes/{task.inbox}", f"orgs/{ORG}/campaigns/{task.campaign}")
        )
        return {
            "unique": unique,
            "sealed": inbox["sealed_token"],
            "bound_to": f"refresh-token\x1f{ORG}\x1f{task.mailbox}",
            "labels": [inbox["label"], campaign["labels"]["campaign"]],
        }

    def _ask(self, given: Document, outcome: str) -> Ask:
        body = json.dumps(given, default=str).encode()
        return Ask(method="POST", body=body, headers=JSON, words=f'"outcome":"{outcome}"')

    def _papers(self) -> list[str]:
        """Return the paths of all that a send reads besides its enrollment."""
        task = self.sent
        return [
            f"orgs/{ORG}/campaigns/{task.campaign}",
            f"orgs/{ORG}/mailboxes/{task.mailbox}",
            f"inboxes/{task.inbox}",
            f"orgs/{ORG}/contacts/{task.contact}",
            f"orgs/{ORG}",
        ]

    @property
    def _reads(self) -> str:
        return f"mailboxes/{self.office.mailbox}/reads"

    def _days(self, unique: str) -> list[str]:
        """Copy two days of the ledger; return their paths."""
        copies = []
        for found in self._found(f"mailboxes/{self.office.mailbox}/days"):
            copies.append(f"orgs/{FLOOR_ORG}/mailboxes/{unique}/days/{found.id}")
            self.stage.store.document(copies[-1]).set(found.to_dict())
        return copies

    def _new(self, kind: str) -> list[Document]:
        """Return what to write anew into a collection, as ours has written it there."""
        return [
            {"path": f"orgs/{FLOOR_ORG}/{kind}/{{unique}}-{place}", "fields": one.to_dict()}
            for place, one in enumerate(self._found(kind))
        ]

    def _found(self, kind: str) -> list[Any]:
        """Return two documents of a collection."""
        return list(self.stage.store.collection(f"orgs/{ORG}/{kind}").limit(2).stream())

    def _enrollment(self) -> Document:
        """Return a candidate as they are after the first mail; ``maintain`` has nothing to do with them."""
        return self.stage.document(f"orgs/{ORG}/enrollments/{self.sent.enrollment}") | {"wake_at": None}

    def _mail(self) -> bytes:
        return self.office.inbox(str(self._enrollment()["email"]))[-1].raw
