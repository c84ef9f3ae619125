"""Own how the console's files go out: one page, what it loads, and the policy that binds a browser to that.

Invariant: a page loads scripts and styles from this function alone, and talks to nobody but the functions
and the issuer at which its user signs in. A browser may keep it all, if it asks first whether it changed.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from flask import Request, Response
from werkzeug.exceptions import MethodNotAllowed

from lib.config import Settings, origin_of
from lib.core.errors import NotFound
from lib.entrypoint.wiring import services

PAGE = "index.html"
#: The page in which a mail's own HTML is shown: in a sandbox, with styles of its own, and nothing loaded.
MAIL_PAGE = "mail.html"
_IMPORT_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
_TEXT = ("text/", "image/svg", "application/json")
#: Python on a small machine may know nothing of these.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}


@dataclass(frozen=True, slots=True)
class File:
    """Hold a file as it goes out, and its headers."""

    content: bytes
    packed: bytes
    headers: Mapping[str, str]
    tag: str


def console_file(request: Request, folder: Path) -> Response:
    """Answer with a file of the console, the page itself where no file is named; NotFound for any other."""
    if request.method not in {"GET", "HEAD"}:
        raise MethodNotAllowed(["GET", "HEAD"])
    found = _file(folder, request.path.strip("/") or PAGE, services().settings)
    packed = request.accept_encodings.quality("gzip") > 0 and len(found.packed) < len(found.content)
    response = Response(found.packed if packed else found.content, HTTPStatus.OK, headers=dict(found.headers))
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{found.tag}-gzip" if packed else found.tag)
    response.make_conditional(request)
    return response


@lru_cache(maxsize=256)
def _file(folder: Path, name: str, known: Settings) -> File:
    """Return a file; its name is looked up among those there are, so that it can lead nowhere else."""
    names = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*") if one.is_file()}
    if name not in names:
        raise NotFound("There is no such page.")
    content = names[name].read_bytes()
    kind = _TYPES.get(names[name].suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {
        "Content-Type": f"{kind}; charset=utf-8" if kind.startswith(_TEXT) else kind,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if name == PAGE:
        text = content.decode()
        headers["Content-Security-Policy"] = page_policy(text, known)
        content = _filled(text, known).encode()
    elif name == MAIL_PAGE:
        headers["Content-Security-Policy"] = mail_policy(known)
    packed = gzip.compress(content, mtime=0)
    return File(content, packed, headers, hashlib.sha256(content).hexdigest()[:32])


def _filled(text: str, known: Settings) -> str:
    """Fill in where the page lies, and where its user signs in."""
    config = {
        "base": known.base_url,
        "issuer": known.webapp_issuer,
        "client": known.console_client_id,
        "org_claim": known.webapp_org_claim,
        "role_claim": known.webapp_role_claim,
    }
    # Within a script element only "<" could end it.
    told = json.dumps(config).replace("<", "\\u003c")
    return text.replace("{{base}}", html.escape(_home(known))).replace("{{config}}", told)


def page_policy(text: str, known: Settings) -> str:
    """Return the policy of the page (CSP Level 3); its import map is allowed by its hash."""
    found = _IMPORT_MAP.search(text)
    digest = hashlib.sha256(found.group(1).encode() if found else b"").digest()
    return (
        "default-src 'none'; "
        f"script-src 'self' 'sha256-{base64.b64encode(digest).decode()}'; "
        "style-src 'self'; img-src 'self' data:; frame-src 'self'; "
        f"connect-src 'self' {origin_of(known.webapp_issuer)} {' '.join(known.console_connects)}".rstrip()
        + f"; base-uri {origin_of(known.base_url)}; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def mail_policy(known: Settings) -> str:
    """Return the policy of the page that shows a mail's HTML: a sandbox has no origin, so it is spelt out."""
    return (
        f"default-src 'none'; script-src {_home(known)}app/mail_frame.js; style-src 'unsafe-inline'; "
        f"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors {origin_of(known.base_url)}; "
        "sandbox allow-scripts"
    )


def _home(known: Settings) -> str:
    return f"{known.base_url}/console/"
