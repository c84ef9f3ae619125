"""Own the made-up application secrets of a local cloud, in the shape in which the functions read them."""

from __future__ import annotations

import base64
import json
import secrets

import tink
from tink import aead, json_proto_keyset_format, secret_key_access


def make_secrets(client_id: str, client_secret: str) -> dict[str, str]:
    """Return the four secrets by their ids, with fresh keys."""
    return {
        "oauth-client": json.dumps({"client_id": client_id, "client_secret": client_secret}),
        "token-keyset": _new_keyset(),
        "address-key": _new_key(),
        "ticket-key": _new_key(),
    }


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _new_keyset() -> str:
    aead.register()
    handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    keyset: str = json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    return keyset
