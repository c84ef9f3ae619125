"""Own the floors: functions that make the calls which ours must make, with the same clients, no more.

This file alone is deployed, as ``main.py``: it knows nothing of lib/. What to read, write and send comes with
the request, so that nothing has to be decided, written or rendered. Clients are made at first use and kept.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Request

Json = dict[str, Any]
_thread = threading.local()


def hello(_request: Request) -> str:
    """Answer at once."""
    return "hello"


def hello_firestore(_request: Request) -> str:
    """Answer with Firestore imported, no call made."""
    from google.cloud import firestore  # noqa: F401, PLC0415 - the import is what is measured

    return "hello"


def hello_secret(request: Request) -> str:
    """Answer with the secrets read that the request names."""
    _read_secrets(request.args["secrets"])
    return "hello"


def hello_stored(request: Request) -> str:
    """Answer with secrets read, and documents read and written."""
    given: Json = request.get_json()
    _read_secrets(given["secrets"])
    snapshot: Json = {}
    for paths in given["reads"]:
        snapshot |= _read(paths)
    _commit(given["writes"], snapshot, given["unique"])
    return "hello"


def send_step(request: Request) -> Json:
    """Send one mail: read, draft, commit, send, Message-ID and label, commit, the next step's task."""
    given: Json = request.get_json()
    snapshot = _read(given["reads"])
    http = _gmail(given)
    drafts, messages = _collection("drafts"), _collection("messages")
    draft = _done(
        drafts.create(userId="me", body={"message": {"raw": given["raw"]}}, fields="id,message(id,threadId)"),
        http,
    )
    snapshot |= _commit(given["claim"], snapshot, given["unique"])
    sent = _done(drafts.send(userId="me", body={"id": draft["id"]}, fields="id,threadId"), http)
    about = {"format": "metadata", "metadataHeaders": ["Message-ID"], "fields": given["header_fields"]}
    labels = messages.modify(userId="me", id=sent["id"], body={"addLabelIds": given["labels"]}, fields="id")
    _batch([messages.get(userId="me", id=sent["id"], **about), labels], http)
    _commit(given["record"], snapshot, given["unique"])
    _create_task(given["unique"], given["task"])
    return {"outcome": "sent"}


def watch_notification(request: Request) -> Json:
    """Stop for one answer: read the cursor, list, look up, fetch, label, look at the days, commit."""
    given: Json = request.get_json()
    snapshot: Json = {}
    inbox, lookups, *others = given["reads"]
    snapshot |= _read(inbox)
    http = _gmail(given)
    _done(_collection("history").list(userId="me", startHistoryId=given["cursor"], **given["history"]), http)
    snapshot |= _read(lookups)
    messages = _collection("messages")
    _done(
        messages.get(
            userId="me", id=given["message"], format="raw", fields="id,threadId,labelIds,internalDate,raw"
        ),
        http,
    )
    for paths in others:
        snapshot |= _read(paths)
    labels = {"addLabelIds": given["labels"]}
    _batch([messages.modify(userId="me", id=given["message"], body=labels, fields="id")], http)
    _commit(given["writes"], snapshot, given["unique"])
    return {"outcome": "worked off"}


# Firestore


@cache
def _firestore() -> Any:
    from google.cloud import firestore  # noqa: PLC0415 - cold start

    return firestore.Client(project=os.environ["OUTREACH_PROJECT"])


def _read(paths: list[str]) -> Json:
    """Read documents in one call, by path."""
    client = _firestore()
    found = client.get_all([client.document(path) for path in paths])
    return {one.reference.path: one for one in found}


def _commit(writes: list[Json], snapshot: Json, unique: str) -> Json:
    """Write documents in one call; what was read is written back as it is, if it has not changed."""
    client = _firestore()
    batch = client.batch()
    kept = []
    for write in writes:
        path = write["path"].replace("{unique}", unique)
        before = snapshot.get(path)
        kept.append((path, before))
        if before is None or not before.exists:
            batch.set(client.document(path), write["fields"])
        else:
            batch.set(client.document(path), before.to_dict())
            client.write_option(last_update_time=before.update_time).modify_write(batch._write_pbs[-1])
    results = batch.commit()
    for (_, before), result in zip(kept, results, strict=True):
        if before is not None:
            before.update_time = result.update_time
    return {path: before for path, before in kept if before is not None}


# Secrets, Gmail, Tasks


