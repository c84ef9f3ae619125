"""Each function runs from its archive alone, in the shape in which it deploys."""

from __future__ import annotations

import ast
import re
import subprocess
import sysconfig
import tomllib
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from lib.core.optout import optout_token
from tests.core.test_config import LEAST
from tests.localcloud.archives import EPOCH, FUNCTIONS, MODE, build, function_names
from tests.localcloud.child_process import ROOT, ChildProcess, free_port

SCRIPTS = Path(sysconfig.get_path("scripts"))
ADDRESS_KEY = "made-up address key"
#: All that a function is told here: no backend is running, and no PYTHONPATH leads to this tree.
ENVIRONMENT = LEAST | {
    "SECRETS_BACKEND": "env",
    "OUTREACH_SECRET_ADDRESS_KEY": "bWFkZS11cCBhZGRyZXNzIGtleQ==",
    "OUTREACH_SECRET_TICKET_KEY": "bWFkZS11cCB0aWNrZXQga2V5IQ==",
}
#: The command in an environment and a folder of its own: sh -c SCRIPT sh FOLDER NAME=VALUE... COMMAND...
ALONE = 'cd "$1" && shift && exec env -i "$@"'
LINK = optout_token(ADDRESS_KEY.encode(), "acme", "contact-1")

#: function: method, path, then status and words of the answer, which only our own code gives.
ANSWERS = {
    "campaigns": ("GET", "/c1", 401, "urn:outreach:error:unauthenticated"),
    "console": ("GET", "/", 200, '<div id="app">'),
    "deliver_event": ("POST", "/", 200, '"outcome":"settled_badly"'),
    "enqueue_campaign": ("POST", "/", 401, "urn:outreach:error:unauthenticated"),
    "mailboxes": ("POST", "/connections", 401, "urn:outreach:error:unauthenticated"),
    "maintain": ("GET", "/", 405, '"outcome":"refused"'),
    "oauth_callback": ("GET", "/start", 422, "<h1>This link is not complete</h1>"),
    "send_step": ("POST", "/", 200, '"outcome":"settled_badly"'),
    "settings": ("GET", "/", 401, "urn:outreach:error:unauthenticated"),
    "unsubscribe": ("GET", f"/{LINK}", 200, "<h1>Stop these e-mails?</h1>"),
    "watch_notification": ("POST", "/", 200, '"outcome":"settled_badly"'),
}


def unpacked(function: str, folder: Path) -> Path:
    target = folder / function
    with zipfile.ZipFile(build(function, folder)) as archive:
        archive.extractall(target)
    return target


def started(function: str, folder: Path, port: int) -> ChildProcess:
    """Start the deployment's own command in a folder, knowing nothing of this tree."""
    variables = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    command = [str(SCRIPTS / "functions-framework"), "--target", function]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    return ChildProcess(["sh", "-c", ALONE, "sh", str(folder), *variables, *command])


def modules(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*.py")}


def test_every_function_answers_from_its_archive_alone(tmp_path: Path) -> None:
    """All at once: most of the time goes into importing."""
    assert function_names() == sorted(ANSWERS)
    with ExitStack() as stack:
        running: dict[str, tuple[ChildProcess, int]] = {}
        for name in ANSWERS:
            port = free_port()
            child = started(name, unpacked(name, tmp_path), port)
            stack.callback(child.stop)
            running[name] = child, port
        seen = {}
        for name, (method, path, _, words) in ANSWERS.items():
            child, port = running[name]
            child.wait_for_port(port)
            answer = requests.request(method, f"http://127.0.0.1:{port}{path}", timeout=60)
            seen[name] = answer.status_code, words if words in answer.text else answer.text
    assert seen == {name: (status, words) for name, (_, _, status, words) in ANSWERS.items()}


def test_a_function_without_lib_does_not_start(tmp_path: Path) -> None:
    """So the test above would see it if an archive lacked something and this tree filled in."""
    folder, port = unpacked("send_step", tmp_path), free_port()
    (folder / "lib").rename(folder / "elsewhere")
    child = started("send_step", folder, port)
    try:
        with pytest.raises(RuntimeError, match="No module named 'lib'"):
            child.wait_for_port(port)
    finally:
        child.stop()


@pytest.mark.parametrize("function", function_names())
def test_an_archive_holds_the_function_lib_and_the_lock_and_nothing_else(
    function: str, tmp_path: Path
) -> None:
    folder = unpacked(function, tmp_path)
    own = {"lib", "main.py", "requirements.txt"} | ({"static"} if function == "console" else set())
    assert {entry.name for entry in folder.iterdir()} == own
    assert (folder / "main.py").read_bytes() == (FUNCTIONS / function / "main.py").read_bytes()
    assert (folder / "requirements.txt").read_bytes() == (ROOT / "requirements.txt").read_bytes()
    assert modules(folder / "lib") == modules(ROOT / "lib")
    assert {file.suffix for file in (folder / "lib").rglob("*") if file.is_file()} == {".py"}


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    first = build("unsubscribe", tmp_path).read_bytes()
    assert build("unsubscribe", tmp_path).read_bytes() == first
    with zipfile.ZipFile(tmp_path / "unsubscribe.zip") as archive:
        entries = archive.infolist()
    # Neither the order of a folder nor the time and rights of a checkout shows.
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {(entry.date_time, entry.external_attr) for entry in entries} == {(EPOCH, MODE << 16)}


def test_the_lock_in_an_archive_has_each_dependency_with_a_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[\[<>=~!;\s]", one)[0] for one in project["dependencies"]}
    lock = (ROOT / "requirements.txt").read_text()
    pinned = set(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==\S+ \\\n +--hash=sha256:", lock, re.MULTILINE))
    assert wanted - pinned == set()


@pytest.mark.parametrize("function", function_names())
def test_a_function_is_short_and_reaches_for_nothing_below_the_flows(function: str) -> None:
    source = (FUNCTIONS / function / "main.py").read_text()
    assert len(source.splitlines()) <= 40
    imported = [
        f"{node.module}.{one.name}." if isinstance(node, ast.ImportFrom) else f"{one.name}."
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for one in node.names
    ]
    ours = [name for name in imported if name.startswith("lib.")]
    allowed = ("lib.entrypoint.", "lib.flows.", "lib.ports.", "lib.core.")
    assert ours
    assert [name for name in ours if not name.startswith(allowed)] == []


def test_the_check_of_the_layers_sees_every_module() -> None:
    """A folder without __init__.py would be passed over in silence."""
    assert modules(FUNCTIONS) == {f"{name}/main.py" for name in function_names()}
    command = [str(SCRIPTS / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    analyzed = re.search(r"Analyzed (\d+) files", done.stdout)
    assert analyzed is not None
    assert int(analyzed[1]) == len(modules(ROOT / "lib"))


def test_the_consoles_archive_holds_its_files_as_they_are(tmp_path: Path) -> None:
    here, there = FUNCTIONS / "console" / "static", unpacked("console", tmp_path) / "static"
    files = {one.relative_to(here).as_posix() for one in here.rglob("*") if one.is_file()}
    assert {one.relative_to(there).as_posix() for one in there.rglob("*") if one.is_file()} == files
    assert all((here / name).read_bytes() == (there / name).read_bytes() for name in files)
