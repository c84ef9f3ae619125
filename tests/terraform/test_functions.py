"""Terraform's map of functions says of each what its folder says: name, who may call, what it reads."""

from __future__ import annotations

import ast
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.archives import FUNCTIONS, build, function_names
from tests.localcloud.child_process import ROOT
from tests.terraform.evaluated import TERRAFORM, archive_files, evaluated, needs_terraform

pytestmark = needs_terraform

#: Whether those who call a function of a kind come from the internet, without an identity at Google.
PUBLIC = {
    "user_function": True,
    "public_function": True,
    "task_function": False,
    "event_function": False,
}
#: What in a flow or an interface leads to which secrets.
SECRETS = {
    r"\.address_key\b": {"address-key"},
    r"\.ticket_key\b": {"ticket-key"},
    r"\.(gmail|gmail_with)\(|\.vault\b": {"token-keyset", "oauth-client"},
    r"\.oauth\b": {"oauth-client"},
}


def functions() -> dict[str, Any]:
    found: dict[str, Any] = evaluated("local.functions")
    return found


def entry_points(function: str) -> dict[str, str]:
    """Return the decorated functions of a main.py with their decorators."""
    tree = ast.parse((FUNCTIONS / function / "main.py").read_text())
    return {
        node.name: decorator.id
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Name)
    }


def reached(function: str) -> str:
    """Return the source of all that a function reaches of flows, core and interface."""
    todo, seen = [FUNCTIONS / function / "main.py"], set()
    while todo:
        file = todo.pop()
        if file not in seen:
            seen.add(file)
            todo += imported(file)
    return "\n".join(file.read_text() for file in seen)


@cache
def imported(file: Path) -> list[Path]:
    """Return the files of ours that a file imports from, but for those that offer everything to everyone."""
    names = [
        name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("lib.")
        for name in (node.module, *(f"{node.module}.{one.name}" for one in node.names))
    ]
    paths = [ROOT / name.replace(".", "/") for name in names]
    files = [place for path in paths for place in (path.with_suffix(".py"), path / "__init__.py")]
    return [place for place in files if place.exists() and not _is_wiring(place.parts)]


def _is_wiring(parts: tuple[str, ...]) -> bool:
    """Say whether a module offers everything to everyone: what is taken of it shows where it is taken."""
    return "adapters" in parts or "ports" in parts or ("entrypoint" in parts and "interface" not in parts)


def test_each_folder_is_deployed_and_nothing_else() -> None:
    assert sorted(functions()) == function_names()


@pytest.mark.parametrize("function", function_names())
def test_a_functions_entry_point_has_its_name(function: str) -> None:
    module = (TERRAFORM / "modules" / "function" / "main.tf").read_text()
    assert re.search(r"^\s+entry_point\s+= var\.name$", module, re.MULTILINE)
    assert list(entry_points(function)) == [function]


@pytest.mark.parametrize("function", function_names())
def test_who_may_call_a_function_is_what_its_decorator_expects(function: str) -> None:
    public = PUBLIC[entry_points(function)[function]]
    callers = functions()[function]["callers"]
    assert (callers == ["public"]) is public
    assert ("public" in callers) is public


@pytest.mark.parametrize("function", function_names())
def test_a_function_may_read_the_secrets_that_it_can_reach_and_no_other(function: str) -> None:
    source = reached(function)
    wanted = set().union(*(names for pattern, names in SECRETS.items() if re.search(pattern, source)))
    assert set(functions()[function]["secrets"]) == wanted


@pytest.mark.parametrize("function", function_names())
def test_a_function_may_put_tasks_into_the_queues_that_it_uses_and_no_other(function: str) -> None:
    source = reached(function)
    called = re.findall(r"\bservices\.tasks\.create\((\"\w+\"|DELIVERED_BY\b)", source)
    assert len(called) == len(re.findall(r"\bservices\.tasks\b", source))
    wanted = {"events" if one == "DELIVERED_BY" else "tasks" for one in called}
    assert set(functions()[function]["queues"]) == wanted


def test_the_secrets_are_those_that_the_code_asks_for() -> None:
    wiring = (ROOT / "lib" / "entrypoint" / "wiring.py").read_text()
    asked = re.findall(r"\b(?:secrets|known)\.(?:get|key|afresh)\(\"([a-z-]+)\"\)", wiring)
    assert set(evaluated("local.secrets")) == set(asked)


@pytest.mark.parametrize("function", function_names())
def test_terraform_puts_the_same_files_into_an_archive_as_the_tests(function: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(build(function, tmp_path)) as archive:
        assert archive_files(function) == archive.namelist()
