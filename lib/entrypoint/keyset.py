"""Make and rotate what the secrets hold: ``python -m lib.entrypoint.keyset new|rotate|drop [KEY_ID]|key``.

    new             print a fresh keyset, for token-keyset
    rotate          read the keyset on standard input, print it with a fresh primary key and the old ones kept
    drop [KEY_ID]   print it without that old key, else without all old keys
    key             print 32 random bytes as base64, for address-key and ticket-key

The result goes to standard output alone; standard error names keys by their ids and shows nothing secret.
Drop old keys a week after a rotation at the earliest: ``maintain`` comes to each connected mailbox daily and
seals its token anew, counted as ``resealed``. A token whose key is gone is lost, and its mailbox must be
connected anew.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from lib.adapters.keysets import KeysetRefused, key_ids, new_key, new_keyset, rotated, without_old

USAGE = 2


def main(arguments: Sequence[str]) -> int:
    """Do the one thing asked for, and return the exit code."""
    try:
        made = _made(arguments)
    except KeysetRefused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if made is None:
        sys.stderr.write("usage: python -m lib.entrypoint.keyset new|rotate|drop [KEY_ID]|key\n")
        return USAGE
    sys.stdout.write(made + "\n")
    if arguments[0] != "key":
        primary, *old = map(str, key_ids(made))
        sys.stderr.write(f"primary key {primary}, old keys: {', '.join(old) or 'none'}\n")
    return 0


def _made(arguments: Sequence[str]) -> str | None:
    match arguments:
        case ["new"]:
            return new_keyset()
        case ["key"]:
            return new_key()
        case ["rotate"]:
            return rotated(sys.stdin.read())
        case ["drop"]:
            return without_old(sys.stdin.read())
        case ["drop", key_id] if key_id.isdecimal():
            return without_old(sys.stdin.read(), int(key_id))
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
