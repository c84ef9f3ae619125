"""Own how grave a failure is: from its words first, then its codes (RFC 3463, RFC 5321 4.2).

Words come first since codes are often general (5.0.0), a gateway's paraphrase, or plainly wrong.
Invariant: what the words call a refusal of the sender never counts as hard unless the code says that the
address is wrong.
"""

from __future__ import annotations

import re

from lib.core.bounces.reasons import (
    DISABLED,
    FULL,
    LISTED,
    MAY_PASS,
    NEVER,
    NO_DOMAIN,
    NO_MAILBOX,
    POLICY,
    SENDER,
    STAGE,
    STRONG,
    TOO_LARGE,
    Rule,
)
from lib.core.bounces.record import Severity, Verdict

#: An enhanced code that is no piece of an IP address or a version.
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
#: A reply code where one stands: at the start, after the type, after "said:" and the like.
_REPLY = re.compile(r"(?:^|[\s;:(\[<>=\"'#])([45]\d\d)(?=[\s\-;:,.)\]#]|$)")
_SPACES = re.compile(r"\s+")
#: Postfix's "host x[192.0.2.1] said:", whose host is not what is unknown.
_SAID = re.compile(r"\bhost \S{1,255} (?:said|refused to talk to me):", re.IGNORECASE)
_LINK = re.compile(r"https?://([\w.-]{1,100})[^\s<>\"]{0,500}", re.IGNORECASE)
_IGNORED = re.compile(r"<?[\w.+=-]{1,80}@[\w.-]{1,200}>?")


#: The order in which words are heard. Who is full, or too large, says so; a refusal is often beside it.
_RULES = (FULL, TOO_LARGE, SENDER, NO_DOMAIN, DISABLED, NO_MAILBOX, POLICY, MAY_PASS, STAGE)
_HARD = (NO_DOMAIN, DISABLED, NO_MAILBOX)

#: What a code of RFC 3463 says by itself, by its last two numbers.
_BY_CODE: dict[str, tuple[Severity, str]] = {
    "1.0": ("hard", "no such mailbox"),
    "1.1": ("hard", "no such mailbox"),
    "1.2": ("hard", "no such domain"),
    "1.3": ("hard", "no such mailbox"),
    "1.4": ("hard", "no such mailbox"),
    "1.6": ("hard", "mailbox disabled"),
    "1.7": ("policy", "refused by policy"),
    "1.8": ("policy", "refused by policy"),
    "1.9": ("policy", "refused by policy"),
    "1.10": ("hard", "no such domain"),
    "2.0": ("hard", "mailbox disabled"),
    "2.1": ("hard", "mailbox disabled"),
    "2.2": ("soft", "mailbox full"),
    "2.3": ("policy", "message too large"),
    "2.4": ("soft", "could not be reached for now"),
    "3.1": ("soft", "mailbox full"),
    "3.4": ("policy", "message too large"),
    "4.0": ("soft", "could not be reached for now"),
    "4.1": ("soft", "could not be reached for now"),
    "4.2": ("soft", "could not be reached for now"),
    "4.3": ("soft", "could not be reached for now"),
    "4.4": ("hard", "no such domain"),
    "4.5": ("soft", "could not be reached for now"),
    "4.6": ("soft", "could not be reached for now"),
    "4.7": ("soft", "could not be reached for now"),
}
_BY_SUBJECT: dict[str, tuple[Severity, str]] = {
    "1": ("hard", "no such mailbox"),
    "2": ("hard", "mailbox disabled"),
    "3": ("soft", "could not be reached for now"),
    "4": ("soft", "could not be reached for now"),
    "6": ("policy", "refused by policy"),
    "7": ("policy", "refused by policy"),
}
#: What is said of a failure that nothing is said of: most are mailboxes that are not there.
UNTOLD = "refused without a reason"


def judge(*, action: str, status: str, diagnostic: str, around: str) -> Verdict:
    """Return how grave a failure is.

    action: failed, delayed or empty. status, diagnostic: the fields of the report, or empty texts. around:
    what the bounce says of that address in its own words, heard only where the fields say nothing.
    """
    words = _plain(_SAID.sub(" ", diagnostic))
    code = _code(diagnostic) or _code(status) or _code(around)
    field = _code(status)
    rule = _rule_of(words, code) or _rule_of(_plain(status), code)
    if rule is None and not _tells(code):
        rule = _rule_of(_plain(_SAID.sub(" ", around)), code)
    reply = _reply(diagnostic) or _reply(around)
    shown = code or field
    if action == "delayed":
        return Verdict("soft", shown, rule.reason if rule else "delayed")
    if shown.startswith("4") or (not shown and reply.startswith("4")):
        if rule is NO_DOMAIN and action == "failed" and NEVER.search(words):
            return Verdict("hard", shown, rule.reason)
        milder = rule is not None and rule.severity == "policy" and rule is not STAGE
        return Verdict("policy" if milder else "soft", shown, rule.reason if rule else MAY_PASS.reason)
    if rule is not None:
        return Verdict(rule.severity, shown, rule.reason)
    severity, reason = _by_code(shown)
    return Verdict(severity, shown, reason)


def _rule_of(words: str, code: str) -> Rule | None:
    """Return the rule that the words meet, or none.

    Where both a missing mailbox and a refusal are named, the code decides; without one it is the refusal.
    """
    met = [rule for rule in _RULES if rule.words.search(words)] if words else []
    if not met:
        return None
    first, named = met[0], code.partition(".")[2]
    if first in _HARD and POLICY in met and _is_refusal(words, named, first):
        return POLICY
    if first in (POLICY, SENDER):
        return None if named.startswith("1.") and not STRONG.search(words) else first
    return None if first in (MAY_PASS, STAGE) and _tells(code) else first


def _is_refusal(words: str, named: str, first: Rule) -> bool:
    """Say whether it is the sender who was refused, where a mailbox or domain is called missing beside it."""
    if named.startswith(("7.", "6.")) and first is not NO_MAILBOX:
        return True
    strong = STRONG.search(words) and not named.startswith(("1.", "2."))
    return bool(strong or LISTED.search(words))


def _plain(text: str) -> str:
    """Return words in one case and spacing, without addresses, and of links with the host alone."""
    return _SPACES.sub(" ", _IGNORED.sub(" x ", _LINK.sub(r" \1 ", text[:4000]))).casefold().strip()


def _code(text: str) -> str:
    """Return the first enhanced code that says something, else the first, else an empty text."""
    codes = [f"{match[1]}.{int(match[2])}.{int(match[3])}" for match in _ENHANCED.finditer(text[:4000])]
    telling = [code for code in codes if not code.endswith(".0.0") and code[0] != "2"]
    return next(iter(telling or [code for code in codes if code[0] != "2"]), "")


def _reply(text: str) -> str:
    match = _REPLY.search(text[:4000])
    return match[1] if match else ""


def _tells(code: str) -> bool:
    """Say whether a code says more than that it failed."""
    return code.partition(".")[2] in _BY_CODE or code[2:3] == "7"


def _by_code(code: str) -> tuple[Severity, str]:
    detail = code.partition(".")[2]
    return _BY_CODE.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0], ("hard", UNTOLD))