@cache
def _secret(name: str) -> bytes:
    import grpc  # noqa: PLC0415 - cold start
    from google.cloud import secretmanager_v1  # noqa: PLC0415 - cold start

    transports = secretmanager_v1.SecretManagerServiceClient.get_transport_class("grpc")
    transport = transports(channel=grpc.insecure_channel(os.environ["SECRET_MANAGER_ENDPOINT"]))
    client = secretmanager_v1.SecretManagerServiceClient(transport=transport)
    path = f"projects/{os.environ['OUTREACH_PROJECT']}/secrets/{name}/versions/latest"
    return bytes(client.access_secret_version(name=path).payload.data)


def _read_secrets(names: str) -> None:
    for name in names.split(","):
        _secret(name)


def _gmail(given: Json) -> Any:
    """Return a connection with a mailbox's token."""
    _secret("address-key")
    return _connection(given["sealed"], given["bound_to"])


@cache
def _collection(name: str) -> Any:
    """Return the methods of a part of the API; the client would make them anew each time."""
    return getattr(_users(), name)()


@cache
def _users() -> Any:
    import httplib2  # noqa: PLC0415 - cold start
    from googleapiclient.discovery import build  # noqa: PLC0415 - cold start

    options = {"api_endpoint": os.environ["GMAIL_API_ENDPOINT"]}
    return build(
        "gmail",
        "v1",
        http=httplib2.Http(),
        client_options=options,
        static_discovery=True,
        cache_discovery=False,
    ).users()


@cache
def _access_token(sealed: str, bound_to: str) -> str:
    """Open a mailbox's grant, and ask for an access token."""
    from urllib.parse import urlencode  # noqa: PLC0415 - cold start

    import httplib2  # noqa: PLC0415 - cold start
    import tink  # noqa: PLC0415 - cold start
    from tink import aead, secret_key_access  # noqa: PLC0415 - cold start

    aead.register()
    keyset = _secret("token-keyset").decode()
    primitive = tink.json_proto_keyset_format.parse(keyset, secret_key_access.TOKEN).primitive(aead.Aead)
    grant = primitive.decrypt(base64.urlsafe_b64decode(sealed), bound_to.encode())
    form = json.loads(_secret("oauth-client")) | {
        "grant_type": "refresh_token",
        "refresh_token": grant.decode(),
    }
    headers = {"content-type": "application/x-www-form-urlencoded"}
    _, content = httplib2.Http().request(
        os.environ["GOOGLE_OAUTH_TOKEN_URL"], "POST", urlencode(form), headers
    )
    return str(json.loads(content)["access_token"])


def _connection(sealed: str, bound_to: str) -> Any:
    """Return this thread's connection, kept alive."""
    import httplib2  # noqa: PLC0415 - cold start
    from google.auth.credentials import Credentials  # noqa: PLC0415 - cold start
    from google_auth_httplib2 import AuthorizedHttp  # noqa: PLC0415 - cold start

    class Token(Credentials):
        def refresh(self, _request: object) -> None:
            raise RuntimeError("the access token was refused")

    if not hasattr(_thread, "http"):
        _thread.http = httplib2.Http()
    credentials = Token()  # type: ignore[no-untyped-call] # partly typed in google-auth
    credentials.token = _access_token(sealed, bound_to)
    return AuthorizedHttp(credentials, http=_thread.http)


def _done(request: Any, http: Any) -> Any:
    return request.execute(http=http, num_retries=0)


def _batch(requests: list[Any], http: Any) -> None:
    from googleapiclient.http import BatchHttpRequest  # noqa: PLC0415 - cold start

    failed: list[object] = []
    batch = BatchHttpRequest(
        callback=lambda _id, _answer, error: failed.append(error) if error else None,
        batch_uri=f"{os.environ['GMAIL_API_ENDPOINT'].rstrip('/')}/batch/gmail/v1",
    )
    for request in requests:
        batch.add(request)
    batch.execute(http=http)
    if failed:
        raise RuntimeError("a part of the batch failed")


@cache
def _tasks() -> Any:
    import grpc  # noqa: PLC0415 - cold start
    from google.cloud import tasks_v2  # noqa: PLC0415 - cold start

    transports = tasks_v2.CloudTasksClient.get_transport_class("grpc")
    return tasks_v2.CloudTasksClient(
        transport=transports(channel=grpc.insecure_channel(os.environ["CLOUD_TASKS_ENDPOINT"]))
    )


def _create_task(name: str, task: Json) -> None:
    from google.cloud import tasks_v2  # noqa: PLC0415 - cold start

    queue = os.environ["OUTREACH_QUEUE"]
    post = tasks_v2.HttpRequest(
        url=task["url"],
        http_method=tasks_v2.HttpMethod.POST,
        headers={"Content-Type": "application/json"},
        body=task["body"].encode(),
    )
    made = tasks_v2.Task(name=f"{queue}/tasks/{name}", http_request=post, schedule_time=task["at"])
    _tasks().create_task(parent=queue, task=made)
