"""Measure the acceptance of 1,000, 10,000 and 100,000 candidates from an upload against bulk writes alone.

Beside it stand raw bulk writes of the same documents, in as many commits, through the same client at the same
emulator: each document ready as fields, nothing read, nothing decided. Ours and raw run in processes of their
own, one after the other, at an emptied emulator. Peak memory is of ours, from its start to its end; what has
not been flat in it grows with the candidates. The preview is shown besides, of as many as it lists.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from google.cloud.firestore import Client, WriteBatch

from lib.adapters.firestore_store import FirestoreStore
from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Contact, Day, Enrollment, Limits
from lib.core.uploads import PART_BYTES, NewUpload
from lib.flows.enqueueing import accept, preview
from lib.flows.previewing import LISTED
from lib.flows.uploading import put_part, start_upload
from tests.flows.memory_services import MAILBOX, ORG, MemoryServices, connected
from tests.localcloud.emulators import Emulators
from tests.localcloud.memory_store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.rows import Row

PROJECT = "bench"
SIZES, QUICK_SIZES = (1_000, 10_000, 100_000), (500, 1_000)
CALLER = VerifiedCaller(org=ORG, user="user-1", email="recruiter@example.com", role="member")
#: What Gmail lets a mailbox send: with less, a hundred thousand would take decades.
LIMITS = Limits(
    daily_cap=2_000,
    domain_cap=2_000,
    gap=timedelta(seconds=10),
    jitter=timedelta(seconds=4),
    ramp_start=2_000,
)
STEPS = [
    {
        "id": "intro",
        "subject": "{{ role }} at Northwind",
        "text": "Hi {{ first_name }},\n\nfrom what you do at {{ company | default: 'your company' }} ...",
        "delay": "P0D",
    },
    {"id": "nudge", "text": "Hi {{ first_name }}, shall I put you in touch?", "delay": "3 business days"},
    {"id": "last", "text": "This is my last mail, {{ first_name }}.", "delay": "P7D"},
]
#: The kinds of records that there are many of.
_BULK = (Enrollment, Contact, Day)


@dataclass(frozen=True)
class Taken:
    """Hold what one process has measured."""

    seconds: float
    cpu_seconds: float
    megabytes: float


class Recording(MemoryStore):
    """Write what there is much of to a file, commit by commit, instead of keeping it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("wb")

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        bulk = {key: one for key, one in changes.writes.items() if key.kind in _BULK}
        if bulk:
            fields = {
                key.path: msgspec.to_builtins(one, builtin_types=(datetime,)) for key, one in bulk.items()
            }
            pickle.dump(list(fields.items()), self._file)
        others = {key: one for key, one in changes.writes.items() if key.kind not in _BULK}
        deletes = frozenset(key for key in changes.deletes if key.kind not in _BULK)
        return super().commit(snapshot, Changes(None, others, deletes))

    def close(self) -> None:
        self._file.close()


def shortlist(count: int) -> bytes:
    """Return a CSV of so many candidates."""
    lines = ["email,name,company,role,city"]
    for at in range(count):
        company = f"Company {at % 997}" if at % 3 else ""
        lines.append(f"person{at}@c{at % 4999}.example.com,Kim Person{at},{company},Engineer,City {at % 71}")
    return "\n".join(lines).encode()


def services_with(store: Any) -> MemoryServices:
    """Return services with a store of ours, and a mailbox that sends a lot."""
    services = MemoryServices()
    services.store = store
    connected(services)
    key: Key[Any] = keys.mailbox(ORG, MAILBOX)
    mailbox = services.store.read([key]).need(key)
    services.put(key, msgspec.structs.replace(mailbox, limits=LIMITS))
    return services


def uploaded(services: MemoryServices, count: int) -> bytes:
    """Upload a shortlist; return the request that uses it."""
    content = shortlist(count)
    upload = start_upload(services, CALLER, NewUpload(format="csv", bytes=len(content)))
    for number in range(upload.parts):
        part = content[number * PART_BYTES : (number + 1) * PART_BYTES]
        put_part(services, CALLER, upload.id, str(number), part)
    return json.dumps(
        {
            "id": "c1",
            "mailbox": MAILBOX,
            "name": "Engineers",
            "timezone": "Europe/Berlin",
            "steps": STEPS,
            "upload": upload.id,
        }
    ).encode()


def child(what: str, *arguments: str) -> Taken:
    """Run one part in a process of its own; return what it has measured."""
    command = [sys.executable, "-m", "tests.bench.enqueue", what, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Taken)


