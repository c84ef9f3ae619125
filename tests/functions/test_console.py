"""The console's files go out as they are, to anybody; their policy allows no more than the page needs."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re

import pytest
import requests

from tests.functions.office import Office
from tests.functions.vendored import CONSOLE, MODULES, VENDOR, stale, versions

STATIC = CONSOLE / "static"
ELSEWHERE = re.compile(r"(?:src|href|url\(|from|import)\W{0,3}https?://[^\s\"')]+")


def asked(office: Office, path: str = "", method: str = "GET", **headers: str) -> requests.Response:
    return requests.request(method, office.url(f"console/{path}"), headers={"Accept-Encoding": "", **headers})


def policy(answer: requests.Response) -> dict[str, list[str]]:
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {name: rest.split() for name, _, rest in (part.strip().partition(" ") for part in parts)}


def config(answer: requests.Response) -> dict[str, str]:
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', answer.text)
    assert found
    told: dict[str, str] = json.loads(found[1])
    return told


def test_the_page_says_where_it_lies_and_where_one_signs_in(office: Office) -> None:
    page = asked(office)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'<base href="{office.url("console/")}">' in page.text
    told = config(page)
    assert told["base"] == office.url("").rstrip("/")
    assert told["issuer"] == office.cloud.env["WEBAPP_ISSUER"]
    assert told["client"] == office.cloud.env["OUTREACH_CONSOLE_CLIENT_ID"]


def test_the_page_may_load_and_call_nobody_but_us_and_the_issuer(office: Office) -> None:
    page = asked(office)
    found = policy(page)
    import_map = re.search(r'<script type="importmap">(.*?)</script>', page.text, re.DOTALL)
    assert import_map
    digest = base64.b64encode(hashlib.sha256(import_map[1].encode()).digest()).decode()
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == ["'self'", f"'sha256-{digest}'"]
    assert found["style-src"] == ["'self'"]
    assert found["connect-src"] == ["'self'", office.cloud.env["WEBAPP_ISSUER"].removesuffix("/webapp")]
    assert found["frame-ancestors"] == ["'none'"]
    assert found["require-trusted-types-for"] == ["'script'"]


def test_a_mails_html_is_shown_in_a_sandbox_that_loads_nothing(office: Office) -> None:
    found = policy(asked(office, "mail.html"))
    assert found["sandbox"] == ["allow-scripts"]
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == [office.url("console/app/mail_frame.js")]
    assert found["img-src"] == ["data:"]
    assert "connect-src" not in found


@pytest.mark.parametrize("name", ["app/main.js", "vendor/uplot/uPlot.esm.js", "style/base.css", "icon.svg"])
def test_a_file_comes_as_it_is_packed_when_the_browser_can_and_once(office: Office, name: str) -> None:
    content = (STATIC / name).read_bytes()
    plain, packed = asked(office, name), asked(office, name, **{"Accept-Encoding": "gzip"})
    assert plain.content == packed.content == content
    assert packed.headers.get("Content-Encoding") == "gzip"
    assert int(packed.headers["Content-Length"]) == len(gzip.compress(content, mtime=0))
    assert plain.headers["ETag"] != packed.headers["ETag"]
    for answer, headers in ((plain, {}), (packed, {"Accept-Encoding": "gzip"})):
        again = asked(office, name, **headers, **{"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["nothing.js", "..%2fmain.py", "%2e%2e/main.py", "app", "app%00/main.js"])
def test_nothing_else_is_there(office: Office, path: str) -> None:
    assert asked(office, path).status_code == 404


def test_it_is_only_read(office: Office) -> None:
    answer = asked(office, method="POST")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert asked(office, "app/main.js", method="HEAD").content == b""


def test_nothing_is_loaded_from_elsewhere() -> None:
    for file in STATIC.rglob("*.*"):
        if file.suffix in {".js", ".css", ".html"} and VENDOR not in file.parents:
            assert ELSEWHERE.findall(file.read_text()) == []


@pytest.mark.skipif(not MODULES.exists(), reason="npm's packages are not here: make packages")
def test_what_the_console_loads_of_others_is_what_npms_lock_says() -> None:
    assert stale() == []
    assert set(versions()) == {"htm", "oauth4webapi", "preact", "uplot"}
