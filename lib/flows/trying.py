"""Send one step of a campaign to oneself, filled with a candidate's values, before anything is accepted.

Invariant: nothing of the campaign is stored, and the mail goes to who asks for it alone; its opt-out link
leads to a page that says it is a test.
"""

from __future__ import annotations

from itertools import islice

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.accepting import Order, campaign_of
from lib.core.campaigns.admitting import enrollment_of
from lib.core.errors import Conflict, Fault, InvalidRequest, SendUncertain, Unavailable
from lib.core.ids import digest
from lib.core.keys import Changes, Snapshot
from lib.core.letters.composing import Composed, Envelope, compose, files_of
from lib.core.letters.wording import sample, signed
from lib.core.optout import TEST_TOKEN, optout_url
from lib.core.records import AttachmentContent, Inbox, Mailbox, Slot
from lib.core.rights import NO_GRANT, bound, is_owner, may_send, refuse_erased
from lib.flows.ordering import examined_request, no_upload
from lib.flows.reading import RecordedGmail, noting_trouble
from lib.ports import Services


class Trial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the query of a test mail: which step, as which candidate (by place) would get it."""

    step: str
    candidate: int = 0


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """Say where a test mail went."""

    sent_to: str
    step: str
    subject: str


def send_test(services: Services, caller: VerifiedCaller, trial: Trial, body: bytes) -> Tried:
    """Send a step, as a candidate would get it, to oneself.

    An owner gets it in the mailbox itself. A delegate gets it at their own address: it is their text, the
    owner's inbox is no place for it, and it shows how the owner's mail looks to others.

    body: the request of a campaign. InvalidRequest lists every fault of it. Unavailable: maybe it went out.
    """
    order, known = examined_request(services, caller, body)
    if order.is_over:
        raise no_upload()
    mailbox = known.need(keys.mailbox(caller.org, order.draft.mailbox))
    inbox = known.need(keys.inbox(mailbox.inbox))
    recipient = mailbox.address if is_owner(mailbox, caller) else caller.email
    mail = _written(services, order, mailbox, recipient, trial)
    _note(services, order, inbox, trial.step)
    with noting_trouble(services, inbox):
        try:
            RecordedGmail(services, inbox).send_message(mail.raw, None)
        except SendUncertain:
            raise Unavailable(
                "Gmail did not say whether the test mail went out: look into your inbox"
            ) from None
    return Tried(sent_to=recipient, step=trial.step, subject=mail.subject)


def _note(services: Services, order: Order, inbox: Inbox, step: str) -> None:
    """Put it on record before the mail goes out in the owner's name, if it still may."""
    key, now = keys.mailbox(order.org, order.draft.mailbox), services.clock.now()
    about = keys.inbox(inbox.id)

    def decide(snapshot: Snapshot) -> Changes[None]:
        mailbox, live = snapshot.need(key), snapshot[about]
        refuse_erased(None, mailbox)
        if live is None or (live.status, live.mailbox) != ("connected", mailbox.id):
            raise Conflict("the mailbox is disconnected: connect it again first")
        if not may_send(mailbox, order.caller, order.draft.id, now):
            raise Conflict(NO_GRANT)
        entry = audited(
            "sent",
            order.org,
            now,
            by=order.caller.user,
            mailbox=mailbox.id,
            campaign=order.draft.id,
            about=("a test", f"step:{step}"),
        )
        known = bound(mailbox, order.caller)
        return Changes(None, writes={**entry, **({} if known == mailbox else {key: known})})

    services.store.change([key, about], decide)


def _written(services: Services, order: Order, mailbox: Mailbox, recipient: str, trial: Trial) -> Composed:
    now, draft, candidate = services.clock.now(), order.draft, trial.candidate
    step = next((one for one in draft.steps if one.id == trial.step), None)
    if step is None:
        raise InvalidRequest("no test was sent", (Fault(field="step", why="there is no step of this id"),))
    place = next(islice(order.places(services.address_key), max(0, candidate), None), None)
    if place is None or candidate < 0:
        raise InvalidRequest("no test was sent", (Fault(field="candidate", why="there is no such place"),))
    campaign = campaign_of(order, mailbox, now, now)
    slots = tuple(Slot(step=one.id, due=now, reason="a test") for one in draft.steps)
    enrollment = enrollment_of(campaign, place, slots, now)
    letter = dict(sample(campaign, enrollment, mailbox.sender_name, mailbox.address))[trial.step]
    letter = msgspec.structs.replace(letter, subject=f"[Test] {letter.subject}")
    contents = [
        AttachmentContent(org=order.org, campaign=campaign.id, id=id_, content=content)
        for id_, content in order.contents.items()
    ]
    own = (mailbox.sender_name, mailbox.address)
    return compose(
        signed(letter, mailbox) if campaign.signature else letter,
        Envelope(sender=own, recipient=own if recipient == mailbox.address else ("", recipient)),
        marker=f"{TEST_TOKEN}.{digest(TEST_TOKEN, services.new_id())}",
        optout_url=optout_url(services.base_url, TEST_TOKEN),
        now=now,
        files=files_of(step, contents),
    )
