"""Own how a recruiter puts right in the console what went wrong, on any screen.

Each part shows its screens to the eyes that look on; what was not foreseen by whoever made the page is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import expect

from tests.e2e.console.scene import sign_in
from tests.e2e.console.troubles import ASIDE, BOSS, ID, NAMES, NOOR, ZOE, Troubles
from tests.e2e.console.walk import Walk

NOT_READ = "A mail in the mailbox could not be read"


@dataclass
class Mending(Walk):
    """The way of a recruiter whose campaign met with every trouble."""

    met: Troubles

    def whole(self) -> None:
        sign_in(self.page)
        self.page.goto(f"{self.scene.url}#/campaigns/{ID}")
        self.decide()
        self.read()
        self.pause_for_long()
        self.resume()

    def decide(self) -> None:
        """Say that a held mail did not go out, and take its candidate out: two deeds, told as two."""
        self.page.get_by_role("link", name="Show whom it concerns").click()
        self.page.get_by_role("grid").get_by_role("link", name=NAMES[self.met.held]).click()
        expect(self.page.get_by_text(f"in:sent to:{self.met.held}")).to_be_visible()
        self.look("held")
        self.page.get_by_role("button", name="It did not").click()
        expect(self.page.get_by_text("Somebody said that the held mail had not gone out")).to_be_visible()
        self.scene.move_on(timedelta(seconds=1), self.page)
        self.page.get_by_role("button", name="Take out of the campaign").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Take out").click()
        expect(self.page.get_by_text("They were taken out of the campaign")).to_be_visible()
        self.look("held_decided")

    def read(self) -> None:
        """See whose each answer is; read one whose candidate wrote about something else."""
        self._part("Answers")
        expect(self.page.get_by_text(NOT_READ)).to_be_visible()
        answers = self.page.get_by_role("region", name="Answers")
        by_name = f"{NAMES[self.met.answered]} <{self.met.answered}>"
        expect(answers.get_by_role("link", name=by_name)).to_be_visible()
        undelivered = answers.get_by_role("link", name=NAMES[NOOR])
        expect(undelivered).to_contain_text("Could not be delivered")
        replaced = answers.get_by_role("link", name=NAMES[self.met.replaced])
        expect(replaced).to_contain_text("From another address")
        self.look("answers_parked")
        replaced.click()
        expect(self.page.get_by_role("article")).to_contain_text(BOSS)
        self.look("answer_of_another")
        if back := self.page.get_by_role("button", name="Back to the list").filter(visible=True).all():
            back[0].click()
        answers.get_by_role("link", name=ZOE).click()
        read = self.page.get_by_role("button", name="Read it")
        expect(read).to_be_visible()
        self.look("answer_unread")
        read.click()
        expect(self.page.get_by_role("article")).to_contain_text(ASIDE)

    def pause_for_long(self) -> None:
        """Pause until all times have gone by: mails are still to come."""
        self._part("Overview")
        self.page.get_by_role("button", name="Pause").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Pause").click()
        expect(self.page.get_by_text("It is paused")).to_be_visible()
        self.scene.move_on(timedelta(days=2), self.page)
        self.page.reload()
        expect(self.page.get_by_text("Those who wait get new times when it is resumed")).to_be_visible()
        self.look("paused_for_long")
        self._part("Plan")
        expect(self.page.get_by_text("There are no times just now")).to_be_visible()
        self.look("paused_plan")

    def resume(self) -> None:
        """Let it go on: who waits gets a new time, and then their mail."""
        before = len(self.scene.inbox(self.met.waiting))
        self.page.get_by_role("button", name="Resume").click()
        self.look("resume")
        self.page.get_by_role("dialog").get_by_role("button", name="Resume").click()
        expect(self.page.get_by_text("Day by day")).to_be_visible()
        self.look("resumed_plan")
        self._part("Overview")
        self.look("resumed")
        self.scene.move_on(timedelta(days=1), self.page)
        assert len(self.scene.inbox(self.met.waiting)) == before + 1

    def _part(self, name: str) -> None:
        parts = self.page.get_by_role("navigation", name="Parts of the campaign")
        link = parts.get_by_role("link", name=name)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
