"""Own which addresses a text names.

Invariant: work stays linear in the length of the text, and what is returned is ``local@domain`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: A dot-atom of RFC 5322 (3.2.3) before the sign, hosts' names after it; both bounded (RFC 5321, 4.5.3.1).
ADDRESS = re.compile(
    r"(?<![\w!#$%&'*+/=?^`{|}~.@-])[\w!#$%&'*+/=?^`{|}~.-]{1,80}@(?:[\w-]{1,63}\.){1,10}[\w-]{1,63}(?![\w@-])"
)
#: What stands before an address without a space in some reports: ``SMTP=ann@...``, ``'ann@...``.
_BEFORE = re.compile(
    r"^(?:(?:smtp|rfc822|mailto|to|for|rcpt|address|user|e?mail)=|['`{|/=.*#!])+", re.IGNORECASE
)
#: Mailboxes of machines, never of a candidate.
_MACHINE = re.compile(
    r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|daemon|post[-_.]?master|hostmaster|abuse|listserv"
    r"|no[-_.]?reply|do[-_.]?not[-_.]?reply|microsoftexchange[0-9a-f]*|mail[-_.]delivery.{0,20})$",
    re.IGNORECASE,
)
#: Rewritten senders (SRS, BATV) and Exchange's wrapped directory names.
_WRAPPED = re.compile(r"^(?:srs[01][=+-]|prvs=|btv1==|imcea|bounces?[-+])", re.IGNORECASE)
_BYTES = re.compile(r"\+([0-9A-F]{2})")


def addresses_in(text: str) -> list[str]:
    """Return the addresses in a text in their order, each once."""
    return list(dict.fromkeys(found for match in ADDRESS.finditer(text) if (found := bare(match[0]))))


def bare(address: str) -> str:
    """Return an address, its domain in lower case, without what sticks to it; empty when it is none."""
    local, _, domain = _BEFORE.sub("", address).rpartition("@")
    local, domain = local.strip("."), domain.strip(".-").lower()
    if not local or local.endswith("'") or domain.replace(".", "").isdigit():
        return ""
    return f"{local}@{domain}"


def recipient_in(value: str) -> str:
    """Return the address in a recipient's field (RFC 3464, 2.3.1), or an empty text.

    The type before the semicolon is often missing or wrong, and some leave xtext (RFC 3461, 4) undone.
    """
    if "@" not in value:
        value = _BYTES.sub(lambda match: chr(int(match[1], 16)), value)
    found = addresses_in(value.rpartition(";")[2]) or addresses_in(value)
    return found[0] if found else ""


def is_machine(address: str) -> bool:
    """Say whether an address is one of a mail system rather than of a person."""
    local = address.rpartition("@")[0]
    return bool(_MACHINE.match(local) or _WRAPPED.match(local))


def without(addresses: Iterable[str], excluded: Iterable[str]) -> tuple[str, ...]:
    """Return addresses that are neither excluded nor a machine's, each once, whatever their case."""
    seen = {address.casefold() for address in excluded}
    kept: list[str] = []
    for address in addresses:
        if address.casefold() not in seen and not is_machine(address):
            seen.add(address.casefold())
            kept.append(address)
    return tuple(kept)
