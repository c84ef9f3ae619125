"""The domain's clock is the system's, or one that is asked over HTTP and moves when told to."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.wrappers import Request, Response

from lib.adapters.clock import HttpClock, SystemClock
from lib.core.errors import Unavailable
from tests.localcloud.clock import LocalClock
from tests.localcloud.http import ConnectionCut, serve

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_the_system_clock_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_a_clock_over_http_moves_when_it_is_moved() -> None:
    local = LocalClock(NOW)
    with local.serve() as server:
        clock = HttpClock(server.url)
        assert clock.now() == NOW
        local.move_to(NOW + timedelta(days=3))
        assert clock.now() == NOW + timedelta(days=3)


def test_a_clock_over_http_serves_many_threads() -> None:
    local = LocalClock(NOW)
    seen: list[datetime] = []
    with local.serve() as server:
        clock = HttpClock(server.url)
        threads = [threading.Thread(target=lambda: seen.append(clock.now())) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [NOW] * 16


def test_a_connection_that_was_cut_is_made_anew() -> None:
    asked: list[str] = []

    @Request.application
    def application(request: Request) -> Response:
        asked.append(request.path)
        if len(asked) == 2:
            raise ConnectionCut
        return Response('{"now": "2026-03-02T10:00:00+01:00"}')

    with serve(application, 0) as server:
        clock = HttpClock(server.url)
        assert [clock.now(), clock.now()] == [NOW, NOW]
    assert len(asked) == 3


def test_a_clock_that_is_down_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        HttpClock("http://127.0.0.1:1/").now()


@pytest.mark.parametrize("body", ["{}", "<p>", '{"now": "2026-03-02T09:00:00"}', '{"now": "noon"}'])
def test_a_clock_that_tells_no_time_is_unavailable(body: str) -> None:
    @Request.application
    def application(_request: Request) -> Response:
        return Response(body)

    with serve(application, 0) as server, pytest.raises(Unavailable):
        HttpClock(server.url).now()
