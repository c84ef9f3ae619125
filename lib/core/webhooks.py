"""Own what a webhook may be, and how a delivery to it looks: after the Standard Webhooks specification.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md. Invariant: nothing goes to
an address that is not on the public internet, whatever form it is written in.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import msgspec

from lib.core.records import Enrollment, Interest, OutgoingEvent, Webhook

SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of secrets, no secret
URL_LIMIT = 2000
#: Waits after a delivery that failed, the next one each; after the last one it is given up. The log keeps it.
BACKOFF = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
#: IPv6 ranges that lead to an IPv4 address, and by how many bits that is shifted in them: RFC 4291 2.5.5
#: (compatible, mapped), RFC 2765 (translated), RFC 6052 and RFC 8215 (NAT64), RFC 3056 (6to4).
_EMBEDDING = (
    (IPv6Network("::/96"), 0),
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::ffff:0:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("64:ff9b:1::/48"), 0),
    (IPv6Network("2002::/16"), 80),
)
_TEREDO = IPv6Network("2001::/32")
_GLOBAL_UNICAST = IPv6Network("2000::/3")


class EventData(msgspec.Struct, frozen=True, kw_only=True):
    """Show what an event is about, as it is known at delivery; empty where it is about no candidate.

    sequence: counts the events of this candidate in this campaign from 1, without a gap.
    """

    sequence: int
    mailbox: str
    campaign: str
    candidate: str
    email: str
    name: str
    step: str
    interest: Interest | None


class EventBody(msgspec.Struct, frozen=True, kw_only=True):
    """Be the body of a delivery."""

    type: str
    timestamp: datetime
    data: EventData


def is_public(address: str) -> bool:
    """Say whether an IP address is one on the public internet.

    IPv6 addresses that lead to an IPv4 one count as that. Multicast and whatever IANA reserves do not count.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public(found)
    if found.scope_id is not None or found in _TEREDO:
        return False
    for network, shift in _EMBEDDING:
        if found in network:
            return _is_public(IPv4Address((int(found) >> shift) & 0xFFFFFFFF))
    return found in _GLOBAL_UNICAST and _is_public(found)


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    return found.is_global and not found.is_multicast and not found.is_reserved


def fault_of(url: str, *, loopback: bool = False) -> str:
    """Return why events cannot be delivered to a URL, "" when they can.

    loopback: plain http to this machine is allowed, for tests. To where a name leads is checked at each
    delivery, as it is resolved then.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is no URL"
    if loopback and parts.scheme == "http" and is_loopback(host):
        return ""
    plain = len(url) <= URL_LIMIT and url.isascii() and url.isprintable() and " " not in url
    faults = (
        (not plain, "is not a plain URL of a reasonable length"),
        ("@" in parts.netloc, "holds credentials"),
        (bool(parts.fragment), "holds a fragment"),
        (parts.scheme != "https" or not host or port == 0, "does not begin with https:// and a host"),
        (_is_address(host) and not is_public(host), "leads to no public address"),
    )
    return next((why for wrong, why in faults if wrong), "")


def is_loopback(host: str) -> bool:
    """Say whether a host is written as an address of this machine."""
    return _is_address(host) and ip_address(host).is_loopback


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def secret_of(key: bytes, org: str, webhook: str) -> str:
    """Return a webhook's secret: derived from the key that never rotates, so that none is stored.

    key: the address key. Whoever wants another secret makes another webhook.
    """
    derived = hmac.digest(key, f"outreach webhook secret\x1f{org}\x1f{webhook}".encode(), "sha256")
    return SECRET_PREFIX + base64.b64encode(derived).decode()


def signed_headers(secret: str, id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that show who sent a body, and when: symmetric signature, version 1.

    at: of this try, so that the receiver can refuse old ones; id_: of the event, the same for each try.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    stamp = str(int(at.timestamp()))
    signature = hmac.digest(key, f"{id_}.{stamp}.".encode() + body, "sha256")
    return {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def body_of(event: OutgoingEvent, enrollment: Enrollment | None) -> bytes:
    """Return the body of an event's delivery; enrollment: whom it is about."""
    data = EventData(
        sequence=event.sequence,
        mailbox=event.mailbox,
        campaign=event.campaign,
        candidate=event.enrollment,
        email=enrollment.email if enrollment is not None else "",
        name=enrollment.name if enrollment is not None else "",
        step=event.step,
        interest=enrollment.interest if enrollment is not None else None,
    )
    return msgspec.json.encode(EventBody(type=event.type, timestamp=event.at, data=data))


def listeners(event: OutgoingEvent, webhooks: tuple[Webhook, ...]) -> tuple[Webhook, ...]:
    """Return who is still to be told of an event."""
    return tuple(
        one
        for one in webhooks
        if not one.gone and one.id not in event.told and (not one.types or event.type in one.types)
    )
