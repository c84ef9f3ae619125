"""Owns the path of every API call: faults, admission, the work under the lock, the mask, the access log.

What a call handed out is on record: body and snippet are looked for in the masked answer itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from tests.localcloud.gmail import fields, quota
from tests.localcloud.gmail.errors import GmailError
from tests.localcloud.gmail.mailbox import Mailbox
from tests.localcloud.gmail.records import AccessEntry, Caller, Json

if TYPE_CHECKING:
    from tests.localcloud.gmail.world import World


class Calls:
    """One caller's view of one mailbox; the API's methods are in the classes that extend it."""

    def __init__(self, world: "World", state: Mailbox, caller: Caller) -> None:
        self.world = world
        self.state = state
        self.caller = caller

    def perform(self, method: str, work: Callable[[AccessEntry], Json], of: str | None = None) -> Json:
        """Do one call; `of` is the id of the one thing that it names."""
        entry = self.world.entry(method, self.state.address, self.caller)
        try:
            with self._in_flight():
                answer = self._answer(entry, work, of)
        except GmailError as error:
            entry.status = error.status
            raise
        entry.status = 200
        return answer

    def _answer(self, entry: AccessEntry, work: Callable[[AccessEntry], Json], of: str | None) -> Json:
        world, address = self.world, self.state.address
        if not self.caller.by_hand:
            world.faults.strike(entry.method, "before", address, of)
        mask = fields.parse(self.caller.fields) if self.caller.fields else {}
        with world.coalesced(), world.lock:
            self._admit(entry)
            self.state.settle(world.now())
            answer: Json = fields.keep(work(entry), mask)
            entry.effect = True
            entry.snippet, entry.body = _hands_out(answer)
        if not self.caller.by_hand:
            world.faults.strike(entry.method, "after", address, of)
        return answer

    @contextmanager
    def _in_flight(self) -> Iterator[None]:
        """Count the calls of one mailbox that are being answered at the same time."""
        with self.world.lock:
            limit = self.world.concurrent_limit
            if not self.caller.by_hand and limit is not None and self.state.in_flight >= limit:
                raise GmailError(429, "rateLimitExceeded", "Too many concurrent requests for user")
            self.state.in_flight += 1
        try:
            yield
        finally:
            with self.world.lock:
                self.state.in_flight -= 1

    def _admit(self, entry: AccessEntry) -> None:
        if self.caller.by_hand:
            return
        if self.state.address in self.world.revoked:
            raise GmailError(401, "authError", "Invalid Credentials")
        if not self.state.has_gmail:
            raise GmailError(400, "failedPrecondition", "Mail service not enabled")
        scopes = self.caller.scopes
        if scopes is not None and not quota.allowed(entry.method, scopes):
            raise GmailError(
                403, "insufficientPermissions", "Request had insufficient authentication scopes."
            )
        entry.units = quota.UNITS[entry.method]
        self.state.spend(entry.units, self.world.now())
        self.world.check_quota(self.state)

    def refuse_to_metadata_tokens(self, message: str) -> None:
        """A token that holds gmail.metadata is refused even when broader scopes are on it too."""
        if self.caller.scopes is not None and quota.METADATA in self.caller.scopes:
            raise GmailError(403, "forbidden", message)


def _hands_out(answer: Any) -> tuple[bool, bool]:
    """Tell whether a snippet and whether a body is anywhere in an answer."""
    if isinstance(answer, list):
        below = [_hands_out(element) for element in answer]
    elif isinstance(answer, dict):
        below = [_hands_out(value) for value in answer.values()]
        below.append(("snippet" in answer, "raw" in answer or "data" in answer))
    else:
        return False, False
    return any(snippet for snippet, _ in below), any(body for _, body in below)


C = TypeVar("C", bound=Calls)
P = ParamSpec("P")


def method(
    name: str,
) -> Callable[[Callable[Concatenate[C, AccessEntry, P], Json]], Callable[Concatenate[C, P], Json]]:
    """Make a function an API method of that name; it gets its log entry as first argument."""

    def decorate(work: Callable[Concatenate[C, AccessEntry, P], Json]) -> Callable[Concatenate[C, P], Json]:
        def call(self: C, /, *args: P.args, **kwargs: P.kwargs) -> Json:
            of = args[0] if args and isinstance(args[0], str) else None
            return self.perform(name, lambda entry: work(self, entry, *args, **kwargs), of)

        update_wrapper(call, work)
        return call

    return decorate
