"""Owns the local Gmail's own interface under /_local/: what scripts do and see, in JSON."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from tests.localcloud.gmail import mail
from tests.localcloud.gmail.errors import GmailError, not_found
from tests.localcloud.gmail.faults import Fault
from tests.localcloud.gmail.records import Json
from tests.localcloud.gmail.world import Switches, World

_NOTIFIER_SWITCHES = ("lose_notifications", "double_notifications", "delay_notifications")


class Admin:
    """One method for each thing that can be asked for; the path names it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, verb: str, path: str, body: Json) -> Any:
        """Answer e.g. `POST deliver` with `post_deliver`; what follows a slash is the method's argument."""
        name, _, argument = path.partition("/")
        method = getattr(self, f"{verb.lower()}_{name}", None)
        if method is None:
            raise not_found()
        try:
            return method(argument) if verb == "GET" else method(body)
        except (KeyError, TypeError, ValueError) as error:
            raise GmailError(400, "invalidArgument", f"{type(error).__name__}: {error}") from error

    def post_accounts(self, body: Json) -> Json:
        aliases = tuple(body.get("aliases", ()))
        self._world.add_account(body["address"], body["sub"], aliases, has_gmail=body.get("has_gmail", True))
        return {}

    def post_deliver(self, body: Json) -> Json:
        return self._world.deliver(
            _raw(body),
            body["to"],
            tuple(body.get("labels", ())),
            inbox=body.get("inbox", True),
            thread=body.get("thread"),
        )

    def post_send_by_hand(self, body: Json) -> Json:
        return self._world.by_hand(body["address"]).send_message(_raw(body), body.get("thread"))

    def post_answer_by_hand(self, body: Json) -> Json:
        return self._world.by_hand(body["address"]).answer(body["thread"], body.get("text", "Thank you."))

    def post_label_by_hand(self, body: Json) -> Json:
        box = self._world.by_hand(body["address"])
        return box.modify_thread(body["thread"], body.get("add", []), body.get("remove", []))

    def post_delete_message(self, body: Json) -> Json:
        self._world.delete_message(body["address"], body["id"])
        return {}

    def post_bouncing(self, body: Json) -> Json:
        self._world.bouncing.update(address.lower() for address in body["addresses"])
        return {}

    def post_expire_history(self, body: Json) -> Json:
        self._world.expire_history_before(int(body["before"]), body.get("address"))
        return {}

    def get_inbox(self, address: str) -> list[Json]:
        return [plain(delivery) for delivery in self._world.outside_inbox(address)]

    def get_inboxes(self, _argument: str) -> list[str]:
        return self._world.outside_addresses()

    def get_access_log(self, _argument: str) -> list[Json]:
        with self._world.lock:
            return [plain(entry) for entry in self._world.access_log]

    def get_units(self, address: str) -> Json:
        return {"units": self._world.units(address), "largest_minute": self._world.largest_minute(address)}

    def get_requests(self, _argument: str) -> Json:
        with self._world.lock:
            return {
                "requests": self._world.requests,
                "log": [plain(entry) for entry in self._world.request_log],
            }

    def post_faults(self, body: Json) -> Json:
        self._world.faults.add(Fault(**body))
        return {}

    def delete_faults(self, _body: Json) -> Json:
        self._world.faults.clear()
        return {}

    def post_switches(self, body: Json) -> Json:
        for name, value in body.items():
            if name in _NOTIFIER_SWITCHES:
                setattr(self._world.notifier, name, value)
            elif name == "sent_visible_after":
                self._world.sent_visible_after = timedelta(seconds=value)
            elif name in Switches.__annotations__:
                setattr(self._world, name, value)
            else:
                raise KeyError(name)
        return {}

    def get_status(self, _argument: str) -> Json:
        counts = plain(self._world.notifier.counts)
        counts["notifications"] = counts.pop("sent")
        return {**counts, "requests": self._world.requests, "accounts": sorted(self._world.accounts)}

    def post_settle(self, _body: Json) -> Json:
        """Look at the clock again: sent mail may have become visible."""
        self._world.settle()
        return {}

    def post_reset(self, _body: Json) -> Json:
        self._world.reset()
        return {}


def _raw(body: Json) -> bytes:
    """Take a mail given as text, or as base64url."""
    return body["text"].encode() if "text" in body else mail.decode(body["raw"])


def plain(record: Any) -> Json:
    """Turn a record into JSON; raw mail becomes base64url, times ISO 8601."""
    return {name: _plain_value(value) for name, value in asdict(record).items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return mail.encode(value)
    return value.isoformat() if isinstance(value, datetime) else value
