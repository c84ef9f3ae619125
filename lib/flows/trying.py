"""Send one step of a campaign to oneself, filled with a candidate's values, before anything is accepted.

Invariant: nothing is stored, and the mail goes to the mailbox's own address alone; its opt-out link leads to
a page that says it is a test.
"""

from __future__ import annotations

import msgspec

from lib.core import keys
from lib.core.campaigns.accepting import Order, campaign_of
from lib.core.campaigns.admitting import enrollment_of
from lib.core.errors import Fault, InvalidRequest, SendUncertain, Unavailable
from lib.core.ids import digest
from lib.core.letters.composing import Composed, Envelope, compose, files_of
from lib.core.letters.wording import sample, signed
from lib.core.optout import TEST_TOKEN, optout_url
from lib.core.records import AttachmentContent, Mailbox, Slot
from lib.flows.enqueueing import examined_request
from lib.flows.reading import RecordedGmail, noting_trouble
from lib.ports import Services


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """Say where a test mail went."""

    sent_to: str
    step: str
    subject: str


def send_test(services: Services, org: str, author: str, body: bytes, step: str, candidate: int) -> Tried:
    """Send a step, as a candidate would get it, to the author's own mailbox.

    body: the request of a campaign. InvalidRequest lists every fault of it. Unavailable: maybe it went out.
    """
    order, known = examined_request(services, org, author, body)
    mailbox = known.need(keys.mailbox(org, order.draft.mailbox))
    inbox = known.need(keys.inbox(mailbox.inbox))
    mail = _written(services, order, mailbox, step, candidate)
    with noting_trouble(services, inbox.id):
        try:
            RecordedGmail(services, inbox).send_message(mail.raw, None)
        except SendUncertain:
            raise Unavailable(
                "Gmail did not say whether the test mail went out: look into your inbox"
            ) from None
    return Tried(sent_to=mailbox.address, step=step, subject=mail.subject)


def _written(services: Services, order: Order, mailbox: Mailbox, step_id: str, candidate: int) -> Composed:
    now, draft = services.clock.now(), order.draft
    step = next((one for one in draft.steps if one.id == step_id), None)
    if step is None:
        raise InvalidRequest("no test was sent", (Fault(field="step", why="there is no step of this id"),))
    if not 0 <= candidate < len(order.places):
        raise InvalidRequest("no test was sent", (Fault(field="candidate", why="there is no such place"),))
    campaign = campaign_of(order, mailbox, now, now)
    slots = tuple(Slot(step=one.id, due=now, reason="a test") for one in draft.steps)
    enrollment = enrollment_of(campaign, order.places[candidate], slots, now)
    letter = dict(sample(campaign, enrollment, mailbox.sender_name, mailbox.address))[step_id]
    letter = msgspec.structs.replace(letter, subject=f"[Test] {letter.subject}")
    contents = [
        AttachmentContent(org=order.org, campaign=campaign.id, id=id_, content=content)
        for id_, content in order.contents.items()
    ]
    own = (mailbox.sender_name, mailbox.address)
    return compose(
        signed(letter, mailbox) if campaign.signature else letter,
        Envelope(sender=own, recipient=own),
        marker=f"{TEST_TOKEN}.{digest(TEST_TOKEN, services.new_id())}",
        optout_url=optout_url(services.base_url, TEST_TOKEN),
        now=now,
        files=files_of(step, contents),
    )
