"""Owns the part of Gmail's search language that is known here; anything else is refused, never ignored."""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime

from tests.localcloud.gmail import mail
from tests.localcloud.gmail.errors import invalid
from tests.localcloud.gmail.records import Message

_PLACES = {
    "sent": "SENT",
    "drafts": "DRAFT",
    "draft": "DRAFT",
    "inbox": "INBOX",
    "spam": "SPAM",
    "trash": "TRASH",
}
_STATES = {"unread": "UNREAD", "starred": "STARRED", "important": "IMPORTANT"}
_ADDRESS_HEADERS = {"to": ("To", "Cc", "Bcc"), "from": ("From",), "cc": ("Cc",), "bcc": ("Bcc",)}


class Query:
    """A parsed `q`; all terms must hold, a leading minus turns one around."""

    def __init__(self, text: str) -> None:
        self.terms: list[tuple[bool, str, str]] = []
        try:
            words = shlex.split(text)
        except ValueError:
            words = text.split()
        for word in words:
            name, colon, value = word.removeprefix("-").partition(":")
            self.terms.append(
                (not word.startswith("-"), name.lower() if colon else "", value if colon else name)
            )

    @property
    def anywhere(self) -> bool:
        """Whether spam and trash are asked for by name."""
        return any(
            wanted and name == "in" and value in ("anywhere", "spam", "trash")
            for wanted, name, value in self.terms
        )

    def matches(self, message: Message) -> bool:
        return all(_holds(message, name, value) == wanted for wanted, name, value in self.terms)


def _holds(message: Message, name: str, value: str) -> bool:
    if name in _ADDRESS_HEADERS:
        found = mail.addresses(message.parsed, *_ADDRESS_HEADERS[name])
        return any(value.lower() in address for address in found)
    if name not in _OPERATORS:
        raise invalid(f"the local Gmail does not know the search operator {name}:")
    return _OPERATORS[name](message, value)


def _subject(message: Message) -> str:
    return mail.header(message.parsed, "Subject")


def _is(message: Message, value: str) -> bool:
    return ("UNREAD" not in message.labels) if value == "read" else _STATES.get(value, "") in message.labels


_OPERATORS: dict[str, Callable[[Message, str], bool]] = {
    "": lambda message, value: value.lower() in f"{_subject(message)} {mail.text_of(message.parsed)}".lower(),
    "rfc822msgid": lambda message, value: message.message_id.strip("<>") == value.strip("<>"),
    "after": lambda message, value: message.at >= _moment(value),
    "before": lambda message, value: message.at < _moment(value),
    "subject": lambda message, value: value.lower() in _subject(message).lower(),
    "in": lambda message, value: value == "anywhere" or _PLACES.get(value, value.upper()) in message.labels,
    "is": _is,
}


def _moment(value: str) -> datetime:
    try:
        if value.isdigit() and len(value) > len("20260101"):
            return datetime.fromtimestamp(int(value), UTC)
        year, month, day = (int(part) for part in value.replace("-", "/").split("/"))
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        raise invalid(f"Invalid date {value}") from None
