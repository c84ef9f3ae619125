"""Speak `lib.ports.Gmail` to the local Gmail's world directly: its behaviour without HTTP in between.

Answers and errors are read as our adapter reads them, and batches fail as whole requests or part by part; the
contract suite holds the adapter itself to all that over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal, TypeVar

import httplib2
import msgspec
from googleapiclient.errors import HttpError

from lib.adapters.gmail.answers import (
    as_mail_headers,
    as_raw_mail,
    as_record,
    as_reference,
    as_time,
    headers_of,
)
from lib.adapters.gmail.calls import Part, readable, unless_gone
from lib.adapters.gmail.errors import Kind, from_http, translated, watched_by_another
from lib.core.errors import MailboxDisconnected, NotFound, Retryable
from lib.core.mails import Draft, HistoryPage, MailHeaders, MessagePage, RawMail, Sent, Watch
from tests.localcloud.gmail.errors import CUT
from tests.localcloud.gmail.world import Caller, GmailError, MailboxApi, World

T = TypeVar("T")
Call = Callable[[], Any]

HEADERS_ONLY = "id,threadId,labelIds,internalDate,payload/headers"
PREFIX = "https://www.googleapis.com/auth/gmail."
SCOPES = {
    "full": frozenset({f"{PREFIX}modify"}),
    "headers": frozenset({f"{PREFIX}send", f"{PREFIX}metadata"}),
}
#: Parts of a batch, as in the adapter; pages are left at Gmail's default, smaller than the adapter's.
BATCH = 50


class WorldGmail:
    """One mailbox of a world; each method is what the real adapter sends as one request."""

    def __init__(self, world: World, address: str, access: Literal["full", "headers"] = "full") -> None:
        self.world, self.address, self.access = world, address, access

    def _api(self, fields: str | None = None) -> MailboxApi:
        return self.world.mailbox(self.address, Caller(scopes=SCOPES[self.access], fields=fields))

    def profile(self) -> tuple[str, str]:
        found = self._asked(lambda: self._api().get_profile())
        return found["emailAddress"], found["historyId"]

    def history(self, start: str, page: str | None = None) -> HistoryPage:
        types = ["messageAdded", "labelRemoved"]
        found = self._asked(lambda: self._api().list_history(start, types=types, page_token=page), "history")
        return HistoryPage(
            records=tuple(as_record(one) for one in found.get("history", ())),
            next_page=found.get("nextPageToken"),
            history_id=found["historyId"],
        )

    def messages_since(self, since: datetime, page: str | None = None, *, sent: bool = False) -> MessagePage:
        q = f"after:{int(since.timestamp())}" if self.access == "full" else None
        labels = ["SENT"] if sent else None
        api = self._api("messages(id,threadId),nextPageToken")
        found = self._asked(lambda: api.list_messages(q, labels, include_spam_trash=True, page_token=page))
        refs = tuple(as_reference(one) for one in found.get("messages", ()))
        return MessagePage(messages=refs, next_page=found.get("nextPageToken"))

    def headers(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, MailHeaders | None]:
        unique, found = list(dict.fromkeys(ids)), dict[str, MailHeaders | None]()
        for first in range(0, len(unique), BATCH):
            some = unique[first : first + BATCH]
            parts = self._batch([self._headers(one, names) for one in some])
            for id_, answer in readable(dict(zip(some, parts, strict=True)), self.world.now).items():
                found[id_] = None if answer is None else as_mail_headers(answer)
        return found

    def _headers(self, id_: str, names: Sequence[str]) -> Call:
        return lambda: self._api(HEADERS_ONLY).get_message(id_, "metadata", list(names))

    def message(self, gmail_id: str) -> RawMail | None:
        api = self._api("id,threadId,labelIds,internalDate,raw")
        try:
            return as_raw_mail(self._asked(lambda: api.get_message(gmail_id, "raw")))
        except NotFound:
            return None

    def create_draft(self, raw: bytes, thread: str | None) -> Draft:
        found = self._asked(lambda: self._api().create_draft(raw, thread), "draft")
        return Draft(id=found["id"], thread=found["message"]["threadId"])

    def send_draft(self, draft: str) -> Sent:
        found = self._asked(lambda: self._api().send_draft(draft), "send")
        return Sent(gmail_id=found["id"], thread=found["threadId"])

    def send_message(self, raw: bytes, thread: str | None) -> Sent:
        found = self._asked(lambda: self._api().send_message(raw, thread), "message")
        return Sent(gmail_id=found["id"], thread=found["threadId"])

    def delete_draft(self, draft: str) -> bool:
        try:
            self._asked(lambda: self._api().delete_draft(draft), "write")
        except NotFound:
            return False
        return True

    def drafts_to(self, address: str) -> list[tuple[str, str]]:
        api = self._api("drafts(id,message/id)")
        found = self._asked(lambda: api.list_drafts(f"to:{address}", max_results=BATCH))
        return [(one["id"], one["message"]["id"]) for one in found.get("drafts", [])]

    def note_sent(self, gmail_id: str, labels: Sequence[str]) -> str | None:
        calls = [self._headers(gmail_id, ["Message-ID"])]
        if labels:
            calls.append(self._label(gmail_id, labels))
        part = self._batch(calls)[0]
        try:
            answer = unless_gone(part, self.world.now)
        except Retryable:
            return None
        return "" if answer is None else next(iter(headers_of(answer).get("message-id", ())), None)

    def label(self, gmail_ids: Sequence[str], labels: Sequence[str]) -> None:
        self._batch([self._label(one, labels) for one in gmail_ids], "write")

    def _label(self, gmail_id: str, labels: Sequence[str]) -> Call:
        return lambda: self._api("id").modify_message(gmail_id, list(labels))

    def ensure_labels(self, names: Sequence[str]) -> tuple[str, ...]:
        for part in self._batch([self._new_label(name) for name in names], "write"):
            if isinstance(part, HttpError) and part.resp.status != HTTPStatus.CONFLICT:
                raise from_http(part, "gmail labels.create", "write", self.world.now)
        known = self._labels()
        return tuple(known[name.casefold()] for name in names)

    def _new_label(self, name: str) -> Call:
        return lambda: self._api("id").create_label(name)

    def labels(self) -> frozenset[str]:
        return frozenset(self._labels().values())

    def _labels(self) -> dict[str, str]:
        found = self._asked(lambda: self._api("labels(id,name)").list_labels())
        return {one["name"].casefold(): one["id"] for one in found["labels"]}

    def watch(self, topic: str) -> Watch:
        found = self._asked(lambda: self._watched(topic), "write")
        return Watch(history_id=found["historyId"], expires=as_time(found["expiration"]))

    def _watched(self, topic: str) -> Any:
        try:
            return self._api().watch(topic)
        except GmailError as error:
            if not watched_by_another(_as_http(error)):
                raise
            self._api().stop()
            return self._api().watch(topic)

    def stop_watch(self) -> None:
        self._asked(lambda: self._api().stop(), "write")

    def _asked(self, call: Callable[[], T], kind: Kind = "read") -> T:
        """Make one request."""
        with translated("gmail", kind, self.world.now):
            try:
                return self._once_more_when_refused(call)
            except GmailError as error:
                raise _raised(error) from None

    def _once_more_when_refused(self, call: Callable[[], T]) -> T:
        """Call; a token that is refused is renewed once, which a revoked grant does not allow."""
        try:
            return call()
        except GmailError as error:
            if error.status != 401:
                raise
            if self.address in self.world.revoked:
                raise MailboxDisconnected("the grant is gone") from None
            return call()

    def _batch(self, calls: Sequence[Call], kind: Kind = "read") -> list[Part]:
        """Make many calls in one request; where one of them is cut, all had their effect and no answer."""
        parts: list[Part] = []
        cut: GmailError | None = None
        with translated("gmail batch", kind, self.world.now), self.world.coalesced():
            try:
                self.world.faults.strike("batch", "before", self.address)
                for call in calls:
                    try:
                        parts.append(self._once_more_when_refused(call))
                    except GmailError as error:
                        parts.append(_as_http(error))
                        cut = error if error.status == CUT else cut
                self.world.faults.strike("batch", "after", self.address)
            except GmailError as error:
                raise _raised(error) from None
            if cut is not None:
                raise _raised(cut) from None
        return parts


def _raised(error: GmailError) -> Exception:
    """Return what Google's client would raise."""
    return ConnectionResetError("cut") if error.status == CUT else _as_http(error)


def _as_http(error: GmailError) -> HttpError:
    response: dict[str, Any] = {"status": error.status}
    if error.retry_after is not None:
        response["retry-after"] = str(error.retry_after)
    return HttpError(httplib2.Response(response), msgspec.json.encode(error.body()))
