"""Own a scene in which every route has what it is about, in whatever state it is to be in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from lib.core import keys
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Attempt, Status
from lib.entrypoint.interface.document import FUNCTIONS, path_of, table
from lib.flows.showing_answers import reply_key
from tests.functions.test_rights_matrix import Scene

if TYPE_CHECKING:
    from lib.entrypoint.routes import Route

#: Function, method and path of a route.
Where = tuple[str, str, str]
ROUTES: dict[Where, Route] = {
    (name, route.method, route.path): route for name in FUNCTIONS for route in table(name)
}
#: By the names of a path's parameters: the ids of the scene.
IDS = {
    "campaign": "c",
    "candidate": "e",
    "answer": "r",
    "mailbox": "m",
    "grant": "g",
    "invitation": "i",
    "erasure": "x",
    "webhook": "w",
    "upload": "u",
    "part": "p",
}

#: What a query has to say.
QUERIES: dict[Where, str] = {
    ("enqueue_campaign", "POST", "test"): "?step=intro",
    ("settings", "POST", "webhooks/{}/replay"): "?since=2026-01-01T00:00:00Z",
}


class Stage(Scene):
    """Change what is stored behind the functions' backs, and put it back."""

    def path(self, where: Where) -> str:
        """Return a route's path with the ids of the scene, and the query that it needs."""
        path = path_of(where[0], ROUTES[where]).removeprefix("/")
        for name, id_ in IDS.items():
            path = path.replace(f"{{{name}}}", self.ids[id_])
        return path + QUERIES.get(where, "")

    def put_back(self) -> None:
        self.store._documents = dict(self.before)

    def change(self, key: Key[Any], **changes: Any) -> None:
        record = self.store.read([key]).need(key)
        changed = msgspec.structs.replace(record, **changes)
        self.store.commit(Snapshot(), Changes(None, writes={key: changed}))

    def erase_org(self, *suppressed_domains: str) -> None:
        """Let all that is held of the org be under erasure."""
        self.change(keys.org("acme"), erasing="x", suppressed_domains=suppressed_domains)

    def set_campaign(self, status: str) -> None:
        self.change(keys.campaign("acme", "c1"), status=status)

    def need_approval(self) -> None:
        """Let the campaign go out only as the mailbox's owner has approved it."""
        key = keys.mailbox("acme", self.ids["m"])
        grants = self.store.read([key]).need(key).grants
        self.change(key, grants=tuple(msgspec.structs.replace(one, approval=True) for one in grants))

    def use_invitation(self) -> None:
        self.change(keys.invitation("acme", self.ids["i"]), used=True)

    def hold(self) -> None:
        """Let a person's word be needed on the candidate's mail."""
        now = self.office.wiring.clock.now()
        attempt = Attempt(
            id="attempt-1",
            step="nudge",
            draft="draft-1",
            thread="",
            subject="Engineers wanted",
            deadline=now - timedelta(minutes=5),
            started_at=now - timedelta(minutes=10),
            history_id="1",
        )
        self.change(keys.enrollment("acme", self.ids["e"]), status=Status.HELD, attempt=attempt)

    def leave_unread(self) -> None:
        """Let the answer's text not have been read yet."""
        self.change(reply_key("acme", self.ids["r"]), unread=True, text=None)

    def disconnect(self) -> None:
        inbox = self.office.inbox()
        assert inbox is not None
        self.change(keys.inbox(inbox.id), status="disconnected")
