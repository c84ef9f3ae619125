"""Owns the life of a local Gmail server; the OAuth endpoints are on the same port and share its accounts."""

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from tests.localcloud import http
from tests.localcloud.gmail import batch, surroundings
from tests.localcloud.gmail.admin import Admin
from tests.localcloud.gmail.app import ApiAnswer, ApiRequest, GmailApi
from tests.localcloud.gmail.errors import CUT, GmailError
from tests.localcloud.gmail.notifications import Publish
from tests.localcloud.gmail.records import Json
from tests.localcloud.gmail.world import World
from tests.localcloud.interrupts import run_until_stopped
from tests.localcloud.oauth.app import PREFIXES, OAuthApp
from tests.localcloud.oauth.store import OAuthStore

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOCAL = "/_local/"


class GmailApp:
    """The WSGI application: API, batches, the interface for scripts, and OAuth beside them."""

    def __init__(self, world: World, oauth: OAuthStore) -> None:
        self._world = world
        self._api = GmailApi(world, oauth)
        self._admin = Admin(world)
        self._oauth = OAuthApp(oauth)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PREFIXES):
            return self._oauth(environ, start_response)
        request = Request(environ)
        try:
            answer = self._answer(request)
        except GmailError as error:
            if error.status == CUT:
                raise http.ConnectionCut from error
            answer = ApiAnswer(error.status, json.dumps(error.body()).encode())
        headers = {"Content-Type": "application/json; charset=UTF-8", **answer.headers}
        return Response(answer.body, answer.status, headers)(environ, start_response)

    def _answer(self, request: Request) -> ApiAnswer:
        if request.path.startswith(LOCAL):
            body = self._body(request)
            found = self._admin.answer(request.method, request.path.removeprefix(LOCAL), body)
            return ApiAnswer(200, json.dumps(found).encode())
        authorization = request.headers.get("Authorization", "")
        grant = self._api.grant(authorization)
        account = grant.address if grant else None
        if request.path.startswith("/batch"):
            return self._batch(request, authorization, account)
        self._world.note_request(account, f"{request.method} {request.path}")
        url = f"{request.path}?{request.query_string.decode()}"
        return self._api.answer(ApiRequest(request.method, url, authorization, request.get_data()))

    def _batch(self, request: Request, authorization: str, account: str | None) -> ApiAnswer:
        number = self._world.note_request(account, "batch")
        self._world.faults.strike("batch", "before", account)
        content_type = request.headers.get("Content-Type", "")
        answer = batch.answer(self._api, content_type, authorization, request.get_data(), number)
        self._world.faults.strike("batch", "after", account)
        return answer

    @staticmethod
    def _body(request: Request) -> Json:
        found = request.get_json(force=True, silent=True)
        return found if isinstance(found, dict) else {}


class GmailServer:
    """A local Gmail on a port, with the OAuth stand-in's endpoints beside it."""

    def __init__(
        self,
        world: World | None = None,
        *,
        publish: Publish | None = None,
        clock: Callable[[], datetime] | None = None,
        oauth: OAuthStore | None = None,
        port: int = 0,
    ) -> None:
        self.world = world or World(clock or (lambda: datetime.now(UTC)), publish)
        self.oauth = oauth or OAuthStore(self.world.subs)
        self._running = http.serve(GmailApp(self.world, self.oauth), port)
        self.url = self._running.url

    def stop(self) -> None:
        self._running.stop()


def serve(port: int = 0) -> GmailServer:
    return GmailServer(port=port)


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="gmail", description="The local Gmail, with Google's OAuth endpoints."
    )
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--push-url", help="where notifications go when PUBSUB_EMULATOR_HOST is not set")
    parser.add_argument(
        "--account", action="append", default=[], metavar="ADDRESS", help="may be given more than once"
    )
    arguments = parser.parse_args(argv)
    clock, publish = surroundings.clock(), surroundings.publisher(arguments.push_url)
    server = GmailServer(clock=clock, publish=publish, port=arguments.port)
    for number, address in enumerate(arguments.account, start=1):
        server.world.add_account(address, f"10000000000000000000{number}")
    print(server.url, flush=True)
    run_until_stopped(server.stop)
