"""Own the page of the world around a local cloud: its time, and the people who get mail.

What it shows is what they would see; what it does is what they would do, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug import Request, Response
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.utils import redirect

from tests.e2e.demo import script, world_page
from tests.e2e.demo.running import Time
from tests.e2e.demo.world_page import Inbox
from tests.localcloud.cloud import LocalCloud

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: How many inboxes one page shows.
SHOWN = 50
#: How long somebody is away who has left an automatic answer.
AWAY = timedelta(days=5)
#: What the buttons under a mail say, and the words that it is then answered in.
ANSWERS = {
    "interested": script.INTERESTED,
    "not now": script.NOT_INTERESTED,
    "a question": script.OPEN,
    "out of office": script.AWAY_UNTIL,
    "please remove me": script.REMOVE,
}


class WorldApp:
    """Serve the page, and what can be posted: ``minutes`` to ``/clock``, an answer to ``/answers``."""

    def __init__(self, cloud: LocalCloud, time: Time) -> None:
        self._cloud = cloud
        self._time = time

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        routes = {
            ("GET", "/"): self._overview,
            ("GET", "/inbox"): self._inbox,
            ("POST", "/clock"): self._move_on,
            ("POST", "/answers"): self._answer,
        }
        try:
            if (request.method, request.path) not in routes:
                raise NotFound
            answer: WSGIApplication = routes[request.method, request.path](request)
        except HTTPException as error:
            answer = Response(f"{error.description}\n", error.code)
        return answer(environ, start_response)

    def _overview(self, request: Request) -> Response:
        wanted = request.args.get("q", "").strip().lower()
        addresses = [one for one in self._cloud.world.outside_addresses() if wanted in one]
        inboxes = [Inbox(one, self._cloud.world.outside_inbox(one)) for one in addresses]
        inboxes.sort(key=lambda one: (one.mails[-1].at, one.address), reverse=True)
        return _html(world_page.overview(self._time.now(), inboxes[:SHOWN], len(inboxes), wanted))

    def _inbox(self, request: Request) -> Response:
        inbox, answered = self._of(request.args.get("address", "")), "answered" in request.args
        return _html(world_page.inbox(self._time.now(), inbox, ANSWERS, answered=answered))

    def _of(self, address: str) -> Inbox:
        mails = self._cloud.world.outside_inbox(address)
        if not mails:
            raise NotFound("nobody has written to this address")
        return Inbox(address, mails)

    def _move_on(self, request: Request) -> Response:
        """Go through the ``minutes``; back on the page, all is settled that fell due."""
        minutes = request.form.get("minutes", "")
        if not minutes.isdecimal() or int(minutes) == 0:
            raise BadRequest("minutes: how many there are to go through")
        self._time.move_on(timedelta(minutes=int(minutes)))
        return redirect(request.form.get("then", "/"), 303)

    def _answer(self, request: Request) -> Response:
        """Let the owner of ``address`` answer mail number ``mail`` (0 is the oldest; none: the newest).

        By ``kind``, one of those on the page, or in ``words`` of their own.
        """
        inbox = self._of(request.form.get("address", ""))
        kind, words = request.form.get("kind", ""), request.form.get("words", "").strip()
        number = request.form.get("mail", str(len(inbox.mails) - 1))
        if not number.isdecimal() or int(number) >= len(inbox.mails):
            raise BadRequest("mail: there is none of this number")
        if kind not in ANSWERS and (kind or not words):
            raise BadRequest(f"kind: one of {', '.join(ANSWERS)}; or else words")
        mail = inbox.mails[int(number)]
        said = ANSWERS[kind].format(self._time.now() + AWAY) if kind else words
        automatic = kind == "out of office"
        raw = script.written(mail.raw, inbox.address, mail.sender, said, automatic=automatic)
        self._cloud.world.deliver(raw, mail.sender)
        return redirect(f"/inbox?{urlencode({'address': inbox.address, 'answered': ''})}", 303)


def _html(page: str) -> Response:
    return Response(page, content_type="text/html; charset=utf-8")
