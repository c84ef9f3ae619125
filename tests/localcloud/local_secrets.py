"""Own the made-up application secrets of a local cloud, in the shape in which the functions read them."""

from __future__ import annotations

import json

from lib.adapters.keysets import new_key, new_keyset


def make_secrets(client_id: str, client_secret: str) -> dict[str, str]:
    """Return the four secrets by their ids, with fresh keys."""
    return {
        "oauth-client": json.dumps({"client_id": client_id, "client_secret": client_secret}),
        "token-keyset": new_keyset(),
        "address-key": new_key(),
        "ticket-key": new_key(),
    }
