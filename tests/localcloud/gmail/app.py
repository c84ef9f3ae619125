"""Owns the HTTP form of Gmail's API: routes, tokens, JSON; each request becomes one call of the World."""

import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from tests.localcloud.gmail import mail
from tests.localcloud.gmail.errors import CUT, GmailError, invalid, not_found
from tests.localcloud.gmail.records import Caller, Json
from tests.localcloud.gmail.world import MailboxApi, World
from tests.localcloud.http import ConnectionCut
from tests.localcloud.oauth.store import Grant, OAuthStore

USERS = "/gmail/v1/users/<user>/"


@dataclass(frozen=True)
class ApiRequest:
    """One call as it came, alone or as a part of a batch."""

    verb: str
    url: str
    authorization: str
    body: bytes
    batch: int | None = None

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.url).query)

    def first(self, name: str) -> str | None:
        return next(iter(self.query.get(name, [])), None)

    def size(self) -> int:
        value = self.first("maxResults") or "100"
        if not value.isdigit():
            raise invalid(f"Invalid value at 'max_results': {value}")
        return int(value)

    def json(self) -> Json:
        try:
            body = json.loads(self.body or b"{}")
        except ValueError:
            raise invalid("Invalid JSON payload received.") from None
        if not isinstance(body, dict):
            raise invalid("Invalid JSON payload received.")
        return body

    def raw_mail(self, message: Any) -> tuple[bytes, str | None]:
        """Take a message resource apart: the raw mail, and the thread that it shall go into."""
        if not isinstance(message, dict) or not message.get("raw"):
            raise invalid(
                "'raw' RFC822 payload message string or uploading message via /upload/* URL required"
            )
        try:
            return mail.decode(message["raw"]), message.get("threadId")
        except (binascii.Error, ValueError):
            raise invalid("Invalid value at 'message.raw' (TYPE_BYTES), Base64 decoding failed") from None


@dataclass(frozen=True)
class ApiAnswer:
    """Status, headers and body, to be written alone or into a batch."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Route = Callable[[MailboxApi, ApiRequest, dict[str, str]], Json]


def _form(request: ApiRequest) -> str:
    return (request.first("format") or "full").lower()


def _labels(request: ApiRequest) -> tuple[list[str], list[str]]:
    body = request.json()
    return body.get("addLabelIds", []), body.get("removeLabelIds", [])


def _list_messages(box: MailboxApi, request: ApiRequest, _path: dict[str, str]) -> Json:
    return box.list_messages(
        request.first("q"),
        request.query.get("labelIds"),
        include_spam_trash=request.first("includeSpamTrash") == "true",
        page_token=request.first("pageToken"),
        max_results=request.size(),
    )


def _list_history(box: MailboxApi, request: ApiRequest, _path: dict[str, str]) -> Json:
    return box.list_history(
        request.first("startHistoryId") or "",
        types=request.query.get("historyTypes"),
        label_id=request.first("labelId"),
        page_token=request.first("pageToken"),
        max_results=request.size(),
    )


def _get_message(box: MailboxApi, request: ApiRequest, path: dict[str, str]) -> Json:
    return box.get_message(path["id"], _form(request), request.query.get("metadataHeaders"))


def _get_thread(box: MailboxApi, request: ApiRequest, path: dict[str, str]) -> Json:
    return box.get_thread(path["id"], _form(request), request.query.get("metadataHeaders"))


def _list_drafts(box: MailboxApi, request: ApiRequest, _path: dict[str, str]) -> Json:
    return box.list_drafts(request.first("q"), request.first("pageToken"), request.size())


def _create_draft(box: MailboxApi, request: ApiRequest, _path: dict[str, str]) -> Json:
    return box.create_draft(*request.raw_mail(request.json().get("message")))


def _send_draft(box: MailboxApi, request: ApiRequest, _path: dict[str, str]) -> Json:
    return box.send_draft(str(request.json().get("id", "")))


def _watch(box: MailboxApi, request: ApiRequest, _path: dict[str, str]) -> Json:
    topic = request.json().get("topicName")
    if not topic:
        raise invalid("topicName required")
    return box.watch(str(topic))


ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "profile"): lambda box, _request, _path: box.get_profile(),
    ("POST", "watch"): _watch,
    ("POST", "stop"): lambda box, _request, _path: box.stop(),
    ("GET", "history"): _list_history,
    ("GET", "messages"): _list_messages,
    ("POST", "messages/send"): lambda box, request, _path: box.send_message(
        *request.raw_mail(request.json())
    ),
    ("POST", "messages/batchModify"): lambda box, request, _path: box.modify_messages(
        request.json().get("ids", []), *_labels(request)
    ),
    ("GET", "messages/<id>"): _get_message,
    ("POST", "messages/<id>/modify"): lambda box, request, path: box.modify_message(
        path["id"], *_labels(request)
    ),
    ("GET", "threads/<id>"): _get_thread,
    ("POST", "threads/<id>/modify"): lambda box, request, path: box.modify_thread(
        path["id"], *_labels(request)
    ),
    ("GET", "drafts"): _list_drafts,
    ("POST", "drafts"): _create_draft,
    ("POST", "drafts/send"): _send_draft,
    ("GET", "drafts/<id>"): lambda box, request, path: box.get_draft(path["id"], _form(request)),
    ("DELETE", "drafts/<id>"): lambda box, _request, path: box.delete_draft(path["id"]),
    ("GET", "labels"): lambda box, _request, _path: box.list_labels(),
    ("POST", "labels"): lambda box, request, _path: box.create_label(str(request.json().get("name", ""))),
    ("GET", "labels/<id>"): lambda box, _request, path: box.get_label(path["id"]),
    ("DELETE", "labels/<id>"): lambda box, _request, path: box.delete_label(path["id"]),
}


class GmailApi:
    """Answers API requests; tokens are those of the OAuth stand-in."""

    def __init__(self, world: World, oauth: OAuthStore) -> None:
        self.world = world
        self._oauth = oauth
        rules = [Rule(USERS + path, endpoint=(verb, path), methods=[verb]) for verb, path in ROUTES]
        self._urls = Map(rules).bind("localhost")

    def grant(self, authorization: str) -> Grant | None:
        scheme, _, token = authorization.partition(" ")
        return self._oauth.check(token.strip()) if scheme.lower() == "bearer" else None

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer one call; a cut raises `ConnectionCut`."""
        try:
            found = self._call(request)
        except GmailError as error:
            if error.status == CUT:
                raise ConnectionCut from error
            headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
            if error.status == 401:
                headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/"'
            return ApiAnswer(error.status, json.dumps(error.body()).encode(), headers)
        # Deletions, stop and batchModify say nothing on success.
        return ApiAnswer(200, json.dumps(found).encode()) if found else ApiAnswer(204, b"")

    def _call(self, request: ApiRequest) -> Json:
        grant = self.grant(request.authorization)
        if grant is None:
            raise GmailError(401, "authError", "Invalid Credentials")
        try:
            endpoint, path = self._urls.match(request.path, request.verb)
        except HTTPException:
            raise not_found() from None
        if path["user"].lower() not in ("me", grant.address):
            raise GmailError(403, "forbidden", f"Delegation denied for {grant.address}")
        caller = Caller(grant.scopes, grant.client_id, request.first("fields"), request.batch)
        return ROUTES[endpoint](self.world.mailbox(grant.address, caller), request, dict(path))
