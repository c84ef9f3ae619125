"""Own what stands around the console in a test: the local cloud as at ``make serve``, but time stands still.

What a person does is done in the browser, by what they see and hear: roles, labels, texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import Screen, Window, window
from tests.e2e.demo.__main__ import user_token
from tests.e2e.demo.running import Time, add_accounts
from tests.e2e.demo.web_app import WebApp
from tests.e2e.demo.world_app import WorldApp
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.emulators import Emulators
from tests.localcloud.gmail.records import Delivery
from tests.localcloud.http import serve
from tests.localcloud.memory_functions import in_memory
from tests.localcloud.oauth.issuer import ROBIN, Person

#: A Tuesday morning in Berlin, on which mails go out.
START = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


@dataclass
class Scene:
    """A local cloud with the world around it."""

    cloud: LocalCloud
    time: Time
    world: str
    app: WebApp

    @property
    def url(self) -> str:
        return f"{self.cloud.base_url}/console/"

    def move_on(self, by: timedelta, *pages: Page) -> None:
        """Let time pass, by the clocks of these pages' browsers too."""
        self.time.move_on(by)
        for page in pages:
            page.clock.set_fixed_time(self.time.now())

    def inbox(self, address: str) -> list[Delivery]:
        return self.cloud.world.outside_inbox(address)

    def answer(self, address: str, **said: str) -> None:
        """Let a candidate answer, as the world's page does: ``kind`` or ``words``."""
        form = {"address": address, **said}
        requests.post(f"{self.world}/answers", data=form, timeout=30).raise_for_status()
        self.cloud.wait_idle()

    @contextmanager
    def window(self, browser: Browser, screen: Screen, *, dark: bool = False) -> Iterator[Window]:
        """Open the console in a window, at the time that it is here."""
        with window(browser, screen, dark=dark) as opened:
            opened.page.clock.set_fixed_time(self.time.now())
            opened.page.goto(self.url)
            yield opened


@contextmanager
def scene(emulators: Emulators | None, project: str) -> Iterator[Scene]:
    """Start everything; on the official emulators where there are any, else in memory."""
    cloud = LocalCloud(
        now=START, project=project, prepare_functions=in_memory, quiet=True, emulators=emulators
    )
    with cloud:
        add_accounts(cloud)
        time = Time(cloud)
        with serve(WorldApp(cloud, time)) as world:
            yield Scene(cloud, time, world.url, WebApp(cloud.base_url, user_token(cloud)))


def sign_in(page: Page, person: Person = ROBIN) -> None:
    """Sign in from the console's first page, through the issuer's."""
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=person.name).click()
    expect(page.get_by_role("banner")).to_be_visible()
