"""Own the ways in which a disconnect, a coming back, an erasure and the retention can be broken."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

LEAVING = ("tests/core/test_leaving.py", "tests/flows/test_leaving.py", "tests/flows/test_leaving_sends.py")
RESUMING = ("tests/core/test_resuming.py", "tests/flows/test_resuming.py")
CANDIDATE = "tests/flows/test_erasing_candidate.py"
MAILBOX = "tests/flows/test_erasing_mailbox.py"
LATE = "tests/flows/test_erasing_late_commits.py"

MUTANTS = (
    Mutant(
        "a mailbox sends before it has caught up",
        "lib/core/sending.py",
        "    if inbox.behind:\n",
        "    if False:\n",
        ("tests/core/test_rights.py", *RESUMING),
    ),
    Mutant(
        "a disconnect lets late claims through",
        "lib/flows/leaving.py",
        "    _bar_claims(services, current)\n",
        "",
        LEAVING,
    ),
    Mutant(
        "a disconnect pauses no campaign",
        "lib/flows/leaving.py",
        "    _pause_campaigns(services, current)\n",
        "",
        LEAVING,
    ),
    Mutant(
        "a disconnect gives nothing back at Google",
        "lib/flows/leaving.py",
        "        services.oauth.revoke(token)\n",
        "        pass\n",
        LEAVING,
    ),
    Mutant(
        "a token goes although Google has not taken the grant back",
        "lib/flows/leaving.py",
        "        if not is_revocation_let_go(inbox, services.clock.now()):\n",
        "        if False:\n",
        LEAVING,
    ),
    Mutant(
        "a disconnect waits for ever for what is unclear",
        "lib/flows/leaving.py",
        "        _give_up(services, one)\n",
        "        pass\n",
        LEAVING,
    ),
    Mutant(
        "a token is destroyed before the revocation",
        "lib/flows/leaving.py",
        "    why = _revoked(services, current)\n",
        "    early = partial(gone, key=key, token=current.sealed_token, why=GONE, now=services.clock.now())\n"
        "    services.store.change([key], early)\n"
        "    why = _revoked(services, current)\n",
        LEAVING,
    ),
    Mutant(
        "a disconnect ends the connection that came since",
        "lib/core/leaving.py",
        " or inbox.sealed_token != token:",
        ":",
        LEAVING,
    ),
    Mutant(
        "sends of a leaving mailbox are not settled",
        "lib/flows/settling.py",
        'in ("connected", "leaving")',
        'in ("connected",)',
        LEAVING,
    ),
    Mutant(
        "another connection's catch-up lets this one send",
        "lib/core/resuming.py",
        " or inbox.sealed_token != token:",
        ":",
        RESUMING,
    ),
    Mutant(
        "a reconnect resumes every pause",
        "lib/core/resuming.py",
        '    if (campaign.status, campaign.paused_for) != ("paused", "disconnect"):\n',
        '    if campaign.status != "paused":\n',
        RESUMING,
        also=("lib/flows/resuming.py", 'if campaign.paused_for == "disconnect":', "if campaign.paused_for:"),
    ),
    Mutant(
        "an erasure sweeps once",
        "lib/flows/erasing/carrying_out.py",
        '        if erasure.stage == "marked":\n',
        "        if False:\n",
        (CANDIDATE, LATE, MAILBOX),
    ),
    Mutant(
        "a tombstone goes with the first sweep",
        "lib/core/erasing/removing.py",
        "    return msgspec.structs.replace(contact, enrollments=left)\n",
        '    return msgspec.structs.replace(contact, enrollments=left, erasing="")\n',
        (CANDIDATE, LATE),
    ),
    Mutant(
        "a candidate who is being erased is taken in",
        "lib/core/campaigns/guarding.py",
        "    if contact is not None and contact.erasing:\n",
        "    if False:\n",
        (CANDIDATE, LATE),
    ),
    Mutant(
        "a mail to a candidate who is being erased goes out",
        "lib/core/erasing/marking.py",
        "{**stop.writes, **_begun(fresh)}",
        "{**_begun(fresh)}",
        (CANDIDATE, LATE),
        also=("lib/core/sending.py", "    if contact is not None and contact.erasing:\n", "    if False:\n"),
    ),
    Mutant(
        "an erased candidate's suppression is lost",
        "lib/core/erasing/receipts.py",
        "    if contact.suppressed is None:\n",
        "    if True:\n",
        (CANDIDATE,),
    ),
    Mutant(
        "an erased candidate's address stays on the list",
        "lib/core/erasing/marking.py",
        "    if listed is not None and listed.address:\n",
        "    if False:\n",
        (CANDIDATE,),
    ),
    Mutant(
        "an erased candidate's answer from another address stays",
        "lib/flows/erasing/pieces.py",
        '    yield from _all(services, Reply, org, ("contact", subject))\n',
        "",
        (CANDIDATE,),
    ),
    Mutant(
        "an erased candidate's answer to another's mail stays",
        "lib/flows/erasing/pieces.py",
        '    yield from _all(services, Reply, org, ("sender_id", subject))\n',
        "",
        (CANDIDATE,),
    ),
    Mutant(
        "a late result brings an erased enrollment back",
        "lib/flows/recording.py",
        "        enrollment = snapshot[key]\n"
        "        if enrollment is None:\n"
        "            return Changes(None, writes=with_reads({}, reads))\n"
        "        after = sent(",
        "        enrollment = snapshot[key] or delivery.enrollment\n        after = sent(",
        (LATE,),
    ),
    Mutant(
        "two workers erase the same twice",
        "lib/core/erasing/removing.py",
        "    if erasure is None or erasure != seen:\n",
        "    if erasure is None:\n",
        (LATE,),
    ),
    Mutant(
        "a mailbox is erased before its access is gone",
        "lib/flows/erasing/readying.py",
        '    return inbox.status == "disconnected" and not inbox.sealed_token\n',
        "    return True\n",
        (MAILBOX,),
    ),
    Mutant(
        "a faded answer keeps its text",
        "lib/core/retention.py",
        "        text=None,\n",
        "",
        ("tests/flows/test_sweeping.py",),
    ),
    Mutant(
        "reads are kept for ever",
        "lib/flows/chaining.py",
        "    if not links or links[0].at >= before:\n",
        "    if True:\n",
        ("tests/flows/test_sweeping.py", "tests/flows/test_chaining.py"),
    ),
)
