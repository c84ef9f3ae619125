"""Own the calls to one mailbox: what is asked of Gmail, and how its answers become records.

Every call names the fields that it wants, so that no answer ever holds a snippet, which is text of the body;
the one call that reads a body is ``message``. No call is tried again here: flows and queues do that.
"""

from __future__ import annotations

import base64
import http.client
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from googleapiclient.errors import HttpError

from lib.adapters.gmail.answers import (
    as_mail_headers,
    as_raw_mail,
    as_record,
    as_reference,
    as_time,
    headers_of,
)
from lib.adapters.gmail.calls import Caller, readable, unless_gone
from lib.adapters.gmail.errors import Kind, from_http, translated, watched_by_another
from lib.core.errors import NotFound, Permanent, Retryable
from lib.core.mails import Draft, HistoryPage, MailHeaders, MessagePage, RawMail, Sent, Watch

#: Calls in a batch; Gmail takes 100 and advises against more than 50.
BATCH = 50
#: Entries on a page of a list; Gmail's greatest.
PAGE = 500
ME = "me"
HISTORY_FIELDS = (
    "history(id,messagesAdded(message(id,threadId,labelIds)),labelsRemoved(labelIds,message(id,threadId))),"
    "historyId,nextPageToken"
)
HEADER_FIELDS = "id,threadId,labelIds,internalDate,payload/headers"


