"""Own the rules of uploads: how large they are, how they are cut into parts, how long they are kept.

Invariant: what is read as one file is just the parts that the upload names by their digests, in order; a
part that came later under the same number is never mixed with those before.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.request import refused
from lib.core.errors import Fault, NotFound
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Upload, UploadPart
from lib.core.rights import refuse_erased

#: In base64, a part has to fit into a document of 1 MiB.
PART_BYTES = 524_288
UPLOAD_BYTES = 64 * 1024 * 1024
#: After so long an upload that no campaign has used is deleted.
KEPT = timedelta(hours=24)


class NewUpload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for an upload of a whole file of so many bytes: a CSV, or one JSON candidate on each line."""

    format: Literal["csv", "ndjson"]
    bytes: Annotated[int, msgspec.Meta(ge=1, le=UPLOAD_BYTES)]


def started(caller: VerifiedCaller, id_: str, asked: NewUpload, now: datetime) -> Upload:
    """Return a new upload, of which nothing has come."""
    count = -(-asked.bytes // PART_BYTES)
    return Upload(
        org=caller.org,
        id=id_,
        user=caller.user,
        format=asked.format,
        bytes=asked.bytes,
        parts=("",) * count,
        expires_at=now + KEPT,
    )


def owned(upload: Upload | None, caller: VerifiedCaller, now: datetime) -> Upload:
    """Return an upload of the caller's own that is still kept; NotFound otherwise."""
    if upload is None or upload.user != caller.user or upload.expires_at <= now:
        raise NotFound("no such upload")
    return upload


def missing_of(upload: Upload) -> list[int]:
    """Return the numbers of the parts that have not come."""
    return [number for number, digest in enumerate(upload.parts) if not digest]


def with_part(
    snapshot: Snapshot, key: Key[Upload], number: str, content: bytes, caller: VerifiedCaller, now: datetime
) -> Changes[Upload]:
    """Take a part, in place of any that came before under its number, which counts from 0.

    InvalidRequest when it has another length than its place in the file gives it; NotFound: no such part.
    """
    refuse_erased(snapshot[keys.org(caller.org)], None)
    upload = owned(snapshot[key], caller, now)
    if not (number.isascii() and number.isdecimal()) or int(number) >= len(upload.parts):
        raise NotFound("no such part")
    at = int(number)
    size = min(PART_BYTES, upload.bytes - at * PART_BYTES)
    if len(content) != size:
        raise refused([Fault(field="body", why=f"has {len(content)} bytes; part {at} has {size}")])
    digest = hashlib.sha256(content).hexdigest()
    upload = msgspec.structs.replace(upload, parts=(*upload.parts[:at], digest, *upload.parts[at + 1 :]))
    part = UploadPart(
        org=upload.org,
        upload=upload.id,
        number=at,
        digest=digest,
        content=content,
        expires_at=upload.expires_at,
    )
    return Changes(upload, {key: upload, keys.upload_part(upload.org, upload.id, at): part})


def dropped(snapshot: Snapshot, key: Key[Upload]) -> Changes[None]:
    """Delete an upload with all its parts; one that is gone already changes nothing."""
    upload = snapshot[key]
    if upload is None:
        return Changes(None)
    parts = {keys.upload_part(upload.org, upload.id, number) for number in range(len(upload.parts))}
    return Changes(None, deletes=frozenset({key, *parts}))
