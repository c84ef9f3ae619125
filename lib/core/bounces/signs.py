"""Own whether a mail is a bounce at all.

What only a machine can say (a report, X-Failed-Recipients) suffices; everything else needs two witnesses of
different kinds, so that a person's answer that quotes a bounce, or says "your mail bounced", never counts as
one. Invariant: what can't be told is no bounce.
"""

from __future__ import annotations

import email.header
import re
from dataclasses import dataclass
from email.message import Message

from lib.core.bounces.addresses import ADDRESS, addresses_in
from lib.core.bounces.notice import Words
from lib.core.bounces.parts import Opened
from lib.core.bounces.phrases import ANSWER, NOTICE, OTHER_MACHINE, PROGRAM, SUBJECT
from lib.core.bounces.record import Failure, Headers

_DAEMON = re.compile(
    r"^(?:mailer[-_.]?daemon\S*|mail[-_.]?daemon|mdaemon|daemon|mail[-_.]?deliver\S*"
    r"|mail\.delivery\.system"
    r"|microsoftexchange[0-9a-f]+|ndr|bounces?|bounce[-_.]?\S*handler|maildelivery\S*"
    r"|deliver\S*[-_.](?:fail|report|error|status)\S*"
    r"|smtp[-_.]?(?:error|daemon|bounce)\S*|\S*mail[-_]service|mail[-_.]?error\S*|mail[-_.]?failure"
    r"|undeliver\S*)$"
)
_POSTMASTER = re.compile(
    r"^(?:post[-_.]?master\S*|(?:mail|system|net)?[-_.]?admin(?:istrator)?|mailadm|no[-_.]?reply"
    r"|do[-_.]?not[-_.]?reply|noreply\S*|root|mail|smtp|exchange|imss|mailmarshal|mail[-_.]?system"
    r"|notification\S*)$"
)
#: Where nobody can be answered, nobody wrote.
_NOBODY = re.compile(r"^(?:no|do[-_.]?not)[-_.]?reply$")
_SYSTEM_NAME = re.compile(
    r"mail(?:er)?[- ]?(?:delivery|daemon|deliver)|deliver\w* (?:sub-?system|system|service|status"
    r"|report)|mail (?:sub)?system|system administrator|mail administrator|microsoft outlook"
    r"|postmaster"
    r"|internet mail|mail transport|e-?mail system|systemadministrator|système|администратор"
    r"|mailsystem|mail-system|message delivery|microsoft exchange|smtp|mail server|mailserver|邮件系统"
    r"|postbote"
)
#: Fields of a mail that a machine sends back; what a person's program quotes has none of them.
_TRACES = {"received", "return-path", "message-id", "mime-version", "content-type"}
#: What a server was told of the envelope, next to one another; people do not write so.
_TRANSCRIPT = re.compile(r"error message below:.{0,2000}mail from: \S+ rcpt to: ")
_EMPTY_PATH = re.compile(r"^\s*<\s*>\s*$")


@dataclass(frozen=True, slots=True)
class _Witnesses:
    daemon: bool
    unanswerable: bool
    postmaster: bool
    subject: bool
    notice: bool
    program: bool
    transcript: bool
    returned: bool
    attached: bool
    unattended: bool
    named: bool


def is_bounce(headers: Headers, opened: Opened, failures: list[Failure], words: Words, subject: str) -> bool:
    """Say whether a mail is a bounce or a notice of delay."""
    found = _witnesses(headers, opened, words, subject)
    machine = found.daemon or found.postmaster
    answered = ANSWER.match(subject) is not None
    delivered = bool(failures) and all(failure.action == "delivered" for failure in failures)
    # Some servers refuse for a full mailbox with a receipt (RFC 8098) that says "deleted".
    refused = found.daemon and found.subject and found.notice
    receipt = opened.kind == "disposition-notification" and not refused
    other_report = receipt or opened.kind == "feedback-report"
    if delivered or other_report or (answered and not machine and not opened.kind):
        return False
    if headers.get("x-failed-recipients"):
        return True
    if opened.reports and any(failure.action in {"failed", "delayed"} for failure in failures):
        return bool(opened.kind) or machine or found.unattended or found.subject
    if OTHER_MACHINE.search(subject.casefold()):
        return False
    if opened.kind and (machine or found.subject or found.notice or opened.reports):
        return True
    return _is_told(found, answered=answered)


def _is_told(found: _Witnesses, *, answered: bool) -> bool:
    """Weigh the witnesses of a mail without a report."""
    told = found.notice and found.named
    if found.daemon:
        return found.subject or found.notice or (found.returned and not answered)
    # Some servers call their notice "Re:" of the returned mail's subject.
    if answered and not (found.postmaster and (found.unattended or found.transcript)):
        return False
    if found.postmaster and found.subject:
        return found.notice or found.returned or found.unattended or found.program
    if found.subject and found.notice:
        return found.unattended or (found.program and (found.returned or found.named))
    if found.postmaster and found.program:
        return told or (found.notice and (found.returned or found.unattended))
    nobody = found.unattended and (found.postmaster or found.program or found.attached)
    return told and (nobody or (found.unanswerable and found.attached))


def _witnesses(headers: Headers, opened: Opened, words: Words, subject: str) -> _Witnesses:
    sender = decoded(_first(headers, "from"))
    locals_ = [address.rpartition("@")[0].casefold() for address in addresses_in(sender)]
    bare_name = ADDRESS.sub(" ", sender).casefold()
    path = headers.get("return-path", ())
    nobody = (not sender.strip() and "@" not in "".join(map(str, path))) or "<>" in sender.replace(" ", "")
    daemon = any(_DAEMON.match(local) for local in locals_) or "mailer-daemon" in sender.casefold()
    named_system = _SYSTEM_NAME.search(bare_name) is not None
    postmaster = any(_POSTMASTER.match(local) for local in locals_)
    submitted = _first(headers, "auto-submitted").partition(";")[0].strip().casefold()
    folded = words.folded
    return _Witnesses(
        daemon=daemon or (named_system and postmaster) or ("<>" in sender.replace(" ", "")),
        unanswerable=any(_NOBODY.match(local) for local in locals_),
        postmaster=postmaster or named_system or nobody,
        subject=SUBJECT.search(subject.casefold()) is not None,
        notice=NOTICE.search(folded) is not None,
        transcript=_TRANSCRIPT.search(folded) is not None,
        program=PROGRAM.search(folded) is not None,
        attached=opened.has_returned,
        returned=opened.has_returned or bool(words.returned.keys() & _TRACES),
        unattended=bool(path and _EMPTY_PATH.match(str(path[0]))) or submitted not in {"", "no"},
        named=bool(words.addressed) or any(weight >= 2 for weight in words.named.values()),  # noqa: PLR2004 - see notice._weight
    )


def subject_of(mail: Message) -> str:
    """Return a mail's subject, also one whose letters were not encoded (RFC 6532, or an older charset)."""
    raw = next((str(value) for name, value in mail.raw_items() if name.lower() == "subject"), "")[:1000]
    source = raw.encode("utf-8", "surrogateescape")
    if b"\x1b$" in source:
        return source.decode("iso-2022-jp", "replace")
    return decoded(source.decode("utf-8", "replace"))


def decoded(value: str) -> str:
    """Return a header's value with its encoded words decoded, or as it is when they are broken."""
    value = value[:1000]
    if "=?" not in value:
        return value
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except Exception:  # noqa: BLE001 - codecs and the parser fail in many ways
        return value


def _first(headers: Headers, name: str) -> str:
    values = headers.get(name, ())
    return str(values[0])[:2000] if values else ""