def ours(what: str, request: bytes) -> None:
    """Preview or accept at the emulator."""
    services = MemoryServices()
    services.store = FirestoreStore(PROJECT)  # type: ignore[assignment]
    flow = {"preview": preview, "accept": accept}[what]
    before, cpu = time.perf_counter(), time.process_time()
    flow(services, CALLER, request)
    _tell(time.perf_counter() - before, time.process_time() - cpu)


def raw(path: Path) -> None:
    """Write what was recorded, and nothing else."""
    client, seconds, cpu_seconds = Client(project=PROJECT), 0.0, 0.0
    with path.open("rb") as file:
        while True:
            try:
                documents = pickle.load(file)  # noqa: S301 - written by ourselves
            except EOFError:
                break
            before, cpu = time.perf_counter(), time.process_time()
            batch = WriteBatch(client)
            for name, fields in documents:
                batch.set(client.document(name), fields)
            batch.commit()
            seconds += time.perf_counter() - before
            cpu_seconds += time.process_time() - cpu
    _tell(seconds, cpu_seconds)


def _tell(seconds: float, cpu_seconds: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(msgspec.json.encode(Taken(seconds, cpu_seconds, peak)).decode(), flush=True)


def _warm(emulators: Emulators) -> None:
    """Have the emulator's code compiled before anything is measured."""
    store = FirestoreStore(PROJECT)
    services = services_with(store)
    accept(services, CALLER, uploaded(services, 400))
    emulators.reset_firestore(PROJECT)


@dataclass(frozen=True)
class Measured:
    """Hold all that was measured for one number of candidates."""

    count: int
    own: list[Taken]
    bare: list[Taken]
    plan: list[Taken]

    @property
    def milliseconds_each(self) -> float:
        """How long a candidate took, at best."""
        return min(one.seconds for one in self.own) * 1_000 / self.count

    @property
    def megabytes(self) -> float:
        """Peak memory."""
        return max(one.megabytes for one in self.own)


def measured(*, quick: bool) -> Iterator[Measured]:
    """Measure one number of candidates after the other."""
    os.environ["_JAVA_OPTIONS"] = "-Xmx6g"
    # Nothing is published: as if that emulator were there already.
    os.environ["PUBSUB_EMULATOR_HOST"] = "unused"
    with Emulators() as emulators, tempfile.TemporaryDirectory() as folder:
        os.environ["FIRESTORE_EMULATOR_HOST"] = emulators.firestore_host
        _warm(emulators)
        for count in QUICK_SIZES if quick else SIZES:
            recorded = Path(folder) / "documents"
            recording = Recording(recorded)
            accept(services := services_with(recording), CALLER, uploaded(services, count))
            recording.close()
            own, bare, plan = list[Taken](), list[Taken](), list[Taken]()
            for _ in range(1 if quick or count == max(SIZES) else 2):
                emulators.reset_firestore(PROJECT)
                request = uploaded(services_with(FirestoreStore(PROJECT)), count).decode()
                if not plan and count <= LISTED:
                    plan.append(child("preview", request))
                own.append(child("accept", request))
                emulators.reset_firestore(PROJECT)
                bare.append(child("raw", str(recorded)))
            yield Measured(count, own, bare, plan)


def measure(*, quick: bool) -> Iterator[Row]:
    """Give the rows of the table."""
    from tests.bench.rows import Row, compared, shown  # noqa: PLC0415 - not for the processes that are measured

    found = list[Measured]()
    for one in measured(quick=quick):
        found.append(one)
        own, bare = [each.seconds for each in one.own], [each.seconds for each in one.bare]
        what = f"{one.count:,} candidates"
        yield compared(f"{what} accepted / bulk writes of the same documents", "s", own, bare, "<= 1.5")
        cpu, bare_cpu = [each.cpu_seconds for each in one.own], [each.cpu_seconds for each in one.bare]
        yield compared(f"{what} accepted / bulk writes: of it our own CPU", "s", cpu, bare_cpu)
        if one.plan:
            yield shown(f"{what} previewed", "s", [each.seconds for each in one.plan])
    *_, less, most = found
    yield Row(
        figure=f"peak memory of {most.count:,} / of {less.count:,} candidates",
        unit="MB",
        value=most.megabytes,
        against=less.megabytes,
        target="<= 1.5",
    )
    yield Row(
        figure=f"a candidate among {most.count:,} / among {less.count:,}",
        unit="ms",
        value=most.milliseconds_each,
        against=less.milliseconds_each,
        target="<= 1.25",
    )


def main(arguments: list[str]) -> None:
    """Be one of the processes."""
    if arguments[:1] == ["raw"]:
        raw(Path(arguments[1]))
    else:
        ours(arguments[0], arguments[1].encode())


if __name__ == "__main__":
    main(sys.argv[1:])
