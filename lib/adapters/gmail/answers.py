"""Own the way from Gmail's JSON to records; nothing of the JSON goes further."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from lib.core.mails import HistoryRecord, MailHeaders, MessageRef, RawMail, Unlabelled

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: How the ids of the labels begin that people make.
OWN_LABEL = "Label_"


def as_reference(answer: dict[str, Any]) -> MessageRef:
    """Return the reference to a message; labels are None where Gmail left them out."""
    labels = answer.get("labelIds")
    known = None if labels is None else frozenset(labels)
    return MessageRef(gmail_id=answer["id"], thread=answer["threadId"], labels=known)


def as_record(answer: dict[str, Any]) -> HistoryRecord:
    """Return a history record; one that adds nothing still moves the cursor."""
    added = tuple(as_reference(one["message"]) for one in answer.get("messagesAdded", ()))
    removals = tuple(as_unlabelled(one) for one in answer.get("labelsRemoved", ()))
    unlabelled = tuple(one for one in removals if one.labels)
    return HistoryRecord(id=str(answer["id"]), added=added, unlabelled=unlabelled)


def as_unlabelled(answer: dict[str, Any]) -> Unlabelled:
    """Return which of the user's own labels were taken off a message, without Gmail's (UNREAD)."""
    message = answer["message"]
    labels = frozenset(label for label in answer.get("labelIds", ()) if label.startswith(OWN_LABEL))
    return Unlabelled(gmail_id=message["id"], thread=message["threadId"], labels=labels)


def headers_of(answer: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return a message's headers by lower-case name, all values in order."""
    headers: dict[str, tuple[str, ...]] = {}
    for one in answer.get("payload", {}).get("headers", ()):
        name = one["name"].lower()
        headers[name] = (*headers.get(name, ()), one["value"])
    return headers


def as_mail_headers(answer: dict[str, Any]) -> MailHeaders:
    """Return what was read of a message without its text."""
    return MailHeaders(
        gmail_id=answer["id"],
        thread=answer["threadId"],
        labels=frozenset(answer.get("labelIds", ())),
        headers=headers_of(answer),
        received_at=as_time(answer["internalDate"]),
    )


def as_time(milliseconds: str | int) -> datetime:
    """Return the time of Gmail's milliseconds, exactly."""
    return EPOCH + timedelta(milliseconds=int(milliseconds))


def as_raw_mail(answer: dict[str, Any]) -> RawMail:
    """Return a whole message; Gmail leaves the padding of base64 out at times."""
    return RawMail(
        gmail_id=answer["id"],
        thread=answer["threadId"],
        labels=frozenset(answer.get("labelIds", ())),
        raw=base64.urlsafe_b64decode(answer["raw"] + "=="),
        received_at=as_time(answer["internalDate"]),
    )
