"""Own the making and rotating of keysets and keys, as the vault and the secrets' readers take them.

Invariant: what comes out opens all that the keyset before it opened, but for keys that were named to go.
"""

from __future__ import annotations

import base64
import secrets

import msgspec
import tink
from tink import aead, json_proto_keyset_format, secret_key_access

#: Bytes of a fresh key.
KEY_BYTES = 32


class KeysetRefused(ValueError):
    """Say what is wrong with a keyset or an order; never what is in it."""


class _Keyset(msgspec.Struct):
    """Hold Tink's JSON of a keyset; the keys stay as they are."""

    primaryKeyId: int  # noqa: N815 - the name in Tink's JSON
    key: list[dict[str, msgspec.Raw]]

    def __repr__(self) -> str:
        return "_Keyset()"


def new_key() -> str:
    """Return a fresh random key as base64 text, for ``address-key`` and ``ticket-key``."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def new_keyset() -> str:
    """Return a keyset with one fresh AES256-GCM key, as JSON, for ``token-keyset``."""
    aead.register()
    handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    keyset: str = json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    return keyset


def key_ids(keyset: str) -> list[int]:
    """Return the ids of the keys, the primary one first."""
    known = _read(keyset)
    return sorted(map(_id, known.key), key=lambda id_: id_ != known.primaryKeyId)


def rotated(keyset: str) -> str:
    """Return the keyset with a fresh primary key, and all its keys kept."""
    known, fresh = _read(keyset), _read(new_keyset())
    while fresh.primaryKeyId in map(_id, known.key):
        fresh = _read(new_keyset())
    return _written(_Keyset(fresh.primaryKeyId, known.key + fresh.key))


def without_old(keyset: str, only: int | None = None) -> str:
    """Return the keyset without the one old key named, else with nothing but its primary key."""
    known = _read(keyset)
    old = {id_ for id_ in map(_id, known.key) if id_ != known.primaryKeyId}
    if only is not None and only not in old:
        raise KeysetRefused("the keyset has no old key of that id")
    going = old if only is None else {only}
    return _written(_Keyset(known.primaryKeyId, [key for key in known.key if _id(key) not in going]))


def _id(key: dict[str, msgspec.Raw]) -> int:
    return msgspec.json.decode(key["keyId"], type=int)


def _read(keyset: str) -> _Keyset:
    aead.register()
    try:
        json_proto_keyset_format.parse(keyset, secret_key_access.TOKEN).primitive(aead.Aead)
        return msgspec.json.decode(keyset, type=_Keyset)
    except (tink.TinkError, msgspec.MsgspecError, ValueError):
        raise KeysetRefused("no Tink keyset of AEAD keys in JSON") from None


def _written(keyset: _Keyset) -> str:
    return msgspec.json.encode(keyset).decode()
