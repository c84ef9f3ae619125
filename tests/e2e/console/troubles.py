"""Own a campaign of which all goes wrong that a person has to see to, each by what really leads to it.

A mail of which Gmail does not say whether it went out, an address that does not exist, an answer from another
address, a mail about something else, and one that cannot be read.
"""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

from tests.e2e.console.scene import Scene
from tests.e2e.demo import script
from tests.localcloud.gmail.faults import Fault
from tests.localcloud.oauth.issuer import ROBIN

ID, NAME = "platform-engineers", "Platform engineers"
KIM, LEE, ADA = "kim@mail.example.org", "lee@mail.example.net", "ada@people.example.com"
NOOR, ZOE, MAX = "noor@work.example.org", "zoe@home.example.com", "max@firm.example.net"
NAMES = {
    KIM: "Kim Larsen",
    LEE: "Lee Moreau",
    ADA: "Ada Berger",
    NOOR: "Noor Haddad",
    ZOE: "",
    MAX: "Maximilian von und zu Hohenstein",
}
BOSS = "boss@people.example.net"
ASIDE = "I have moved, by the way."
_STEPS = [
    {"id": "intro", "subject": "A team for you?", "text": "Hi, shall we talk?", "delay": "P0D"},
    {"id": "nudge", "subject": "", "text": "Did my mail reach you?", "delay": "P1D", "thread": "reply"},
]
#: As often as a message is tried that Gmail does not give, and a while longer.
_TRIES = 8


class Troubles:
    """A campaign to six people in which each trouble is met; ``met`` of them says who is in which."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._world = scene.cloud.world
        mailbox, *_ = scene.app.connect()
        self._world.bouncing.add(NOOR)
        candidates = [{"email": email, "name": name} for email, name in NAMES.items()]
        body = {"id": ID, "name": NAME, "mailbox": mailbox, "timezone": "Europe/Berlin", "steps": _STEPS}
        # For ever: the client tries a connection again that was cut. The others' times are 90 seconds apart.
        cut = self._world.faults.add(Fault(method="drafts.send", drop=True, times=None))
        scene.app.call("POST", "enqueue_campaign", {**body, "candidates": candidates})
        while not cut.struck:
            scene.move_on(timedelta(seconds=30))
        scene.cloud.wait_idle()
        self._lose_drafts()
        self._world.faults.clear()
        scene.move_on(timedelta(hours=3))
        self.held = self._held()
        self._hear()
        self._poison()

    def _lose_drafts(self) -> None:
        """Take away what would tell what became of a mail."""
        account = self._world.find_account(ROBIN.email)
        assert account is not None
        for draft in list(account.drafts):
            self._world.mailbox(ROBIN.email).delete_draft(draft)

    def _held(self) -> str:
        """Return the address of whom a person has to decide on."""
        [one] = self._scene.app.call("GET", f"campaigns/{ID}/candidates?status=held")["candidates"]
        email: str = one["email"]
        return email

    def _hear(self) -> None:
        reached = [one for one in NAMES if one not in {self.held, NOOR, ZOE}]
        self.answered, self.replaced, self.waiting = reached[:3]
        self._scene.answer(self.answered, kind="interested")
        mail = self._scene.inbox(self.replaced)[-1]
        self._world.deliver(script.written(mail.raw, BOSS, ROBIN.email, "Yes, please."), ROBIN.email)
        self._deliver(ZOE, ASIDE)

    def _poison(self) -> None:
        """Let a mail come that Gmail lists, and does not give."""
        id_ = self._deliver("friend@else.example.org", "Lunch?")
        self._world.faults.add(Fault(method="messages.get", id=id_, status=500, times=None))
        for _ in range(_TRIES):
            self._scene.move_on(timedelta(hours=1))

    def _deliver(self, sender: str, words: str) -> str:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, ROBIN.email, words
        message.set_content(f"{words}\n")
        id_: str = self._world.deliver(bytes(message), ROBIN.email)["id"]
        return id_
