"""Own how the attachments of a request are read, and what may be attached at all.

Invariants: a name is a plain file name that fits into a header; what is stored under a digest is just that
content, and the same file in several steps is stored once.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from lib.core.campaigns import fields
from lib.core.campaigns.asked import AskedAttachment, names
from lib.core.campaigns.shortlist import has_control
from lib.core.errors import Fault
from lib.core.ids import digest
from lib.core.records import Attachment

COUNT_LIMIT = 3
#: In bytes: in base64, one has to fit into a document of 1 MiB.
SIZE_LIMIT = 700_000
#: In bytes, each file of a campaign counted once.
TOTAL_LIMIT = 2_000_000
NAME_LIMIT = 200
#: Files that Gmail refuses to send; support.google.com/mail/answer/6590.
BLOCKED = frozenset(
    {
        *("ade", "adp", "apk", "appx", "appxbundle", "bat", "cab", "chm", "cmd", "com", "cpl"),
        *("diagcab", "diagcfg", "diagpkg", "dll", "dmg", "ex", "ex_", "exe", "hta", "img", "ins"),
        *("iso", "isp", "jar", "jnlp", "js", "jse", "lib", "lnk", "mde", "mjs", "msc", "msi"),
        *("msix", "msixbundle", "msp", "mst", "nsh", "pif", "ps1", "scr", "sct", "shb", "sys"),
        *("vb", "vbe", "vbs", "vhd", "vxd", "wsc", "wsf", "wsh", "xll"),
    }
)

_FIELDS = names(AskedAttachment)
#: RFC 6838, section 4.2.
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


def read_attachments(
    step: Mapping[str, Any], where: str, contents: dict[str, str], faults: list[Fault]
) -> tuple[Attachment, ...]:
    """Return a step's attachments; their contents, in base64, are added to ``contents`` by their ids."""
    given = fields.items(step, "attachments", faults, f"{where}.")
    if len(given) > COUNT_LIMIT:
        why = f"{len(given)} attachments; a step has at most {COUNT_LIMIT}"
        faults.append(Fault(field=f"{where}.attachments", why=why))
        return ()
    found: list[Attachment] = []
    for _, field, item in fields.objects(given, f"{where}.attachments", faults):
        attachment = _attachment(item, field, contents, faults)
        if any(attachment.name == other.name for other in found):
            faults.append(
                Fault(field=f"{field}.name", why="another attachment of the step has this name too")
            )
        found.append(attachment)
    return tuple(found)


def total_faults(contents: Mapping[str, str]) -> list[Fault]:
    """Return the fault of a campaign whose attachments are too large together."""
    total = sum(len(base64.b64decode(content)) for content in contents.values())
    if total <= TOTAL_LIMIT:
        return []
    why = f"the attachments have {total} bytes together; a campaign has at most {TOTAL_LIMIT}"
    return [Fault(field="steps", why=why)]


def _attachment(
    item: Mapping[str, Any], field: str, contents: dict[str, str], faults: list[Fault]
) -> Attachment:
    faults += fields.unknown(item, _FIELDS, f"{field}.")
    name = fields.text(item, "name", faults, f"{field}.").strip()
    faults += [Fault(field=f"{field}.name", why=why) for why in _name_faults(name)]
    kind = fields.text(item, "type", faults, f"{field}.").lower()
    if kind and (_TYPE.fullmatch(kind) is None or kind.startswith(("multipart/", "message/"))):
        faults.append(Fault(field=f"{field}.type", why="is no type of a file; one is application/pdf"))
    content = _content(fields.text(item, "content", faults, f"{field}."), f"{field}.content", faults)
    encoded = base64.b64encode(content).decode()
    id_ = digest("attachment", encoded)
    if content:
        contents[id_] = encoded
    return Attachment(id=id_, name=name, type=kind, size=len(content))


def _name_faults(name: str) -> list[str]:
    found = []
    if has_control(name, lines=False) or set(name) & set('/\\:*?"<>|') or name in (".", ".."):
        found.append("is no plain file name: without folders, control characters and signs such as : or *")
    if len(name) > NAME_LIMIT:
        found.append(f"is longer than {NAME_LIMIT} characters")
    if name.rpartition(".")[2].lower() in BLOCKED and "." in name:
        found.append("is a kind of file that Gmail does not send")
    return found


def _content(encoded: str, field: str, faults: list[Fault]) -> bytes:
    if not encoded:
        return b""
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        faults.append(Fault(field=field, why="is not base64"))
        return b""
    if not content:
        faults.append(Fault(field=field, why="is empty"))
    if len(content) > SIZE_LIMIT:
        why = f"has {len(content)} bytes; an attachment has at most {SIZE_LIMIT}"
        faults.append(Fault(field=field, why=why))
        return b""
    return content
