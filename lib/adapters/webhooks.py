"""Own the way to the webhooks of others: one POST over a connection to an address that was looked at.

Invariant: a name is resolved once, each address it has is looked at, and the connection goes to one of these:
a name that leads elsewhere a moment later leads nowhere. No redirect is followed, no proxy is asked, and no
more is read than the status.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from functools import cached_property
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from lib.core.errors import Forbidden, Unavailable
from lib.core.webhooks import fault_of, is_loopback, is_public

#: For all of a delivery together.
TIMEOUT_SECONDS = 10
#: How much is read of an answer; its first line is at its beginning.
STATUS_LINE = 256


class HttpWebhooks:
    """Implement ``lib.ports.Webhooks``; loopback: plain http to this machine is allowed, for tests."""

    def __init__(self, *, loopback: bool = False, timeout: float = TIMEOUT_SECONDS) -> None:
        self._loopback = loopback
        self._timeout = timeout

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def fault_of(self, url: str) -> str:
        """Return why events cannot be delivered to a URL, "" when they can."""
        return fault_of(url, loopback=self._loopback)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Post once; Forbidden for an address that is not public, Unavailable when nobody answers."""
        if self.fault_of(url):
            raise Forbidden("events are not delivered to this URL")
        ends, parts = time.monotonic() + self._timeout, urlsplit(url)
        try:
            with self._connected(parts, ends) as connection:
                # The client only writes the request; it has no part in the connection.
                client = HTTPConnection(parts.hostname or "", parts.port)
                client.sock = connection
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                given = {"Host": _host(parts), "User-Agent": "outreach-webhooks", "Connection": "close"}
                client.request("POST", target, body, {**given, **headers})
                return _status(connection, ends)
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable(f"a webhook did not answer ({type(error).__name__})") from None

    def _connected(self, parts: SplitResult, ends: float) -> socket.socket:
        host, plain = parts.hostname or "", parts.scheme == "http"
        port = parts.port or (80 if plain else 443)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(address[0]) for *_, address in found]
        allowed = is_loopback if plain else is_public
        if not addresses or not all(allowed(one) for one in addresses):
            raise Forbidden("a webhook leads to an address that is not public")
        connection = socket.create_connection((addresses[0], port), timeout=_left(ends))
        if plain:
            return connection
        try:
            connection.settimeout(_left(ends))
            return self._tls.wrap_socket(connection, server_hostname=host)
        except BaseException:
            connection.close()
            raise


def _host(parts: SplitResult) -> str:
    """Return the Host header (RFC 9110, section 7.2): as in the URL, which holds no credentials."""
    return parts.netloc


def _status(connection: socket.socket, ends: float) -> int:
    """Read the first line of an answer (RFC 9112, section 4), however slowly it comes, until time is up."""
    line = b""
    while b"\n" not in line and len(line) < STATUS_LINE:
        connection.settimeout(_left(ends))
        some = connection.recv(STATUS_LINE - len(line))
        if not some:
            break
        line += some
    version, _, rest = line.partition(b" ")
    code = rest[:3]
    if not version.startswith(b"HTTP/1.") or not code.isdigit():
        raise Unavailable("a webhook answered with something else than HTTP")
    return int(code)


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