class GmailMailbox:
    """Implement ``lib.ports.Gmail`` with Google's client."""

    def __init__(self, caller: Caller, access: Literal["full", "headers"] = "full") -> None:
        self._caller = caller
        self._users = caller.users
        self._searches = access == "full"

    def profile(self) -> tuple[str, str]:
        """Return the account's primary address and its newest history id."""
        with self._translated("getProfile"):
            answer = self._execute(self._users.getProfile(userId=ME, fields="emailAddress,historyId"))
            return answer["emailAddress"], str(answer["historyId"])

    def history(self, start: str, page: str | None = None) -> HistoryPage:
        """Return what came and lost labels after ``start``; HistoryExpired when Gmail has forgotten it."""
        request = self._users.history().list(
            userId=ME,
            startHistoryId=start,
            pageToken=page,
            historyTypes=["messageAdded", "labelRemoved"],
            maxResults=PAGE,
            fields=HISTORY_FIELDS,
        )
        with self._translated("history.list", "history"):
            answer = self._execute(request)
            return HistoryPage(
                records=tuple(as_record(one) for one in answer.get("history", ())),
                next_page=answer.get("nextPageToken"),
                history_id=str(answer.get("historyId", start)),
            )

    def messages_since(self, since: datetime, page: str | None = None, *, sent: bool = False) -> MessagePage:
        """List messages since a time, spam and trash too, newest first, without labels; or only sent ones.

        A token with gmail.metadata is refused any search, so that there the list goes on into older messages.
        """
        request = self._users.messages().list(
            userId=ME,
            q=f"after:{int(since.timestamp())}" if self._searches else None,
            labelIds=["SENT"] if sent else None,
            includeSpamTrash=True,
            pageToken=page,
            maxResults=PAGE,
            fields="messages(id,threadId),nextPageToken",
        )
        with self._translated("messages.list"):
            answer = self._execute(request)
            found = tuple(as_reference(one) for one in answer.get("messages", ()))
            return MessagePage(messages=found, next_page=answer.get("nextPageToken"))

    def headers(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, MailHeaders | None]:
        """Return the named headers, in batches of at most 50, never the snippet; None: it is gone.

        What Gmail failed to give of single messages is left out.
        """
        found: dict[str, MailHeaders | None] = {}
        unique = list(dict.fromkeys(ids))
        with self._translated("messages.get"):
            for first in range(0, len(unique), BATCH):
                some = unique[first : first + BATCH]
                parts = self._caller.batch([self._get_headers(one, names) for one in some])
                answers = readable(dict(zip(some, parts, strict=True)), self._caller.now)
                for id_, answer in answers.items():
                    found[id_] = None if answer is None else as_mail_headers(answer)
        return found

    def message(self, gmail_id: str) -> RawMail | None:
        """Return a whole message, None when it is gone."""
        fields = "id,threadId,labelIds,internalDate,raw"
        request = self._users.messages().get(userId=ME, id=gmail_id, format="raw", fields=fields)
        try:
            with self._translated("messages.get"):
                return as_raw_mail(self._execute(request))
        except NotFound:
            return None

    def create_draft(self, raw: bytes, thread: str | None) -> Draft:
        """Create a draft, in a thread if given; RecipientRefused when Gmail refuses the address."""
        request = self._users.drafts().create(
            userId=ME, body={"message": _mail(raw, thread)}, fields="id,message(id,threadId)"
        )
        with self._translated("drafts.create", "draft"):
            answer = self._execute(request)
            return Draft(id=answer["id"], thread=answer["message"]["threadId"])

    def send_draft(self, draft: str) -> Sent:
        """Send a draft: one request, whatever happens to it.

        NotFound: the draft is gone. SendUncertain: nobody knows. RateLimited, Unavailable, RecipientRefused,
        MailboxDisconnected: surely not sent.
        """
        request = self._users.drafts().send(userId=ME, body={"id": draft}, fields="id,threadId")
        with self._translated("drafts.send", "send"):
            answer = self._execute(request)
            return Sent(gmail_id=answer["id"], thread=answer["threadId"])

    def send_message(self, raw: bytes, thread: str | None) -> Sent:
        """Send a mail without a draft: one request, whatever happens to it.

        SendUncertain: nobody knows. All other errors: surely not sent; NotFound: the thread is gone.
        """
        request = self._users.messages().send(userId=ME, body=_mail(raw, thread), fields="id,threadId")
        with self._translated("messages.send", "message"):
            answer = self._execute(request)
            return Sent(gmail_id=answer["id"], thread=answer["threadId"])

    def delete_draft(self, draft: str) -> bool:
        """Delete a draft; False when it is gone already (sent, or deleted before)."""
        try:
            with self._translated("drafts.delete", "write"):
                self._execute(self._users.drafts().delete(userId=ME, id=draft))
        except NotFound:
            return False
        return True

    def drafts_to(self, address: str) -> list[tuple[str, str]]:
        """Return (draft id, id of its message) of the drafts to an address, 50 at most."""
        request = self._users.drafts().list(
            userId=ME, q=f"to:{address}", maxResults=BATCH, fields="drafts(id,message(id))"
        )
        with self._translated("drafts.list"):
            drafts = self._execute(request).get("drafts", ())
            return [(str(one["id"]), str(one["message"]["id"])) for one in drafts]

    def note_sent(self, gmail_id: str, labels: Sequence[str]) -> str | None:
        """In one batch ask for the Message-ID and put labels on.

        Returns None where Gmail did not say, an empty text when the message is gone.
        """
        messages = self._users.messages()
        requests = [self._get_headers(gmail_id, ["Message-ID"])]
        if labels:
            body = {"addLabelIds": list(labels)}
            requests.append(messages.modify(userId=ME, id=gmail_id, body=body, fields="id"))
        with self._translated("messages.get"):
            part = self._caller.batch(requests)[0]
            try:
                answer = unless_gone(part, self._caller.now)
            except Retryable:
                # The mail is out; its id is asked for again with the next step.
                return None
            if answer is None:
                return ""
            return next(iter(headers_of(answer).get("message-id", ())), None)

    def label(self, gmail_ids: Sequence[str], labels: Sequence[str]) -> None:
        """Put labels on messages, in one batch; one that cannot be put on is no error."""
        messages, body = self._users.messages(), {"addLabelIds": list(labels)}
        with self._translated("messages.modify", "write"):
            self._caller.batch(
                [messages.modify(userId=ME, id=one, body=body, fields="id") for one in gmail_ids]
            )

    def ensure_labels(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the ids of the user's labels of these names, made if need be; at most two requests."""
        with self._translated("labels.create", "write"):
            parts = self._caller.batch([self._new_label(name) for name in names])
            ids = [None if isinstance(part, HttpError) else str(part["id"]) for part in parts]
            for part in parts:
                if isinstance(part, HttpError) and part.resp.status != http.client.CONFLICT:
                    raise from_http(part, "gmail labels.create", "write", self._caller.now)
        if None in ids:
            known = self._labels()
            ids = [id_ or known.get(name.casefold()) for name, id_ in zip(names, ids, strict=True)]
        if None in ids:
            raise Permanent("labels.create: a name is taken, but not by a label")
        return tuple(id_ for id_ in ids if id_ is not None)

    def labels(self) -> frozenset[str]:
        """Return the ids of all labels there are."""
        return frozenset(self._labels().values())

    def _labels(self) -> dict[str, str]:
        """Return all labels; Gmail holds two names that differ in case only for the same."""
        with self._translated("labels.list"):
            answer = self._execute(self._users.labels().list(userId=ME, fields="labels(id,name)"))
            return {one["name"].casefold(): str(one["id"]) for one in answer.get("labels", ())}

    def _new_label(self, name: str) -> Any:
        body = {"name": name, "labelListVisibility": "labelShow", "messageListVisibility": "show"}
        return self._users.labels().create(userId=ME, body=body, fields="id")

    def watch(self, topic: str) -> Watch:
        """Ask for notifications of everything; stops another client's watch first when Gmail demands it."""
        # No label filter: filters archive answers, and SPAM holds some; they are reported ineffective anyway.
        request = self._users.watch(userId=ME, body={"topicName": topic}, fields="historyId,expiration")
        with self._translated("watch", "write"):
            try:
                answer = self._execute(request)
            except HttpError as error:
                if not watched_by_another(error):
                    raise
                self._execute(self._users.stop(userId=ME))
                answer = self._execute(request)
            return Watch(history_id=str(answer["historyId"]), expires=as_time(answer["expiration"]))

    def stop_watch(self) -> None:
        """End notifications."""
        with self._translated("stop", "write"):
            self._execute(self._users.stop(userId=ME))

    def _translated(self, what: str, kind: Kind = "read") -> Any:
        return translated(f"gmail {what}", kind, self._caller.now)

    def _execute(self, request: Any) -> Any:
        return self._caller.execute(request)

    def _get_headers(self, gmail_id: str, names: Sequence[str]) -> Any:
        return self._users.messages().get(
            userId=ME, id=gmail_id, format="metadata", metadataHeaders=list(names), fields=HEADER_FIELDS
        )


def _mail(raw: bytes, thread: str | None) -> dict[str, str]:
    """Return the resource of a mail, to be placed in a thread if given."""
    placed = {} if thread is None else {"threadId": thread}
    return {"raw": base64.urlsafe_b64encode(raw).decode(), **placed}
