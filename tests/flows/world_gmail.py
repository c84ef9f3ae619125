"""Speak `lib.ports.Gmail` to the local Gmail's world directly: its behaviour without HTTP in between."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from lib.core.errors import (
    HistoryExpired,
    MailboxDisconnected,
    NotFound,
    Permanent,
    RateLimited,
    RecipientRefused,
    SendUncertain,
    Unavailable,
)
from lib.core.mails import (
    Draft,
    HistoryPage,
    HistoryRecord,
    MailHeaders,
    MessagePage,
    MessageRef,
    RawMail,
    Sent,
    Watch,
)
from tests.localcloud.gmail import mail
from tests.localcloud.gmail.errors import CUT
from tests.localcloud.gmail.world import Caller, GmailError, World

HEADERS_ONLY = "id,threadId,labelIds,internalDate,payload/headers"


class WorldGmail:
    """One mailbox of a world; each method is what the real adapter sends as one request."""

    def __init__(self, world: World, address: str) -> None:
        self.world, self.address = world, address

    def _api(self, fields: str | None = None) -> Any:
        return self.world.mailbox(self.address, Caller(fields=fields))

    def _call(self, work: Any, *, sends: bool = False) -> Any:
        try:
            return work()
        except GmailError as error:
            raise _translated(error, sends=sends) from error

    def profile(self) -> tuple[str, str]:
        found = self._call(lambda: self._api().get_profile())
        return found["emailAddress"], found["historyId"]

    def history(self, start: str, page: str | None = None) -> HistoryPage:
        try:
            found = self._call(
                lambda: self._api().list_history(start, types=["messageAdded"], page_token=page)
            )
        except NotFound:
            raise HistoryExpired("the history id is too old") from None
        records = tuple(
            HistoryRecord(id=one["id"], added=tuple(_ref(added["message"]) for added in one["messagesAdded"]))
            for one in found.get("history", [])
        )
        return HistoryPage(
            records=records, next_page=found.get("nextPageToken"), history_id=found["historyId"]
        )

    def messages_since(self, since: datetime, page: str | None = None, *, sent: bool = False) -> MessagePage:
        q = f"after:{int(since.timestamp())}" + (" in:sent" if sent else "")
        found = self._call(lambda: self._api().list_messages(q, include_spam_trash=True, page_token=page))
        refs = tuple(_ref(one) for one in found.get("messages", []))
        return MessagePage(messages=refs, next_page=found.get("nextPageToken"))

    def headers(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, MailHeaders | None]:
        return {id_: self._headers(id_, names) for id_ in ids}

    def _headers(self, id_: str, names: Sequence[str]) -> MailHeaders | None:
        api = self._api(HEADERS_ONLY)
        try:
            found = self._call(lambda: api.get_message(id_, "metadata", list(names)))
        except NotFound:
            return None
        headers: dict[str, tuple[str, ...]] = {}
        for pair in found["payload"]["headers"]:
            name = pair["name"].lower()
            headers[name] = (*headers.get(name, ()), pair["value"])
        return MailHeaders(
            gmail_id=found["id"],
            thread=found["threadId"],
            labels=frozenset(found.get("labelIds", [])),
            headers=headers,
            received_at=_time(found),
        )

    def message(self, gmail_id: str) -> RawMail | None:
        api = self._api("id,threadId,labelIds,internalDate,raw")
        try:
            found = self._call(lambda: api.get_message(gmail_id, "raw"))
        except NotFound:
            return None
        return RawMail(
            gmail_id=found["id"],
            thread=found["threadId"],
            labels=frozenset(found.get("labelIds", [])),
            raw=mail.decode(found["raw"]),
            received_at=_time(found),
        )

    def create_draft(self, raw: bytes, thread: str | None) -> Draft:
        found = self._call(lambda: self._api().create_draft(raw, thread))
        return Draft(id=found["id"], thread=found["message"]["threadId"])

    def send_draft(self, draft: str) -> Sent:
        found = self._call(lambda: self._api().send_draft(draft), sends=True)
        return Sent(gmail_id=found["id"], thread=found["threadId"])

    def delete_draft(self, draft: str) -> bool:
        try:
            self._call(lambda: self._api().delete_draft(draft))
        except NotFound:
            return False
        return True

    def drafts_to(self, address: str, header: str) -> list[tuple[str, str]]:
        api = self._api("drafts(id,message/id)")
        found = self._call(lambda: api.list_drafts(f"to:{address}"))
        marked = []
        for draft in found.get("drafts", []):
            headers = self._headers(draft["message"]["id"], [header])
            if headers is not None and header.lower() in headers.headers:
                marked.append((draft["id"], headers.headers[header.lower()][0]))
        return marked

    def note_sent(self, gmail_id: str, labels: Sequence[str]) -> str | None:
        headers = self._headers(gmail_id, ["Message-ID"])
        if headers is None:
            return ""
        if labels:
            self._call(lambda: self._api().modify_message(gmail_id, list(labels)))
        return headers.headers["message-id"][0]

    def label(self, gmail_ids: Sequence[str], labels: Sequence[str]) -> None:
        for gmail_id in gmail_ids:
            with suppress(NotFound, Permanent):
                self._call(lambda one=gmail_id: self._api().modify_message(one, list(labels)))

    def ensure_labels(self, names: Sequence[str]) -> tuple[str, ...]:
        known = {
            one["name"]: str(one["id"]) for one in self._call(lambda: self._api().list_labels())["labels"]
        }
        for name in names:
            if name not in known:
                known[name] = str(self._call(lambda one=name: self._api().create_label(one))["id"])
        return tuple(known[name] for name in names)

    def labels(self) -> frozenset[str]:
        return frozenset(str(one["id"]) for one in self._call(lambda: self._api().list_labels())["labels"])

    def watch(self, topic: str) -> Watch:
        found = self._call(lambda: self._api().watch(topic))
        expires = datetime.fromtimestamp(int(found["expiration"]) / 1000, UTC)
        return Watch(history_id=found["historyId"], expires=expires)

    def stop_watch(self) -> None:
        self._call(lambda: self._api().stop())


def _ref(found: dict[str, Any]) -> MessageRef:
    labels = frozenset(found["labelIds"]) if "labelIds" in found else None
    return MessageRef(gmail_id=found["id"], thread=found["threadId"], labels=labels)


def _time(found: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(found["internalDate"]) / 1000, UTC)


def _translated(error: GmailError, *, sends: bool) -> Exception:
    """Return our error for a Gmail error, as the adapter does by status and reason."""
    if error.status == 404:
        return NotFound("gone")
    if error.status == 401:
        return MailboxDisconnected("the grant is gone")
    if error.status == 429 or error.reason in {"rateLimitExceeded", "userRateLimitExceeded"}:
        return RateLimited("slow down", retry_after=timedelta(seconds=error.retry_after or 1))
    if error.status == CUT or error.status >= 500:
        return SendUncertain("no answer") if sends else Unavailable("no answer")
    if error.status == 400 and "recipient" in error.message.lower():
        return RecipientRefused(error.reason)
    return Permanent(error.reason)
