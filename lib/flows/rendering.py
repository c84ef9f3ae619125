"""Own the look at a campaign while it is being written.

Invariant: it writes nothing, reads nothing but the mailbox, and shows of that only what its sender's mails
show anyway, to nobody but those who may send from it.
"""

from __future__ import annotations

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.accepting import mailbox_faults
from lib.core.campaigns.fields import is_id
from lib.core.campaigns.lint import Finding
from lib.core.campaigns.rendering import Filling, RenderedMail, looked_over, rendered
from lib.core.campaigns.request import refused
from lib.core.campaigns.shortlist import deliverable
from lib.core.campaigns.unfinished import Unfinished, read_unfinished
from lib.core.campaigns.variants import variants_for
from lib.core.errors import Fault
from lib.core.ids import address_id, enrollment_id
from lib.core.optout import TEST_TOKEN, optout_url
from lib.core.records import Mailbox
from lib.core.rights import may_send
from lib.ports import Services


class WhoseMails(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the query of a rendering: as which candidate (by place) would get the mails."""

    candidate: int = 0


class Rendering(msgspec.Struct, frozen=True, kw_only=True):
    """Show a campaign that is being written, as it is now.

    variables: all names that its templates can use, the shortlist's columns first. mails: each wording of
    each step, in their order; of what is not known there is a mark: «company». faults: what keeps the
    campaign from being accepted, as far as steps and this candidate go. lint: of this candidate's mails.
    """

    variables: tuple[str, ...]
    mails: tuple[RenderedMail, ...]
    faults: tuple[Fault, ...]
    lint: tuple[Finding, ...]


def render(services: Services, caller: VerifiedCaller, whose: WhoseMails, body: bytes) -> Rendering:
    """Show each mail of a campaign while it is being written; what is missing is no error.

    body: a request for a campaign as far as it goes; InvalidRequest only where it is no JSON object. One
    candidate is enough: the one whose mails are wanted. Without any, variables are shown by their names.
    """
    unfinished = read_unfinished(body, whose.candidate)
    mailbox, missing = _mailbox(services, caller, unfinished)
    filling = Filling(unfinished, mailbox)
    variants = _variants(services, unfinished)
    mails = tuple(rendered(unfinished, filling, mailbox, variants, optout_url(services.base_url, TEST_TOKEN)))
    faults = (*unfinished.faults, *missing)
    return Rendering(
        variables=unfinished.variables,
        mails=mails,
        faults=refused(faults).faults if faults else (),
        lint=tuple(looked_over(unfinished, filling, mailbox, services.clock.now())),
    )


def _mailbox(
    services: Services, caller: VerifiedCaller, unfinished: Unfinished
) -> tuple[Mailbox | None, tuple[Fault, ...]]:
    """Return the mailbox if the caller may send from it; else None, and what is to be said of that."""
    draft, now = unfinished.draft, services.clock.now()
    if not is_id(draft.mailbox):
        return None, ()
    key = keys.mailbox(caller.org, draft.mailbox)
    known = services.store.read([key])
    mailbox = known[key]
    if mailbox is not None and may_send(mailbox, caller, draft.id, now):
        return mailbox, ()
    return None, mailbox_faults(known, draft, caller, now)


def _variants(services: Services, unfinished: Unfinished) -> dict[str, str]:
    """Return the variant of each step that the candidate will get, as soon as that is known."""
    draft = unfinished.draft
    email = deliverable((unfinished.cells or {}).get("email", ""))
    if email is None or not is_id(draft.id):
        return {}
    return variants_for(draft.steps, enrollment_id(draft.id, address_id(services.address_key, email)))
