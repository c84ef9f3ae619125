"""Own the words by which servers give the reason of a refusal, in their languages.

Data only. Every expression is searched in folded text without addresses and links, and repeats are bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lib.core.bounces.record import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """Hold words that decide, and what they mean."""

    severity: Severity
    reason: str
    words: re.Pattern[str]


def _rule(severity: Severity, reason: str, *words: str) -> Rule:
    return Rule(severity, reason, re.compile("|".join(words)))


NO_MAILBOX = _rule(
    "hard",
    "no such mailbox",
    r"(?:user|recipient|mailbox|address|account|alias|addressee)s?(?: \S{1,60}){0,6}? (?:is |was "
    r"|are )?(?:unknown|not (?:be )?found"
    r"|not exist|does ?n.t exist|does not exist|not (?:a )?known|unrecogni[sz]ed|invalid|not valid"
    r"|nonexist)",
    r"(?:unknown|invalid|bad|no such|non-?exist\w*|not a valid|unrouteable|unroutable|illegal"
    r"|incorrect|undeliverable"
    r"|unrecogni[sz]ed|not a known|not our|wrong) (?:\S{1,20} ){0,3}?(?:user|recipient|mailbox|address"
    r"|account|alias|addressee"
    r"|person|name|destination mailbox|local part|rcpt|userid|customer)",
    r"no (?:such )?(?:user|mailbox|recipient|account|person|address|alias)s?\b(?: here| by that name"
    r"| with that)?",
    r"(?:doesn.t|does not|don.t|do not) have an? \S{0,40} ?(?:account|mailbox|user|e-?mail)",
    r"user_?unknown|unknown_?user|unknown local|recipnotfound|badrcptto|bad_recipient|recipient_not_found"
    r"|notfound|no mailbox|mailbox (?:\S{1,60} )?unavailable|mailbox not available|user not available"
    r"|user not known"
    r"|not (?:listed|found) in|isn.t a (?:valid|known)|couldn.t be found|could not be found|wasn.t found"
    r"|can.?t be found|cannot be found|was not found|no valid recipients?|no longer valid"
    r"|not on (?:this|our)"
    r"|does not like recipient|invalid (?:final delivery )?userid|no matches to nameserver|no users? here"
    r"|does not have a final email|not a (?:valid|known) user|address rejected|recipient rejected"
    r"|rejected recipient"
    r"|recipient(?: \S{1,60})? (?:is )?not (?:accepted|ok)|recipient unknown|address unknown"
    r"|unknown address"
    r"|address error|no account|no user|ambiguous|this address no longer|no longer (?:at|with|works"
    r"|here|in service)"
    r"|has left|recipient is not|not a local|not local|cannot be delivered to this",
    r"empf(?:ae|ä)nger(?:\S* ){0,4}(?:unbekannt|nicht|existiert)|unbekannt\w* (?:empf|benutz|adress)"
    r"|existiert nicht"
    r"|nicht gefunden|benutzer unbekannt",
    r"utilisateur inconnu|destinataire inconnu|adresse (?:\S+ ){0,3}(?:introuvable|inconnue|invalide)"
    r"|n.existe pas"
    r"|introuvable|inconnu",
    r"no existe|desconocid[oa]|no se encontr|no encontrad[oa]|usuario inv|n[aã]o existe"
    r"|n[aã]o encontrad|desconhecid"
    r"|inesistente|non esiste|sconosciut[oa]|non (?:[eè] stato )?trovat|bestaat niet|niet gevonden"
    r"|onbekend"
    r"|nie istnieje|nieznany|не существует|не найден|неизвестн|нет такого|user not found"
    r"|存在しません|見つかりません"
    r"|不存在|找不到|没有此|无此|查無|존재하지 않|찾을 수 없",
)
NO_DOMAIN = _rule(
    "hard",
    "no such domain",
    r"(?:host|domain|server)(?: name)?(?: (?!said|reports|mailbox|user|recipient|account"
    r"|address)\S{1,60}){0,3}? (?:is |was )?(?:not found(?!,? try again)|unknown|does ?n.t exist"
    r"|does not exist"
    r"|invalid)"
    r"|(?:unknown|no such|bad|invalid|non-?exist\w*|unrouteable"
    r"|unroutable) (?:mail )?(?:destination )?(?:host|domain|system|server)"
    r"|nxdomain|couldn.t find any host|cannot find any (?:host|exchanger)|no (?:mx|mail exchanger"
    r"|dns entry|a record)"
    r"|domain name not found|illegal host|name service error.{0,80}(?:type=a+: host|not found)"
    r"|dns domain .{0,100} does not exist"
    r"|doesn.t (?:receive|accept) (?:e-?)?mail|does not (?:receive|accept) (?:any )?(?:e-?)?mail"
    r"|null ?mx|recipient.{0,20}nullmx"
    r"|dns error: .{0,100}(?:not found|nxdomain)|domain (?:couldn.t|could not) be found"
    r"|no mail servers? (?:for|found)",
)
DISABLED = _rule(
    "hard",
    "mailbox disabled",
    r"(?:account|mailbox|user|recipient|address|e-?mail|inbox)(?: \S{1,60}){0,5}? (?:is |was |been "
    r"|has been |currently |temporarily )*"
    r"\b(?:disabled|inactive|deactivated|suspended|discontinued|closed|blocked by admin|expired|locked"
    r"|terminated|cancell?ed|deleted|removed|frozen|dormant)"
    r"|\b(?:disabled|inactive|deactivated|suspended|expired|closed|locked|discontinued"
    r"|dormant) (?:\S+ ){0,2}?(?:account|mailbox|user|recipient|address)"
    r"|temporar\w+ (?:locked|suspended|inactive)|\[suspend\]|no longer (?:active|available|used|in use"
    r"|accept\w*|valid|monitored|on server"
    r"|employed)|has moved|mailbox moved"
    r"|user has left|relocated|not (?:an? )?active|account.{0,40}not active",
)
FULL = _rule(
    "soft",
    "mailbox full",
    r"full (?:mail ?box|inbox)|too many (?:messages|mails) (?:on|in)|zu ?viele mails"
    r"|mailbox(?: \S{1,60}){0,4}? (?:is )?(?:full|over|too large|exceed)|(?:mail ?box|inbox"
    r"|mail ?folder|disk|mail ?drop|storage|account)(?: \S{1,40}){0,3}? full"
    r"|quota|out of storage|storage (?:limit|space|allocation|exceeded)"
    r"|insufficient (?:system )?(?:disk|storage|space|resources)|enough (?:disk )?space"
    r"|space (?:\S{1,20} ){0,3}used up"
    r"|too much mail data|mail ?file size"
    r"|not enough (?:\S+ )?(?:space|storage)|no (?:disk )?space left|out of (?:disk )?space"
    r"|exceed\w* (?:\S+ ){0,3}?(?:storage|mailbox size|allocat|space|allowed size|receiving limit)"
    r"|size limit.{0,40}mailbox|mailbox size limit|maildir over|user is overquota|is full\b"
    r"|mailbox_full|postfach (?:ist )?voll"
    r"|speicherplatz|bo[iî]te (?:\S+ ){0,3}pleine|buz[oó]n (?:\S+ ){0,2}lleno|caixa .{0,40}(?:cheia"
    r"|lotada)|casella .{0,30}piena|переполнен|容量|已满|信箱已滿",
)
TOO_LARGE = _rule(
    "policy",
    "message too large",
    r"(?:message|mail|e-?mail|attachment)s?(?: \S{1,60}){0,6}? (?:too (?:large|big)|exceed\w*\b"
    r"(?! (?:\S{1,40} ){0,3}(?:hop|time|retr|age\b|number|queue|hours|rate|connection))"
    r"|larger than|over the)"
    r"|(?:message|maximum|max) (?:\S+ )?size (?:\S+ ){0,3}?(?:exceed|limit|too)"
    r"|exceed\w* (?:\S+ ){0,5}?(?:message|maximum|max|fixed|size) ?(?:\S+ )?(?:size|limit|length)"
    r"|too (?:large|big) (?:message|mail|for)|size exceeds|message too long|message size|msg too big",
)
#: Words that put the fault on the sender's address or server, beside which a "not found" is the sender's.
SENDER = _rule(
    "policy",
    "refused by policy",
    r"(?:invalid|unroutable|bogus|bad|unverified|null|unknown|unauthori[sz]ed) (?:envelope )?(?:sender"
    r"|mail from)"
    r"|senders?(?:.s)? (?:e-?mail )?(?:ip )?(?:address |domain |host )?(?:is |was |are "
    r"|has been )?(?:not|rejected|invalid"
    r"|refused|denied|verif\w+|unknown|must|does|blocked|empty)"
    r"|domain of sender|from: domain|client (?:host|ip)|your envelope sender|[eé]metteur|empty envelope"
    r"|third-party dsn|\bbatv\b|backscatter|valid sender domain|registered gateway user|mail from not"
    r"|only accept\w* (?:mail|e-?mail|messages?) from|accept\w* (?:mail|e-?mail|messages?) only from",
)
POLICY = _rule(
    "policy",
    "refused by policy",
    r"\bspam\b|anti-?spam|spam(?:my|haus|cop|assassin|bouncer| ?score| ?filter|-like|ming)|\bube\b|\buce\b"
    r"|unsolicited|junk|bulk e?mail|phish"
    r"|black[ -]?list|block[ -]?list|deny-?list|block(?:ed)? (?:list|using|by|for|because|due|due to)"
    r"|\b(?:dns)?[br]l\b|dnsbl|\b\w?rbls?\b|\buribl|surbl|sorbs|barracuda"
    r"|reputation|\bdmarc\b|\bspf\b|sender ?policy|\bdkim\b|domainkeys|sender id\b"
    r"|authenti[cf]|\btls\b|certificate|purported|validation|invalid ip|unverif|\bspams\b|unwanted"
    r"|sending ip"
    r"|preferences|notauthorized|restrictedto|account is protected|user reject|blocked by|\bblocked\b"
    r"|rcpthosts"
    r"|dynamic ips?\b|open proxy|server of your isp|your (?:network|remotehost) (?:is|has|looks)"
    r"|\bip(?: address)?[ :=]{1,3}\d|\bip/domain"
    r"|go away|(?:from|this) mail server|user complaints|mismatches|your hostname|resolve your|proofpoint"
    r"|returned mail not|advertis|illegal attachment|header error|headers? (?:are |is )?not|non-?member"
    r"|members?-only|closed mailing|moderat|organi[sz]ation\w* (?:settings|rule)|low priority"
    r"|protocol violation"
    r"|mass mailer|captcha|multiple addresses|our system has detected|rule imposed|fully qualified"
    r"|(?:requires?|needs?) (?:smtp )?(?:authentication|confirmation)|rejecting (?:\S{1,20} )?(?:mail"
    r"|content|message)"
    r"|message (?:is )?given|geographic|envelope blocked|pre-?approved|polic(?:y|ies)|prohibited"
    r"|not (?:permitted|allowed|authori[sz]ed)|unauthori[sz]ed"
    r"|not accept(?:ing|ed)? (?:mail|e-?mail|messages?|connections?) from"
    r"|(?:message|mail|content|e-?mail|transaction|sender|session"
    r"|body)(?: \S{1,60}){0,4}? (?:is |was |been |has been )*(?:rejected|blocked|refused|denied|banned"
    r"|filtered|prohibited|restricted|quarantined)"
    r"|(?:rejected|blocked|refused|denied|banned) (?:\S+ ){0,4}?(?:content|sender|message"
    r"|by (?:the )?(?:content|recipient.s|filter|admin|system|rule|user)|filter|ip\b|your ip|client"
    r"|security)"
    r"|virus|malware|\binfected|content (?:filter|reject|block|scan)|header (?:check|content)"
    r"|restricted|relay(?:ing)?|grey-?list|gray-?list|rate ?limit|too many (?:messages|connections"
    r"|recipients|mails|hops.{0,4}spam)"
    r"|reverse dns|rdns|\bptr\b|helo|ehlo (?:name|command)|sender (?:verif|address|domain|is)"
    r"|your (?:ip|host|server|domain|e-?mail|message)(?: \S{1,60}){0,4}? (?:is |was |been "
    r"|has been )*(?:blocked|listed|rejected|banned|refused|blacklisted|denied|not accept)"
    r"|suspicious|abus(?:e|ive)|challenge|white-?list|security (?:reason|settings?|policy)"
    r"|access denied|denied by|administrative(?:ly)? (?:prohibit|deni|reject)|poor|untrusted"
    r"|verification (?:failed|required)"
    r"|transaction failed|not (?:currently )?accepting|listed (?:in|at|on|by)|considered|classified as"
    r"|looks like|bad (?:content|header)|forbidden|objectionable",
)
MAY_PASS = _rule(
    "soft",
    "could not be reached for now",
    r"tim(?:e|ed)[ -]?out|connection (?:refused|reset|lost|dropped|failed|to)|lost connection|no route"
    r"|network (?:is )?unreachable|unreachable|could not connect|couldn.t connect|unable to connect"
    r"|can.t connect|cannot connect"
    r"|temporar|try again|later\b|deferred|retr(?:y|ied)|not respond|no (?:answer|response|reply)"
    r"|queue|expired|too (?:long|old|many)|delivery time|over \d+ (?:hours|days)"
    r"|for (?:more than )?\d+(?:\.\d+)? (?:hours|days)|loop|\bhops?\b|too many|overload|busy"
    r"|unavailable at this time"
    r"|i/o error|system error|local error|configuration (?:error|problem)|name server|nameserver"
    r"|lookup fail|dns (?:fail|problem|error|lookup)|service (?:not available|(?:currently )?unavailable)"
    r"|find a gateway|(?:not|t|unable to) resolve|connection (?:was )?dropped|host not found,? try"
    r"|internal (?:server )?error|error reading"
    r"|system (?:config|call)|mailer error|exit (?:code|status)|command failed|local delivery failed"
    r"|collected after|conversation with|requests? to connect|socket error|output file|misconfigur"
    r"|connection limit|trop de connexion"
    r"|numerous attempts|delivery attempts|\btries\b|retries|(?:for a|a) long time|error while"
    r"|for more than"
    r"|resources|command output|not yet been|has not been delivered|still",
)

#: Where a server refused before a recipient was named, or after the content came: it is not the mailbox.
STAGE = _rule(
    "policy",
    "refused by policy",
    r"in reply to (?:mail from|end of data|data|helo|ehlo)|after (?:mail from|end of data|data|helo"
    r"|ehlo|initial)"
    r"|(?:mail from|\bdata\b|helo|ehlo) command",
)
#: A domain that is not there at all, said with a code of delay.
NEVER = re.compile(
    r"nxdomain|does not exist|non-?exist|name or service not known|host not found|unknown host"
)
#: Words of a refusal that are never said of a missing mailbox.
STRONG = re.compile(
    r"\bspam|spamhaus|unsolicited|black-?list|block-?list|dnsbl|\brbl\b|reputation|dmarc|\bspf\b"
    r"|sender policy|dkim|phish|virus|malware|\bbanned|your (?:ip|server|domain)|recipient preferences"
)
#: Lists of senders: whoever names one has refused, whatever code stands beside it.
LISTED = re.compile(r"spamhaus|spamcop|dnsbl|\brbl\b|sorbs|(?:black|block)-?list|your ip\b")
