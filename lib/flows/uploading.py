"""Take a large shortlist in parts, which may come again and in any order, and read it as one file.

Invariants: a part and its digest in the upload are written in one commit; an upload is its author's alone,
and is deleted as soon as a campaign has its candidates.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.rows import CsvRows, LineRows, NoRows, Rows
from lib.core.errors import Conflict, Fault
from lib.core.keys import Changes, Snapshot
from lib.core.records import Upload
from lib.core.rights import refuse_erased
from lib.core.uploads import PART_BYTES, NewUpload, dropped, missing_of, owned, started, with_part
from lib.ports import Services

#: How many missing parts are named.
NAMED = 1_000


class UploadGone(Conflict):
    """Say that an upload went while it was read: a campaign has its candidates, or it was taken back."""


class ShownUpload(msgspec.Struct, frozen=True, kw_only=True):
    """Show an upload: how many parts of ``part_bytes`` there are (the last may be shorter), and which lack.

    missing: their numbers, from 0, the first 1,000.
    """

    id: str
    format: str
    bytes: int
    part_bytes: int
    parts: int
    missing: tuple[int, ...]
    expires_at: datetime


def start_upload(services: Services, caller: VerifiedCaller, asked: NewUpload) -> ShownUpload:
    """Begin an upload."""
    org_key, now = keys.org(caller.org), services.clock.now()
    upload = started(caller, services.new_id(), asked, now)

    def decide(snapshot: Snapshot) -> Changes[None]:
        refuse_erased(snapshot[org_key], None)
        return Changes(None, {keys.upload(caller.org, upload.id): upload})

    services.store.change([org_key], decide)
    return _shown(upload)


def show_upload(services: Services, caller: VerifiedCaller, id_: str) -> ShownUpload:
    """Show how far an upload has come."""
    key = keys.upload(caller.org, id_)
    return _shown(owned(services.store.read([key])[key], caller, services.clock.now()))


def put_part(
    services: Services, caller: VerifiedCaller, id_: str, number: str, content: bytes
) -> ShownUpload:
    """Take a part of an upload, in place of the one that came before under its number."""
    key, now = keys.upload(caller.org, id_), services.clock.now()
    decide = partial(with_part, key=key, number=number, content=content, caller=caller, now=now)
    return _shown(services.store.change([key, keys.org(caller.org)], decide))


def delete_upload(services: Services, caller: VerifiedCaller, id_: str) -> ShownUpload:
    """Delete an upload; return it as it was."""
    shown = show_upload(services, caller, id_)
    drop(services, caller.org, id_)
    return shown


def drop(services: Services, org: str, id_: str) -> None:
    """Delete an upload with its parts, if it is still there."""
    key = keys.upload(org, id_)
    services.store.change([key], partial(dropped, key=key))


def opened(services: Services, caller: VerifiedCaller, id_: str) -> Rows | None:
    """Return the rows of a caller's upload, None when there is none.

    Whoever goes through them meets a Conflict when it changes meanwhile, UploadGone when it goes.
    """
    key = keys.upload(caller.org, id_)
    upload = services.store.read([key])[key]
    if upload is None or upload.user != caller.user or upload.expires_at <= services.clock.now():
        return None
    if missing := len(missing_of(upload)):
        why = f"is not finished: {missing} of {len(upload.parts)} parts are missing"
        return NoRows(Fault(field="upload", why=why))
    pieces = partial(_pieces, services, upload)
    return CsvRows(pieces) if upload.format == "csv" else LineRows(pieces)


def _pieces(services: Services, upload: Upload) -> Iterator[bytes]:
    """Yield the parts as they were when the upload was opened."""
    for number, digest in enumerate(upload.parts):
        key = keys.upload_part(upload.org, upload.id, number)
        part = services.store.read([key])[key]
        if part is None:
            raise UploadGone("the upload is gone meanwhile: send the request again")
        if part.digest != digest:
            raise Conflict("the upload has changed meanwhile: send the request again")
        yield part.content


def _shown(upload: Upload) -> ShownUpload:
    return ShownUpload(
        id=upload.id,
        format=upload.format,
        bytes=upload.bytes,
        part_bytes=PART_BYTES,
        parts=len(upload.parts),
        missing=tuple(missing_of(upload)[:NAMED]),
        expires_at=upload.expires_at,
    )
