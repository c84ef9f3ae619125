"""Own the opt-out by link: the address is suppressed and every live enrollment stopped, in one commit."""

from __future__ import annotations

from lib.core.optout import read_optout_token
from lib.core.suppressing import Wish, contact_keys, suppress
from lib.ports import Services


def opt_out(services: Services, token: str) -> None:
    """Opt the candidate of a link out of everything the org sends; InvalidRequest for a forged link.

    A mail whose sending had been claimed may still arrive; ``maintain`` closes such an attempt at once.
    """
    org, contact_id = read_optout_token(services.address_key, token)
    wish = Wish(org=org, contact=contact_id, why="opted_out", words="opted out by the link")
    now = services.clock.now()
    services.store.change(contact_keys(org, contact_id), lambda snapshot: suppress(snapshot, wish, now))
