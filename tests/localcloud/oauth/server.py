"""Owns the life of a local OAuth server that runs alone."""

import argparse
from collections.abc import Sequence

from tests.localcloud import http
from tests.localcloud.interrupts import run_until_stopped
from tests.localcloud.oauth.app import OAuthApp
from tests.localcloud.oauth.sign_in import PATH
from tests.localcloud.oauth.store import OAuthStore


class OAuthServer:
    """The OAuth endpoints on a port of their own; with the store of a `GmailServer` they share its tokens."""

    def __init__(self, store: OAuthStore | None = None, port: int = 0) -> None:
        self.store = store or OAuthStore()
        self._running = http.serve(OAuthApp(self.store), port)
        self.url = self._running.url

    @property
    def auth_url(self) -> str:
        return f"{self.url}/o/oauth2/v2/auth"

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    @property
    def revoke_url(self) -> str:
        return f"{self.url}/revoke"

    @property
    def userinfo_url(self) -> str:
        return f"{self.url}/userinfo"

    @property
    def issuer(self) -> str:
        """The URL of the web app's issuer, as its tokens name it."""
        return f"{self.url}{PATH}"

    @property
    def jwks_url(self) -> str:
        return f"{self.issuer}/jwks"

    def stop(self) -> None:
        self._running.stop()


def serve(port: int = 0) -> OAuthServer:
    return OAuthServer(port=port)


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="oauth", description="The local stand-in for Google's OAuth endpoints and the web app's issuer."
    )
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument(
        "--account", action="append", default=[], metavar="ADDRESS", help="may be given more than once"
    )
    arguments = parser.parse_args(argv)
    server = serve(arguments.port)
    for number, address in enumerate(arguments.account, start=1):
        server.store.add_account(address, f"10000000000000000000{number}")
    print(server.url, flush=True)
    run_until_stopped(server.stop)
