"""What is posted to others goes to the address that was looked at, once, and waits for nobody for long."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from lib.adapters.webhooks import HttpWebhooks
from lib.core.errors import Forbidden, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


class Listener:
    """Take connections one after the other, note what comes in, and answer as a test wants."""

    def __init__(self, answer: Callable[[socket.socket], Any]) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.answer = answer
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/in?a=b"

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                self.requests.append(whole(connection))
                try:
                    self.answer(connection)
                except OSError:
                    continue


def whole(connection: socket.socket) -> bytes:
    """Return a request with its body, which comes in a packet of its own."""
    request = b""
    while not request.endswith(b'{"a":1}'):
        some = connection.recv(65536)
        if not some:
            break
        request += some
    return request


@contextmanager
def listening(answer: Callable[[socket.socket], Any]) -> Iterator[Listener]:
    listener = Listener(answer)
    try:
        yield listener
    finally:
        listener.socket.shutdown(socket.SHUT_RDWR)
        listener.socket.close()
        listener.thread.join()


def post(url: str, timeout: float = 5) -> int:
    return HttpWebhooks(loopback=True, timeout=timeout).post(url, {"webhook-id": "e1"}, b'{"a":1}')


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[tuple[str, int]]:
    """Let every name lead to these addresses; return where connections then go to, none of which is made."""
    reached: list[tuple[str, int]] = []

    def connect(where: tuple[str, int], **_: Any) -> socket.socket:
        reached.append(where)
        raise ConnectionRefusedError

    def resolve(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    return reached


def test_a_post_arrives_whole_and_its_status_comes_back() -> None:
    with listening(lambda connection: connection.sendall(OK)) as listener:
        assert post(listener.url) == 204
        host = listener.url.split("/")[2]
    [request] = listener.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert (head.split(b"\r\n")[0], body) == (b"POST /in?a=b HTTP/1.1", b'{"a":1}')
    lines = [line.lower() for line in head.split(b"\r\n")]
    assert f"host: {host}".encode() in lines
    assert b"webhook-id: e1" in lines
    assert b"content-length: 7" in lines


def test_a_redirect_is_not_followed() -> None:
    with listening(lambda connection: connection.sendall(OK)) as elsewhere:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere.url}\r\n\r\n".encode()
        with listening(lambda connection: connection.sendall(moved)) as listener:
            assert post(listener.url) == 307
        assert elsewhere.requests == []


def test_an_endless_answer_is_not_read() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with listening(endless) as listener:
        assert post(listener.url) == 200


def test_an_answer_that_trickles_in_is_given_up_in_time() -> None:
    def trickle(connection: socket.socket) -> None:
        for letter in b"HTTP/1.1 200 OK" * 3:
            connection.sendall(bytes([letter]))
            time.sleep(0.1)  # slower than the time there is, for all of it together

    with listening(trickle) as listener:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            post(listener.url, timeout=0.5)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"x" * 5000, b"HTTP/1.1 abc\r\n"])
def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    with listening(lambda connection: connection.sendall(answer)) as listener, pytest.raises(Unavailable):
        post(listener.url)


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable):
        post(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "addresses",
    [
        ("169.254.169.254",),
        ("10.0.0.1",),
        ("::ffff:127.0.0.1",),
        ("8.8.8.8", "127.0.0.1"),
        ("fe80::1%2",),
        (),
    ],
)
def test_a_name_that_leads_inside_is_refused_before_a_connection(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    reached = resolving(monkeypatch, *addresses)
    for loopback in (True, False):
        with pytest.raises(Forbidden):
            HttpWebhooks(loopback=loopback).post("https://metadata.example.com/", {}, b"")
    assert reached == []


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = resolving(monkeypatch, "8.8.8.8")
    with pytest.raises(Unavailable):
        HttpWebhooks().post("https://ats.example.com/in", {}, b"")
    assert reached == [("8.8.8.8", 443)]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "file:///etc/hosts"]
)
def test_this_machine_is_refused_unless_a_test_asks(url: str) -> None:
    with pytest.raises(Forbidden):
        HttpWebhooks().post(url, {}, b"")


def test_a_certificate_is_asked_for_by_the_webhooks_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here has one: the handshake is refused, with the name it was asked for by."""
    asked: list[str] = []
    ours, theirs = socket.socketpair()
    resolving(monkeypatch, "8.8.8.8")
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_how: ours)

    def wrap(self: ssl.SSLContext, _connection: socket.socket, *, server_hostname: str) -> socket.socket:
        asked.append(server_hostname)
        assert (self.check_hostname, self.verify_mode) == (True, ssl.CERT_REQUIRED)
        raise ssl.SSLCertVerificationError

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrap)
    with theirs, pytest.raises(Unavailable):
        HttpWebhooks().post("https://ats.example.com/in", {}, b"")
    assert asked == ["ats.example.com"]
    assert ours.fileno() == -1
