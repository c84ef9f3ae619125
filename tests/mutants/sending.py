"""Own the ways in which the send path can be broken."""

from __future__ import annotations

from tests.mutants.mutant import CORE, FLOWS, MODEL, Mutant

MUTANTS = (
    Mutant(
        "no step check",
        "lib/core/sending.py",
        "    if enrollment.step != step:\n        return Never",
        "    if False:\n        return Never",
        also=(
            "lib/core/enrollment/attempts.py",
            "    if enrollment.step != attempt.step:\n",
            "    if False:\n",
        ),
    ),
    Mutant(
        "no claim",
        "lib/flows/sending.py",
        "    if claimed is Claimed.OURS:\n",
        "    if claimed is not None:\n",
    ),
    Mutant(
        "claim past the deadline",
        "lib/core/claiming.py",
        " or now >= wanted.attempt.deadline:",
        ":",
        (*CORE, *FLOWS, MODEL),
    ),
    Mutant(
        "sending past the deadline",
        "lib/flows/delivering.py",
        "    if now >= attempt.deadline:\n",
        "    if now < attempt.started_at:\n",
    ),
    Mutant(
        "no last look",
        "lib/flows/sending.py",
        "        if enrollment.sent and something_new(",
        "        if False and something_new(",
    ),
    Mutant(
        "last look of the settler left out",
        "lib/flows/settling.py",
        "        if not (enrollment.sent and something_new(",
        "        if True or not (enrollment.sent and something_new(",
    ),
    Mutant(
        "an unclear send is taken for not sent",
        "lib/core/enrollment/attempts.py",
        "    return awake(msgspec.structs.replace(moved, attempt=open_attempt, why=why), now)",
        "    return awake(msgspec.structs.replace(moved, status=Status.WAITING, attempt=None), now)",
    ),
    Mutant(
        "a draft that is gone is taken for not sent",
        "lib/flows/looking.py",
        "    mail = find_sent(delivery)\n",
        "    mail = None\n",
    ),
    Mutant(
        "a slot that has ended is used",
        "lib/core/sending.py",
        "    if now >= slot_end(enrollment.due, mailbox.limits):\n",
        "    if False:\n",
        (*CORE, *FLOWS),
    ),
    Mutant(
        "a follow-up keeps its slot after a late mail",
        "lib/core/enrollment/attempts.py",
        "    if mail.at - before > ON_TIME:\n",
        "    if False:\n",
        (*CORE, *FLOWS),
    ),
    Mutant(
        "a settler sends again after the slot",
        "lib/flows/settling.py",
        "        if not isinstance(move, Send):\n            return give_back(delivery, move.why)\n",
        "",
    ),
    Mutant(
        "a draft is taken for deleted without a look",
        "lib/flows/delivering.py",
        "        if not delivery.gmail.delete_draft(delivery.attempt.draft):\n"
        "            return look_for(delivery)\n    now",
        "        delivery.gmail.delete_draft(delivery.attempt.draft)\n    now",
    ),
    Mutant(
        "a draft is deleted without a note that it was there",
        "lib/flows/delivering.py",
        "            delivery = _noted_seen(delivery)\n",
        "            pass\n",
    ),
    Mutant(
        "a draft that is gone is noted as seen",
        "lib/flows/delivering.py",
        "            if not _is_there(delivery):\n                return look_for(delivery)\n",
        "",
    ),
    Mutant(
        "a settler without a draft gives the step back",
        "lib/flows/settling.py",
        "            return look_for(delivery)\n        if is_seen",
        "            return give_back(delivery, enrollment.why)\n        if is_seen",
    ),
    Mutant(
        "a worker without a draft sends past its deadline",
        "lib/flows/delivering.py",
        "    if now >= attempt.deadline:\n",
        "    if now >= attempt.deadline and delivery.raw is None:\n",
    ),
    Mutant(
        "an unclear send without a draft is set back",
        "lib/flows/delivering.py",
        "    except SendUncertain as error:\n        return _unclear(",
        "    except SendUncertain as error:\n"
        "        if delivery.raw is not None:\n"
        "            return give_back(delivery, error.slug)\n"
        "        return _unclear(",
    ),
    Mutant(
        "a stop frees no slots",
        "lib/core/plans/freeing.py",
        "        if after != day:\n",
        "        if False:\n",
        (*CORE, MODEL),
    ),
    Mutant(
        "a new slot leaves the old one taken",
        "lib/core/plans/slotting.py",
        "    return freed(day, enrollments=remaining)\n",
        "    return day\n",
    ),
    Mutant(
        "a held step is decided without a look",
        "lib/flows/deciding.py",
        "        mail = find_sent(delivery)\n",
        "        mail = None\n",
        FLOWS,
    ),
    Mutant(
        "a pause is not noted",
        "lib/flows/reading.py",
        "        _note(services, used, _paused(",
        "        _ = (services, used, _paused(",
        FLOWS,
    ),
    Mutant(
        "a paused mailbox sends",
        "lib/core/sending.py",
        "    if inbox.paused_until is not None and inbox.paused_until > now:\n",
        "    if False:\n",
        (*CORE, *FLOWS),
    ),
    Mutant(
        "a late result revives a stopped one",
        "lib/core/enrollment/statuses.py",
        "            table[status, event] = status\n",
        "            table[status, event] = s.WAITING\n",
        (*CORE, *FLOWS, MODEL),
    ),
    Mutant(
        "a result counts for any attempt",
        "lib/core/enrollment/attempts.py",
        "    if known or enrollment.attempt is None or enrollment.attempt.id != attempt:",
        "    if known or enrollment.attempt is None:",
        (*CORE, *FLOWS, MODEL),
    ),
    Mutant(
        "the loser deletes the winner's draft",
        "lib/core/claiming.py",
        "return Changes(Claimed.OURS if holds(enrollment, wanted.attempt) else Claimed.TAKEN_OVER)",
        "return Changes(Claimed.LOST)",
    ),
)
