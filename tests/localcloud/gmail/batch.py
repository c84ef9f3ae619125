"""Owns batches: one HTTP request of up to 100 calls, as multipart/mixed both ways.

Parts are answered in order, each with its own status; a cut takes the whole answer once all had their effect.
"""

from email import message_from_bytes, message_from_string
from email.message import Message
from http import HTTPStatus

from tests.localcloud.gmail.app import ApiAnswer, ApiRequest, GmailApi
from tests.localcloud.gmail.errors import invalid
from tests.localcloud.http import ConnectionCut

MAX_PARTS = 100
_BOUNDARY = "batch_local_gmail"


def answer(api: GmailApi, content_type: str, authorization: str, body: bytes, number: int) -> ApiAnswer:
    """Answer a batch; `number` goes to the log of each part."""
    outer = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    parts = outer.get_payload()
    if not outer.is_multipart() or not isinstance(parts, list):
        raise invalid("Failed to parse batch request, error: no parts")
    if len(parts) > MAX_PARTS:
        raise invalid(f"The batch request contains too many calls: {len(parts)}")
    written: list[str] = []
    cut: ConnectionCut | None = None
    with api.world.coalesced():
        for part in parts:
            assert isinstance(part, Message)
            try:
                answered = api.answer(_request(part, authorization, number))
            except ConnectionCut as error:
                cut = error
            else:
                written.append(_written(part, answered))
    if cut is not None:
        raise cut
    text = "".join(f"--{_BOUNDARY}\r\n{part}\r\n" for part in written) + f"--{_BOUNDARY}--\r\n"
    return ApiAnswer(200, text.encode(), {"Content-Type": f"multipart/mixed; boundary={_BOUNDARY}"})


def _request(part: Message, authorization: str, number: int) -> ApiRequest:
    payload = part.get_payload(decode=True)
    text = payload.decode() if isinstance(payload, bytes) else ""
    line, _, rest = text.partition("\n")
    words = line.split()
    if len(words) < 2:
        raise invalid("Failed to parse batch request, error: no request line")
    inner = message_from_string(rest)
    body = inner.get_payload()
    own = str(inner.get("Authorization") or authorization)
    return ApiRequest(
        words[0], words[1], own, body.strip().encode() if isinstance(body, str) else b"", number
    )


def _written(part: Message, answered: ApiAnswer) -> str:
    content_id = str(part.get("Content-ID", "<>")).strip()
    headers = {"Content-Type": "application/json; charset=UTF-8", **answered.headers}
    lines = [f"HTTP/1.1 {answered.status} {HTTPStatus(answered.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    inner = "\r\n".join(lines) + "\r\n\r\n" + answered.body.decode()
    return f"Content-Type: application/http\r\nContent-ID: <response-{content_id[1:]}\r\n\r\n{inner}"
