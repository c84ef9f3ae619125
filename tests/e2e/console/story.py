"""Own the story that a recruiter lives through in the console, on any screen and with any hands.

Each chapter begins where the one before it ends, and shows its screens to the eyes that look on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import FilePayload, expect

from tests.e2e.console.hands import Hands
from tests.e2e.console.walk import Walk
from tests.localcloud.oauth.issuer import ROBIN

NAME = "Platform engineers"
KIM, LEE, ADA = "kim@mail.example.org", "lee@mail.example.net", "ada@people.example.com"
SHORTLIST = f"""\
email,name,company,timezone
{KIM},Kim Larsen,Helix Analytics,Europe/Berlin
{LEE},Lee Moreau,Orbit Mobility,Europe/Paris
{ADA},Ada Berger,Northsea Robotics,Europe/Berlin
"""
FIRST_SUBJECT = "A team for you, {{ first_name }}?"
FIRST_TEXT = "Hi {{ first_name }},\n\nyour work at {{ company }} made me write to you. Shall we talk?"
SECOND_TEXT = "Hi {{ first_name }},\n\ndid my mail reach you at a bad time?"


@dataclass
class Story(Walk):
    """One recruiter's way, from the first sign-in to the last good-bye."""

    hands: Hands

    def whole(self) -> None:
        self.sign_in()
        self.connect()
        self.compose()
        self.launch()
        self.watch()
        self.hear()
        self.pause()
        self.disconnect()

    def sign_in(self) -> None:
        self.look("signed_out")
        self.hands.press(self.page.get_by_role("button", name="Sign in"))
        self.hands.press(self.page.get_by_role("button", name=ROBIN.name))
        expect(self.page.get_by_role("heading", name="Connect your mailbox first")).to_be_visible()
        self.look("campaigns_no_mailbox")

    def connect(self) -> None:
        """Go the whole way of consent, and come back connected."""
        self.hands.press(self.page.get_by_role("link", name="Connect a mailbox"))
        self.hands.press(self.page.get_by_role("button", name="Connect your mailbox"))
        dialog = self.page.get_by_role("dialog", name="Connect your mailbox")
        expect(dialog.get_by_label("Your Gmail address")).to_have_value(ROBIN.email)
        expect(dialog.get_by_label("Your name, as candidates see it")).to_have_value(ROBIN.name)
        expect(dialog.get_by_label("Your time zone")).to_have_value("Europe/Berlin")
        self.look("mailbox_connect")
        self.hands.press(dialog.get_by_role("button", name="Go on to Google"))
        self.hands.press(self.page.get_by_role("button", name="Allow"))
        expect(self.page.get_by_text(f"{ROBIN.email} is connected")).to_be_visible()
        self.look("mailboxes")

    def compose(self) -> None:
        self.hands.press(self.page.get_by_role("link", name="Write your first campaign"))
        self._sender()
        self._shortlist()
        self._messages()

    def _sender(self) -> None:
        self.hands.choose(self.page.get_by_label("Mailbox", exact=True), f"{ROBIN.name} <{ROBIN.email}>")
        self.hands.write(self.page.get_by_label("Name of the campaign"), NAME)
        expect(self.page.get_by_label("Short name")).to_have_value("platform-engineers")
        self.look("compose_sender")
        self._next("Shortlist")

    def _shortlist(self) -> None:
        self.look("compose_shortlist_empty")
        with self.page.expect_file_chooser() as chooser:
            self.hands.press(self.page.get_by_role("button", name="Choose a file"))
        file = FilePayload(name="shortlist.csv", mimeType="text/csv", buffer=SHORTLIST.encode())
        chooser.value.set_files(file)
        expect(self.page.get_by_text("3 candidates")).to_be_visible()
        self.look("compose_shortlist")
        self._next("Messages")

    def _messages(self) -> None:
        first = self.page.get_by_role("region", name="Message 1")
        self.hands.write(first.get_by_label("Subject"), FIRST_SUBJECT)
        self.hands.write(first.get_by_label("Text", exact=True), FIRST_TEXT)
        shown = self.page.get_by_role("complementary", name="The mail as it will be")
        expect(shown).to_contain_text("A team for you, Kim?")
        self.look("compose_messages")
        self.hands.press(self.page.get_by_role("button", name="Add a follow-up"))
        second = self.page.get_by_role("region", name="Message 2")
        self.hands.write(second.get_by_label("Text", exact=True), SECOND_TEXT)
        expect(shown).to_contain_text("did my mail reach you at a bad time?")
        self.look("compose_messages_two")
        self._next("Plan")

    def launch(self) -> None:
        """Look at the plan, launch exactly that, and land on the campaign's page."""
        mails = self.page.get_by_role("definition").filter(has_text="if nobody answers")
        expect(mails).to_contain_text("6")
        plan = self.page.get_by_role("table", name="The plan by candidate")
        expect(plan).to_contain_text("right after the launch")
        expect(plan).to_contain_text("3 working days after message 1")
        self.look("compose_plan")
        self._next("Launch")
        expect(self.page.get_by_role("heading", name="A last look")).to_be_visible()
        self.look("compose_launch")
        self.hands.press(self.page.get_by_role("button", name="Launch the campaign"))
        dialog = self.page.get_by_role("dialog", name="Launch to 3 candidates?")
        self.look("compose_launch_dialog")
        self.hands.press(dialog.get_by_role("button", name="Launch now"))
        expect(self.page.get_by_role("heading", name=NAME, level=1)).to_be_visible()
        self.look("campaign_launched")

    def watch(self) -> None:
        """See the first mails go out, without loading the page anew."""
        self.page.evaluate("window.sameDocument = true")
        self.scene.move_on(timedelta(hours=1), self.page)
        assert [len(self.scene.inbox(one)) for one in (KIM, LEE, ADA)] == [1, 1, 1]
        sent = self.page.get_by_role("definition").filter(has_text="delivered")
        expect(sent).to_contain_text("3 delivered")
        self.look("campaign_sent")

    def hear(self) -> None:
        """See an answer come, read it, and say what it comes to."""
        self._part("Answers")
        expect(self.page.get_by_role("heading", name="No answers yet")).to_be_visible()
        self.look("answers_none")
        self.scene.answer(KIM, kind="interested")
        self.scene.answer(LEE, kind="out of office")
        answers = self.page.get_by_role("region", name="Answers")
        expect(answers.get_by_role("listitem")).to_have_count(2)
        expect(self.page.get_by_text("A new answer has come.").first).to_be_visible()
        assert self.page.evaluate("window.sameDocument") is True
        self.look("answers")
        self.hands.press(answers.get_by_role("link", name=KIM))
        thread = self.page.get_by_role("region", name="The chosen answer")
        expect(thread).to_contain_text("I would be interested to hear more")
        marked = thread.get_by_role("button", name="Interested", exact=True)
        self.hands.press(marked)
        expect(marked).to_have_attribute("aria-pressed", "true")
        expect(self.page.get_by_text("Marked: interested.")).to_be_visible()
        self.look("answer")
        shown = self.scene.app.call("GET", "campaigns/platform-engineers/answers")["answers"]
        assert [one["interest"] for one in shown if one["sender"] == KIM] == ["interested"]

    def pause(self) -> None:
        """Look at all parts of the campaign, and pause it: nothing goes out any more."""
        shown = {
            "Candidates": "Ada Berger",
            "Messages": "at a bad time",
            "Plan": "Day by day",
            "Overview": "Progress",
        }
        for part, words in shown.items():
            self._part(part)
            expect(self.page.get_by_role("main")).to_contain_text(words)
            self.look(f"campaign_{part.lower()}")
        self.hands.press(self.page.get_by_role("button", name="Pause"))
        dialog = self.page.get_by_role("dialog", name="Pause this campaign?")
        self.hands.write(dialog.get_by_label("Why"), "The team changes")
        self.look("campaign_pause")
        self.hands.press(dialog.get_by_role("button", name="Pause"))
        expect(self.page.get_by_text("Why: The team changes")).to_be_visible()
        self.look("campaign_paused")
        self.scene.move_on(timedelta(days=7), self.page)
        assert [len(self.scene.inbox(one)) for one in (KIM, LEE, ADA)] == [1, 1, 1]

    def disconnect(self) -> None:
        """Take the mailbox's connection back."""
        pages = self.page.get_by_role("navigation", name="Pages")
        self.hands.press(pages.get_by_role("link", name="Campaigns"))
        expect(self.page.get_by_role("link", name=NAME)).to_be_visible()
        self.look("campaigns")
        self.hands.press(pages.get_by_role("link", name="Mailboxes"))
        self.hands.press(self.page.get_by_role("link", name=ROBIN.email))
        parts = self.page.get_by_role("navigation", name="Parts of this mailbox")
        for part in ("Overview", "Settings", "Who may send", "Record", "Disconnect and erase"):
            self.hands.press(parts.get_by_role("link", name=part))
            expect(parts.get_by_role("link", name=part)).to_have_attribute("aria-current", "page")
            self.look(f"mailbox_{part.lower().replace(' ', '_')}")
        self.hands.press(self.page.get_by_role("button", name="Disconnect …"))
        dialog = self.page.get_by_role("dialog", name=f"Disconnect {ROBIN.email}?")
        self.look("mailbox_disconnect")
        self.hands.press(dialog.get_by_role("button", name="Disconnect"))
        expect(self.page.get_by_role("main").get_by_text("It is disconnected.")).to_be_visible()
        self.look("mailbox_disconnected")
        [mailbox] = self.scene.app.call("GET", "mailboxes")["mailboxes"]
        assert mailbox["status"] == "disconnected"

    def _part(self, name: str) -> None:
        """Go to a part of the campaign's page."""
        link = self.page.get_by_role("navigation", name="Parts of the campaign").get_by_role(
            "link", name=name
        )
        self.hands.press(link)
        expect(link).to_have_attribute("aria-current", "page")

    def _next(self, part: str) -> None:
        self.hands.press(self.page.get_by_role("button", name=f"Next: {part}"))
        expect(self.page.get_by_role("heading", name=part, level=2, exact=True)).to_be_visible()
