"""Break the protocol in named ways, each in a copy of the tree, and demand that tests go red for each.

``python -m tests.mutants [NAME ...]``: exit 1 when one survives, or when its patch no longer fits the code.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODEL = "tests/properties"
FLOWS = "tests/flows"
CORE = "tests/core"
GMAIL = ("tests/contract/test_gmail_adapter.py", "tests/contract/test_gmail_errors.py")
#: Copies that are tested at once: one for each core of a small machine.
AT_ONCE = 2
LONGEST = 600


@dataclass(frozen=True)
class Mutant:
    """One patch: in ``file``, ``old`` becomes ``new``; ``tests`` must notice.

    also: a second patch (file, old, new), where two checks guard the same thing.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = (FLOWS, MODEL)
    also: tuple[str, str, str] | None = None


MUTANTS = (
    Mutant(
        "no step check",
        "lib/core/sending.py",
        "    if enrollment.step != step:\n        return Never",
        "    if False:\n        return Never",
        also=(
            "lib/core/enrollment.py",
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
        "lib/core/sending.py",
        " or now >= wanted.attempt.deadline:",
        ":",
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
        "            if enrollment.sent and something_new(",
        "            if False and something_new(",
    ),
    Mutant(
        "last look of the settler left out",
        "lib/flows/settling.py",
        "        if not (delivery.enrollment.sent and something_new(",
        "        if True or not (delivery.enrollment.sent and something_new(",
    ),
    Mutant(
        "an unclear send is taken for not sent",
        "lib/core/enrollment.py",
        "    return _awake(msgspec.structs.replace(moved, attempt=open_attempt, why=why), now)",
        "    return _awake(msgspec.structs.replace(moved, status=Status.WAITING, attempt=None), now)",
    ),
    Mutant(
        "a draft that is gone is taken for not sent",
        "lib/flows/delivering.py",
        "    mail = _find_sent(delivery)\n",
        "    mail = None\n",
    ),
    Mutant(
        "cursor moved too early",
        "lib/flows/receiving.py",
        "cursor=page.records[-1].id if page.records else None,",
        "cursor=page.history_id,",
    ),
    Mutant(
        "cursor moved although a mail failed",
        "lib/flows/receiving.py",
        "        search.work(refs)\n        return search",
        "        from contextlib import suppress\n\n        with suppress(Exception):\n"
        "            search.work(refs)\n        return search",
    ),
    Mutant(
        "cursor moved back",
        "lib/core/receiving.py",
        "    return one if int(one) >= int(other) else other",
        "    return other",
        (FLOWS, CORE, MODEL),
    ),
    Mutant(
        "the empty list's id is trusted at once",
        "lib/core/receiving.py",
        "        elif worked.now - idle_since >= IDLE_TIME:",
        "        elif worked.now >= idle_since:",
        (FLOWS, CORE, MODEL),
    ),
    Mutant(
        "nothing is pending",
        "lib/flows/matching.py",
        "        elif mail is not None and self.open_send:",
        "        elif mail is not None and False:",
    ),
    Mutant(
        "pending mail is forgotten at once",
        "lib/core/receiving.py",
        "    return not open_send\n",
        "    return True\n",
        (CORE, FLOWS, MODEL),
    ),
    Mutant(
        "stop without the enrollment",
        "lib/core/receiving.py",
        "        if after != enrollment:\n            self.writes[key] = after",
        "        if after == enrollment:\n            self.writes[key] = after",
    ),
    Mutant(
        "stop of one campaign alone",
        "lib/core/receiving.py",
        "            if everywhere or ref.mailbox == self.inbox.mailbox:",
        "            if ref.enrollment == enrollment.id:",
    ),
    Mutant(
        "stop before the draft is deleted",
        "lib/core/receiving.py",
        "        if attempt is not None and attempt.id not in withdrawn | gone:",
        "        if attempt is not None and False:",
    ),
    Mutant(
        "a late result revives a stopped one",
        "lib/core/enrollment.py",
        "            table[status, event] = status\n",
        "            table[status, event] = s.WAITING\n",
        (CORE, FLOWS, MODEL),
    ),
    Mutant(
        "a result counts for any attempt",
        "lib/core/enrollment.py",
        "    if known or enrollment.attempt is None or enrollment.attempt.id != attempt:",
        "    if known or enrollment.attempt is None:",
        (CORE, FLOWS, MODEL),
    ),
    Mutant(
        "the loser deletes the winner's draft",
        "lib/core/sending.py",
        "return Changes(Claimed.OURS if holds(enrollment, wanted.attempt) else Claimed.TAKEN_OVER)",
        "return Changes(Claimed.LOST)",
    ),
    Mutant(
        "a body is read for an address alone",
        "lib/flows/matching.py",
        "body=same_subject)",
        "body=True)",
    ),
    Mutant(
        "reads go unrecorded",
        "lib/flows/reading.py",
        "        self._entries.append(ReadEntry(",
        "        _ = (ReadEntry(",
        (FLOWS,),
    ),
    Mutant(
        "snippet not masked",
        "lib/adapters/gmail/mailbox.py",
        'HEADER_FIELDS = "',
        'HEADER_FIELDS = "snippet,',
        GMAIL,
    ),
    Mutant(
        "a cut connection is sent again",
        "lib/adapters/gmail/transport.py",
        '_Tls if uri.startswith("https:") else _Plain',
        "connection_type",
        GMAIL,
    ),
)


def survives(mutant: Mutant) -> str | None:
    """Return why a mutant was not caught, None when tests went red for it."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "build", "__pycache__"))
        for patch in filter(None, ((mutant.file, mutant.old, mutant.new), mutant.also)):
            if fits := applied(copy, *patch):
                return fits
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutant.tests]
        done = subprocess.run(
            command,
            cwd=copy,
            env=os.environ | {"HYPOTHESIS_PROFILE": "mutants"},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    if done.returncode == 0:
        return "all tests stay green"
    # Red means a failing test: an error at collection would hide a patch that breaks the syntax.
    return None if done.returncode == 1 else f"pytest ended in {done.returncode}: {done.stdout[-800:]}"


def applied(tree: Path, name: str, old: str, new: str) -> str | None:
    """Patch one file; return why not, None when it is done."""
    file = tree / name
    text = file.read_text(encoding="utf-8")
    if text.count(old) != 1:
        return f"the patch fits {text.count(old)} times in {name}"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return None


def main(names: list[str]) -> int:
    """Try the named mutants, or all."""
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    begun = time.monotonic()
    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for mutant, why in zip(chosen, pool.map(survives, chosen), strict=True):
            failed += why is not None
            print(
                f"{'red' if why is None else 'SURVIVED'}  {mutant.name}{'' if why is None else f': {why}'}",
                flush=True,
            )
    print(f"{len(chosen) - failed} of {len(chosen)} red, in {time.monotonic() - begun:.0f} s")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
