"""Own the ways in which grants, connections, secrets and limits can be broken."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

RIGHTS = "tests/core/test_rights.py"
MATRIX = "tests/functions/test_rights_matrix.py"
DELEGATING = ("tests/flows/test_delegating.py", "tests/core/test_delegating.py")
DELEGATED_SENDS = "tests/flows/test_delegating_sends.py"
CONSENTING = "tests/flows/test_consenting.py"
FAILURES = "tests/functions/test_connecting_failures.py"
VAULT = "tests/contract/test_vault.py"
ROTATING = "tests/flows/test_rotating.py"
STALE = ("tests/flows/test_stale_grants.py",)
LIMITS = ("tests/core/test_limits.py", "tests/functions/test_grants.py")

MUTANTS = (
    Mutant(
        "an author's grant is not asked for",
        "lib/core/sending.py",
        "        or _unauthorised(campaign, mailbox, now)\n",
        "",
        (RIGHTS, DELEGATED_SENDS),
    ),
    Mutant(
        "a grant that ends before the claim lets it through",
        "lib/core/claiming.py",
        "**_rests_on(snapshot, papers), ",
        "",
        (DELEGATED_SENDS,),
    ),
    Mutant(
        "an expired grant counts",
        "lib/core/rights.py",
        'grant.status == "given" and (grant.until is None or now < grant.until)',
        'grant.status == "given"',
        (RIGHTS, DELEGATED_SENDS),
    ),
    Mutant(
        "a revoked grant counts",
        "lib/core/rights.py",
        'return grant.status == "given" and',
        'return grant.status != "asked" and',
        (RIGHTS, DELEGATED_SENDS),
    ),
    Mutant(
        "a revoked grant leaves its campaigns running",
        "lib/flows/delegating.py",
        "    if grant.user:\n        _pause_resting(services, caller, mailbox_id, grant.user)\n",
        "",
        DELEGATING,
    ),
    Mutant(
        "a send without a grant pauses nothing",
        "lib/flows/putting_off.py",
        '        writes = without_grant(seen, campaign, now, by="")\n',
        "        writes: dict[object, object] = {}\n",
        (DELEGATED_SENDS,),
    ),
    Mutant(
        "a grant for one campaign covers all",
        "lib/core/rights.py",
        '        if grant.campaign in {"", campaign} and in_force',
        "        if in_force",
        (RIGHTS, DELEGATED_SENDS),
    ),
    Mutant(
        "an approval is not asked for",
        "lib/core/rights.py",
        'return "approval" if grant.approval and campaign.approved_at is None else ""',
        'return ""',
        (RIGHTS, DELEGATED_SENDS),
    ),
    Mutant(
        "an approval outlives a delegate's edit",
        "lib/flows/editing.py",
        "        if not is_owner(mailbox, caller):\n",
        "        if False:\n",
        (DELEGATED_SENDS,),
    ),
    Mutant(
        "an approval outlives a delegate's addition",
        "lib/core/campaigns/adding.py",
        "revision=campaign.revision + 1, approved_at=None)",
        "revision=campaign.revision + 1)",
        (DELEGATED_SENDS,),
    ),
    Mutant(
        "a delegate lifts the owner's pause",
        "lib/flows/controlling.py",
        '        if campaign.paused_for == "owner" and not',
        "        if False and not",
        (DELEGATED_SENDS, "tests/flows/test_controlling.py"),
    ),
    Mutant(
        "an expired grant is in the way of a new one",
        "lib/core/delegating.py",
        'if (grant.status == "asked" or in_force(grant, now))',
        'if grant.status != "ended"',
        DELEGATING,
    ),
    Mutant(
        "a test mail goes out of a mailbox that is being disconnected",
        "lib/flows/trying.py",
        '(live.status, live.mailbox) != ("connected", mailbox.id)',
        "live.mailbox != mailbox.id",
        ("tests/flows/test_delegating_accepting.py", "tests/functions/test_enqueue_test_mail.py"),
    ),
    Mutant(
        "an address that nobody has verified is believed",
        "lib/adapters/user_tokens.py",
        '        if claims.get("email_verified", True) is not True:\n',
        "        if False:\n",
        ("tests/contract/test_user_tokens.py",),
    ),
    Mutant(
        "an admin sees answers",
        "lib/core/rights.py",
        'found: set[Right] = {"see", "stop"} if',
        'found: set[Right] = {"see", "read", "stop"} if',
        (RIGHTS, MATRIX),
    ),
    Mutant(
        "everybody of the org sees every campaign",
        "lib/core/rights.py",
        '    if "see" not in found:\n',
        "    if False:\n",
        (RIGHTS, MATRIX),
    ),
    Mutant(
        "a mailbox of another org is asked for",
        "lib/flows/delegating.py",
        " or inbox.org != caller.org",
        "",
        DELEGATING,
    ),
    Mutant(
        "an account of another org is connected",
        "lib/core/connected.py",
        "    if before is not None and before.org != connection.org:\n",
        "    if False:\n",
        (CONSENTING, FAILURES),
    ),
    Mutant(
        "an account is connected while it is being disconnected",
        "lib/core/connected.py",
        '    if before is not None and before.status == "leaving":\n',
        "    if False:\n",
        (CONSENTING, FAILURES),
    ),
    Mutant(
        "a state is used twice",
        "lib/flows/consenting.py",
        "        if record.used_by not in {None, use}:\n",
        "        if False:\n",
        (CONSENTING, FAILURES),
    ),
    Mutant(
        "another browser goes on with a consent",
        "lib/flows/consenting.py",
        "        elif record.cookie != cookie_hash(cookie):\n",
        "        elif False:\n",
        (CONSENTING, FAILURES),
    ),
    Mutant(
        "an invitation is used twice",
        "lib/core/connected.py",
        "    if invitation.used:\n",
        "    if False:\n",
        ("tests/flows/test_inviting.py", "tests/functions/test_invitations.py"),
    ),
    Mutant(
        "a delegated send is not in the audit",
        "lib/flows/recording.py",
        "**_audited(delivery, now), ",
        "",
        ("tests/flows/test_recording.py",),
    ),
    Mutant(
        "a rate limit is not counted",
        "lib/core/limits.py",
        "usage_id(user, limit), expires_at=after)",
        "usage_id(user, limit), expires_at=now)",
        LIMITS,
    ),
    Mutant(
        "a rate limit is not asked for",
        "lib/entrypoint/routes.py",
        "            if route.limit is not None:\n",
        "            if False:\n",
        LIMITS,
    ),
    Mutant(
        "a token opens for another mailbox",
        "lib/adapters/vault.py",
        r"{org}\x1f{mailbox}",
        r"{org}",
        (VAULT,),
    ),
    Mutant(
        "a token opens for another org",
        "lib/adapters/vault.py",
        r"{org}\x1f{mailbox}",
        r"{mailbox}",
        (VAULT,),
    ),
    Mutant(
        "a rotated keyset is not read",
        "lib/adapters/vault.py",
        "        if key not in known.keys:\n            known = self._load(self._afresh())\n",
        "",
        (VAULT, ROTATING),
    ),
    Mutant(
        "a token is sealed anew over a newer one",
        "lib/flows/renewing.py",
        " or record.sealed_token != inbox.sealed_token:\n",
        ":\n",
        (ROTATING, *STALE),
    ),
    Mutant(
        "a stale worker disconnects the new connection",
        "lib/flows/reading.py",
        " or inbox.sealed_token != used.sealed_token:\n",
        ":\n",
        STALE,
    ),
    Mutant(
        "a look by an old grant is taken for one by the new one",
        "lib/flows/receiving.py",
        "gmail.inbox if gmail is not None else record",
        "record",
        STALE,
    ),
)
