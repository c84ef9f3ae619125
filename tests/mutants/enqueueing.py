"""Own the ways in which the acceptance of very many candidates can be broken."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

RESERVING = ("tests/flows/test_enqueueing_reserving.py", "tests/flows/test_enqueueing_crashes.py")
UPLOADING = ("tests/flows/test_uploading.py",)
ADDING = ("tests/flows/test_adding.py", "tests/flows/test_adding_uploads.py")

MUTANTS = (
    Mutant(
        "places are written over a day that has changed",
        "lib/core/campaigns/reserving.py",
        "            if snapshot.version(key) != self.versions[name]:\n",
        "            if False:\n",
        (*RESERVING, "tests/flows/test_enqueueing_plan.py"),
    ),
    Mutant(
        "an acceptance goes on though its places are not all reserved",
        "lib/flows/enqueueing.py",
        "    if campaign is not None and campaign.reserving:\n        # Whoever",
        "    if False:\n        # Whoever",
        RESERVING,
    ),
    Mutant(
        "two requests reserve places for one campaign",
        "lib/core/campaigns/accepting.py",
        "    if campaign.reserving != run:\n",
        "    if False:\n",
        RESERVING,
    ),
    Mutant(
        "places of a stale plan stay",
        "lib/flows/accepting.py",
        "            take_back(services, campaign)\n",
        "            pass\n",
        RESERVING,
    ),
    Mutant(
        "a plan other than the previewed one is accepted",
        "lib/flows/accepting.py",
        "digest.token() != order.plan_digest or _is_late(",
        "_is_late(",
        ("tests/flows/test_enqueueing_plan.py",),
    ),
    Mutant(
        "parts of two states of an upload are mixed",
        "lib/flows/uploading.py",
        "        if part.digest != digest:\n",
        "        if False:\n",
        UPLOADING,
    ),
    Mutant(
        "an upload is anybody's of the org",
        "lib/core/uploads.py",
        " or upload.user != caller.user or",
        " or",
        UPLOADING,
    ),
    Mutant(
        "candidates of one upload are another's campaign",
        "lib/flows/ordering.py",
        "campaign.upload != reading.upload or",
        "False or",
        UPLOADING,
    ),
    Mutant(
        "an addition's upload goes and is not remembered",
        "lib/core/campaigns/adding.py",
        "    if record is None or remembered(record, whole.request):\n",
        "    if True:\n",
        ADDING,
    ),
    Mutant(
        "candidates are added before it is known that there is time for all",
        "lib/flows/adding.py",
        "    _refuse_misfits(services, permit, everybody(), rules)\n",
        "",
        ADDING,
    ),
    Mutant(
        "of candidates who differ only the first is tried",
        "lib/core/letters/needs.py",
        '        return (*map(bool, told), *(values.get(name, "") for name in self.read))\n',
        "        return ()\n",
        ("tests/core/test_needs.py",),
    ),
    Mutant(
        "a day that was not read is taken for empty",
        "lib/core/plans/planner.py",
        "        raise _Unread(number)\n",
        "        self.missing.add(number)\n",
        ("tests/core/test_planner.py",),
    ),
    Mutant(
        "an upload outlives the erasure of a candidate",
        "lib/flows/erasing/pieces.py",
        "    yield from _uploads(services, org)\n    yield from _enrollments",
        "    yield from _enrollments",
        ("tests/flows/test_erasing_candidate.py",),
    ),
)
