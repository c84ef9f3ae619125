"""Own how grave a failure is: from its words first, then its codes (RFC 3463, RFC 5321 4.2).

Words come first since codes are often general (5.0.0), a gateway's paraphrase, or plainly wrong. Invariant: what the
words call a refusal of the sender never counts as hard unless the code says that the address is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lib.core.bounces.record import Severity, Verdict

#: An enhanced code that is no piece of an IP address or a version.
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
#: A reply code where one stands: at the start, after the type, after "said:" and the like.
_REPLY = re.compile(r"(?:^|[\s;:(\[<>=\"'#])([45]\d\d)(?=[\s\-;:,.)\]#]|$)")
_SPACES = re.compile(r"\s+")
_IGNORED = re.compile(r"https?://[^\s<>\"]{1,500}|<?[\w.+=-]{1,80}@[\w.-]{1,200}>?")


@dataclass(frozen=True, slots=True)
class _Rule:
    """Hold words that decide, and what they mean."""

    severity: Severity
    reason: str
    words: re.Pattern[str]


def _rule(severity: Severity, reason: str, *words: str) -> _Rule:
    return _Rule(severity, reason, re.compile("|".join(words)))


_NO_MAILBOX = _rule(
    "hard",
    "no such mailbox",
    r"(?:user|recipient|mailbox|address|account|alias|addressee)s?(?: \S{1,60}){0,6}? (?:is |was |are )?(?:unknown|not (?:be )?found"
    r"|not exist|does ?n.t exist|does not exist|not (?:a )?known|unrecogni[sz]ed|invalid|not valid|nonexist)",
    r"(?:unknown|invalid|bad|no such|non-?exist\w*|not a valid|unrouteable|unroutable|illegal|incorrect|undeliverable"
    r"|unrecogni[sz]ed|not a known|not our|wrong) (?:\S{1,20} ){0,3}?(?:user|recipient|mailbox|address|account|alias|addressee"
    r"|person|name|destination mailbox|local part|rcpt|userid|customer)",
    r"no (?:such )?(?:user|mailbox|recipient|account|person|address|alias)s?\b(?: here| by that name| with that)?",
    r"(?:doesn.t|does not|don.t|do not) have an? \S{0,40} ?(?:account|mailbox|user|e-?mail)",
    r"user_?unknown|unknown_?user|unknown local|recipnotfound|badrcptto|bad_recipient|recipient_not_found"
    r"|notfound|no mailbox|mailbox unavailable|mailbox not available|user not available|user not known"
    r"|not (?:listed|found) in|isn.t a (?:valid|known)|couldn.t be found|could not be found|wasn.t found"
    r"|can.?t be found|cannot be found|was not found|no valid recipients?|no longer valid|not on (?:this|our)"
    r"|does not like recipient|invalid (?:final delivery )?userid|no matches to nameserver|no users? here"
    r"|does not have a final email|not a (?:valid|known) user|address rejected|recipient rejected|rejected recipient"
    r"|recipient(?: \S{1,60})? (?:is )?not (?:accepted|ok)|recipient unknown|address unknown|unknown address"
    r"|address error|no account|no user|ambiguous|this address no longer|no longer (?:at|with|works|here|in service)"
    r"|has left|recipient is not|not a local|not local|cannot be delivered to this",
    r"empf(?:ae|ä)nger(?:\S* ){0,4}(?:unbekannt|nicht|existiert)|unbekannt\w* (?:empf|benutz|adress)|existiert nicht"
    r"|nicht gefunden|benutzer unbekannt",
    r"utilisateur inconnu|destinataire inconnu|adresse (?:\S+ ){0,3}(?:introuvable|inconnue|invalide)|n.existe pas"
    r"|introuvable|inconnu",
    r"no existe|desconocid[oa]|no se encontr|no encontrad[oa]|usuario inv|n[aã]o existe|n[aã]o encontrad|desconhecid"
    r"|inesistente|non esiste|sconosciut[oa]|non (?:[eè] stato )?trovat|bestaat niet|niet gevonden|onbekend"
    r"|nie istnieje|nieznany|не существует|не найден|неизвестн|нет такого|user not found|存在しません|見つかりません"
    r"|不存在|找不到|没有此|无此|查無|존재하지 않|찾을 수 없",
)
_NO_DOMAIN = _rule(
    "hard",
    "no such domain",
    r"(?:host|domain|server)(?: name)?(?: \S{1,60}){0,4}? (?:is |was )?(?:not found|unknown|does ?n.t exist|does not exist|invalid)"
    r"|(?:unknown|no such|bad|invalid|non-?exist\w*|unrouteable|unroutable) (?:mail )?(?:destination )?(?:host|domain|system|server)"
    r"|nxdomain|couldn.t find any host|cannot find any (?:host|exchanger)|no (?:mx|mail exchanger|dns entry|a record)"
    r"|domain name not found|illegal host|name service error.{0,80}(?:type=a+: host|not found)|dns domain .{0,100} does not exist"
    r"|doesn.t (?:receive|accept) (?:e-?)?mail|does not (?:receive|accept) (?:any )?(?:e-?)?mail|null ?mx|recipient.{0,20}nullmx"
    r"|dns error: .{0,100}(?:not found|nxdomain)|domain (?:couldn.t|could not) be found|no mail servers? (?:for|found)",
)
_DISABLED = _rule(
    "hard",
    "mailbox disabled",
    r"(?:account|mailbox|user|recipient|address|e-?mail|inbox)(?: \S{1,60}){0,5}? (?:is |was |been |has been |currently |temporarily )*"
    r"(?:disabled|inactive|deactivated|suspended|discontinued|closed|blocked by admin|expired|locked|terminated|cancell?ed|deleted|removed|frozen|dormant)"
    r"|(?:disabled|inactive|deactivated|suspended|expired|closed|locked|discontinued|dormant) (?:\S+ ){0,2}?(?:account|mailbox|user|recipient|address)"
    r"|\[suspend\]|no longer (?:active|available|used|in use|accept\w*|valid|monitored|on server|employed)|has moved|mailbox moved"
    r"|user has left|relocated|not (?:an? )?active|account.{0,40}not active",
)
_FULL = _rule(
    "soft",
    "mailbox full",
    r"mailbox(?: \S{1,60}){0,4}? (?:is )?(?:full|over|too large|exceed)|(?:mail ?box|inbox|mail ?folder|disk|mail ?drop|storage|account)(?: \S{1,40}){0,3}? full"
    r"|quota|out of storage|storage (?:limit|space|allocation|exceeded)|insufficient (?:system )?(?:disk|storage|space|resources)"
    r"|not enough (?:\S+ )?(?:space|storage)|no (?:disk )?space left|out of (?:disk )?space|exceed\w* (?:\S+ ){0,3}?(?:storage|mailbox size|allocat|space|allowed size)"
    r"|size limit.{0,40}mailbox|mailbox size limit|maildir over|user is overquota|is full\b|mailbox_full|postfach (?:ist )?voll"
    r"|speicherplatz|bo[iî]te (?:\S+ ){0,3}pleine|buz[oó]n (?:\S+ ){0,2}lleno|caixa .{0,40}(?:cheia|lotada)|casella .{0,30}piena|переполнен|容量|已满|信箱已滿",
)
_TOO_LARGE = _rule(
    "policy",
    "message too large",
    r"(?:message|mail|e-?mail|attachment)s?(?: \S{1,60}){0,6}? (?:too (?:large|big)|exceed\w*|larger than|over the)"
    r"|(?:message|maximum|max) (?:\S+ )?size (?:\S+ ){0,3}?(?:exceed|limit|too)|exceed\w* (?:\S+ ){0,5}?(?:message|maximum|max|fixed|size) ?(?:\S+ )?(?:size|limit|length)"
    r"|too (?:large|big) (?:message|mail|for)|size exceeds|message too long|message size|msg too big",
)
_POLICY = _rule(
    "policy",
    "refused by policy",
    r"\bspam\b|spam(?:my|haus|cop|assassin|bouncer| ?score| ?filter|-like|ming)|\bube\b|\buce\b|unsolicited|junk|bulk e?mail|phish"
    r"|black-?list|block-?list|deny-?list|block(?:ed)? (?:list|using|by|for|because|due|due to)|\b(?:dns)?[br]l\b|dnsbl|\brbls?\b|\buribl|surbl|sorbs|barracuda"
    r"|reputation|\bdmarc\b|\bspf\b|sender ?policy|\bdkim\b|domainkeys|sender id\b|authenticat\w+ (?:check|required|fail|result)|unauthenticated|not authenticated"
    r"|polic(?:y|ies)|prohibited|not (?:permitted|allowed|authori[sz]ed)|unauthori[sz]ed|not accept(?:ing|ed)? (?:mail|e-?mail|messages?|connections?) from"
    r"|(?:message|mail|content|attachment|e-?mail|transaction|sender|connection|session|body)(?: \S{1,60}){0,4}? (?:is |was |been |has been )*(?:rejected|blocked|refused|denied|banned|filtered|prohibited|restricted|quarantined)"
    r"|(?:rejected|blocked|refused|denied|banned) (?:\S+ ){0,4}?(?:content|sender|message|by (?:the )?(?:content|recipient.s|filter|admin|system|rule|user)|filter|ip\b|your ip|client|security)"
    r"|virus|malware|\binfected|content (?:filter|reject|block|scan)|header (?:check|content)|restricted|relay(?:ing)?|grey-?list|gray-?list|rate ?limit|too many (?:messages|connections|recipients|mails|hops.{0,4}spam)"
    r"|reverse dns|rdns|\bptr\b|helo|ehlo (?:name|command)|sender (?:verif|address|domain|is)|your (?:ip|host|server|domain|e-?mail|message)(?: \S{1,60}){0,4}? (?:is |was |been |has been )*(?:blocked|listed|rejected|banned|refused|blacklisted|denied|not)"
    r"|suspicious|abus(?:e|ive)|challenge|white-?list|security (?:reason|settings?|policy)|access denied|denied by|administrative(?:ly)? (?:prohibit|deni|reject)|poor|untrusted|verification (?:failed|required)"
    r"|transaction failed|not (?:currently )?accepting|listed (?:in|at|on|by)|considered|classified as|looks like|bad (?:content|header)|forbidden|objectionable",
)
_MAY_PASS = _rule(
    "soft",
    "could not be reached for now",
    r"tim(?:e|ed)[ -]?out|connection (?:refused|reset|lost|dropped|failed|to)|lost connection|no route|network (?:is )?unreachable|unreachable|could not connect|couldn.t connect|unable to connect|can.t connect|cannot connect"
    r"|temporar|try again|later\b|deferred|retry|not respond|no (?:answer|response|reply)|queue|expired|too (?:long|old|many)|delivery time|over \d+ (?:hours|days)|for (?:more than )?\d+(?:\.\d+)? (?:hours|days)|loop|hops|too many|overload|busy|unavailable at this time"
    r"|i/o error|system error|local error|configuration (?:error|problem)|mail system|name server|nameserver|resolver|lookup fail|dns (?:fail|problem|error|lookup)|service (?:not available|unavailable)|resources|command output|not yet been|has not been delivered|still",
)
#: The order in which words are heard. Who is full, or too large, says so plainly; a refusal is often said beside it.
_RULES = (_FULL, _TOO_LARGE, _NO_DOMAIN, _DISABLED, _NO_MAILBOX, _POLICY, _MAY_PASS)
_HARD = (_NO_DOMAIN, _DISABLED, _NO_MAILBOX)

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
_UNTOLD: tuple[Severity, str] = ("hard", "refused without a reason")


def judge(*, action: str, status: str, diagnostic: str, around: str) -> Verdict:
    """Return how grave a failure is.

    action: failed, delayed or empty. status, diagnostic: the fields of the report, or empty texts. around: what the
    bounce says of that address in its own words, heard only where the fields say nothing.
    """
    words = _plain(diagnostic)
    code = _code(diagnostic) or _code(status) or _code(around)
    field = _code(status)
    rule = _rule_of(words, code) or _rule_of(_plain(status), code)
    if rule is None and not _tells(code):
        rule = _rule_of(_plain(around), code)
    reply = _reply(diagnostic) or _reply(around)
    shown = code or field
    if action == "delayed":
        return Verdict("soft", shown, rule.reason if rule else "delayed")
    if shown.startswith("4") or (not shown and reply.startswith("4")):
        milder = rule is not None and rule.severity == "policy"
        return Verdict("policy" if milder else "soft", shown, rule.reason if rule else _MAY_PASS.reason)
    if rule is not None:
        return Verdict(rule.severity, shown, rule.reason)
    severity, reason = _by_code(shown)
    return Verdict(severity, shown, reason)


def _rule_of(words: str, code: str) -> _Rule | None:
    """Return the rule that the words meet, or none.

    Where both a missing mailbox and a refusal are named, the code decides; without one it is the refusal.
    """
    met = [rule for rule in _RULES if rule.words.search(words)] if words else []
    if not met:
        return None
    first = met[0]
    if first in _HARD and _POLICY in met:
        named = code.partition(".")[2]
        if named.startswith(("7.", "6.")) and first is not _NO_MAILBOX:
            return _POLICY
        if _STRONG.search(words) and not named.startswith(("1.", "2.")):
            return _POLICY
    if first is _MAY_PASS and _tells(code):
        return None
    if first is _POLICY and code.partition(".")[2].startswith("1.") and not _STRONG.search(words):
        return None
    return first


#: Words of a refusal that are never said of a missing mailbox.
_STRONG = re.compile(
    r"\bspam|spamhaus|unsolicited|black-?list|block-?list|dnsbl|\brbl\b|reputation|dmarc|\bspf\b|sender policy|dkim|phish|virus|malware|\bbanned|your (?:ip|server|domain)"
)


def _plain(text: str) -> str:
    """Return words in one case and spacing, without links and addresses, whose parts would count as words."""
    return _SPACES.sub(" ", _IGNORED.sub(" x ", text[:4000])).casefold().strip()


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
    return _BY_CODE.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0], _UNTOLD)
