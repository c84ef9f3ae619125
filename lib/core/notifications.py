"""Own what comes to ``watch_notification``: Gmail's push through Pub/Sub, or a task that goes on.

Source: https://developers.google.com/workspace/gmail/api/guides/push
"""

from __future__ import annotations

import base64
import binascii
import re

import msgspec

from lib.core.errors import InvalidRequest

#: Only the form of an address, so that nothing odd goes on from here; whose it is, the inboxes know.
_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
_ID = re.compile(r"[\x21-\x7e]{1,200}")


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a notification: which address, and Pub/Sub's id, by which duplicates are known.

    The history id that comes with it is no more than a hint; the mailbox's own cursor decides.
    """

    address: str
    id: str


class _Data(msgspec.Struct, frozen=True):
    emailAddress: str  # noqa: N815 - Gmail's spelling


class _Message(msgspec.Struct, frozen=True):
    data: str
    messageId: str  # noqa: N815 - Pub/Sub's spelling


class _Envelope(msgspec.Struct, frozen=True):
    message: _Message


def read_push(body: bytes) -> Push | None:
    """Return the push in a body, None when the body is no push at all; InvalidRequest for a malformed one."""
    try:
        if "message" not in msgspec.json.decode(body, type=dict[str, msgspec.Raw]):
            return None
        message = msgspec.json.decode(body, type=_Envelope).message
        data = msgspec.json.decode(base64.b64decode(message.data, validate=True), type=_Data)
    except (msgspec.MsgspecError, binascii.Error, UnicodeDecodeError):
        raise InvalidRequest("this is no notification of Gmail's") from None
    if not _ADDRESS.fullmatch(data.emailAddress) or not _ID.fullmatch(message.messageId):
        raise InvalidRequest("this is no notification of Gmail's")
    return Push(address=data.emailAddress, id=message.messageId)
