"""Own the ways in which the receive path and the reading can be broken."""

from __future__ import annotations

from tests.mutants.mutant import CORE, FLOWS, GMAIL, MODEL, Mutant

MUTANTS = (
    Mutant(
        "cursor moved too early",
        "lib/flows/receiving.py",
        "cursor=page.records[count - 1].id if count else None,",
        "cursor=page.history_id,",
    ),
    Mutant(
        "cursor moved although a mail failed",
        "lib/flows/matching.py",
        "                self._failed(ref)\n                return True\n",
        "                return True\n",
    ),
    Mutant(
        "our own mail that cannot be read is an answer",
        "lib/flows/matching.py",
        "enrollment is not None and is_under_way(enrollment):\n            self.result.put_aside(",
        "enrollment is None:\n            self.result.put_aside(",
    ),
    Mutant(
        "cursor moved back",
        "lib/core/incoming/receiving.py",
        "    return one if int(one) >= int(other) else other",
        "    return other",
        (*CORE, *FLOWS, MODEL),
    ),
    Mutant(
        "the empty list's id is trusted at once",
        "lib/core/incoming/receiving.py",
        "        elif worked.now - idle_since >= IDLE_TIME:",
        "        elif worked.now >= idle_since:",
        (*CORE, *FLOWS, MODEL),
    ),
    Mutant(
        "nothing is pending",
        "lib/flows/matching.py",
        "        if mail is not None and self._open_send:",
        "        if mail is not None and False:",
    ),
    Mutant(
        "pending mail is forgotten at once",
        "lib/core/incoming/receiving.py",
        "    return not open_send\n",
        "    return True\n",
        (*CORE, *FLOWS, MODEL),
    ),
    Mutant(
        "stop without the enrollment",
        "lib/core/incoming/acting.py",
        "        if after != enrollment:\n            self._leaving",
        "        if after == enrollment:\n            self._leaving",
    ),
    Mutant(
        "stop of one campaign alone",
        "lib/core/incoming/acting.py",
        "            if everywhere or ref.mailbox == self.inbox.mailbox:",
        "            if ref.enrollment == enrollment.id:",
    ),
    Mutant(
        "stop before the draft is deleted",
        "lib/core/incoming/acting.py",
        "        if attempt is not None and reachable and attempt.id not in withdrawn | gone:",
        "        if attempt is not None and False:",
    ),
    Mutant(
        "a body is read for an address alone",
        "lib/core/incoming/targets.py",
        "body=same_subject)",
        "body=True)",
        (*CORE, *FLOWS, MODEL),
    ),
    Mutant(
        "reads go unrecorded",
        "lib/flows/reading.py",
        "        self._entries.append(ReadEntry(",
        "        _ = (ReadEntry(",
        FLOWS,
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
