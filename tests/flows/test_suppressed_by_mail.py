"""Show that mail suppresses an address by the same ranking as the link and the org's list."""

from __future__ import annotations

import msgspec

from lib.core import keys
from lib.core.records import Suppression
from tests.flows.memory_services import ORG
from tests.flows.outreach import ANN, Outreach
from tests.flows.test_receiving_acting import report


def test_a_bounce_outranks_the_orgs_list_and_an_opt_out_outranks_both() -> None:
    outreach = Outreach(ANN)
    outreach.send()
    contact = keys.contact(ORG, outreach.contact_id(ANN))
    outreach.put(contact, msgspec.structs.replace(outreach.contact(), suppressed="listed"))
    outreach.deliver(report("5.1.1", "550 5.1.1 No such user here"))
    outreach.push()
    assert outreach.contact().suppressed == "bounced"
    outreach.answer(text="Please remove me from your list.")
    outreach.push("another")
    assert outreach.contact().suppressed == "opted_out"
    outreach.deliver(report("5.1.1", "550 5.1.1 No such user here"))
    outreach.push("once more")
    (listed,) = outreach.kept(Suppression)
    assert (outreach.contact().suppressed, listed.why) == ("opted_out", "opted_out")
