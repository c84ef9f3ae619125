"""Own the words by which mail programs of many languages mark quotes, forwards and signatures.

The labels above a quoted mail, who wrote when, lines of dashes, "Sent from my ...": as written by Gmail,
Outlook, Apple Mail, Thunderbird, Yahoo, Lotus Notes and the like, in their languages.
"""

# ruff: noqa: RUF001 - the letters of other languages stand where they belong
from __future__ import annotations

import re

from lib.core.answers.phrases import any_of, fold

#: Labels of a quoted mail's header lines, by what they stand for.
_LABELS = {
    "from": "from|von|de|da|van|od|från|fra|lähettäjä|kimden|gönderen|от|差出人|发件人|寄件者|from name"
    "|expéditeur|mittente",
    "date": (
        "date|sent|gesendet|datum|envoyé|enviado|enviada em|enviado el|enviado em|fecha|data|inviato"
        "|verzonden|"
        "data di invio|skickat|sendt|dato|lähetetty|päiväys|päivämäärä|wysłano|wysłane|gönderilme"
        "|gönderildi|tarih|"
        "дата|отправлено|日時|送信日時|发送时间|日期|傳送時間|gesendet am"
    ),
    "to": (
        "to|an|à|a|para|aan|till|til|vastaanottaja|do|komu|kime|alıcı|кому|宛先|收件人|per|destinataire"
        "|destinatario|"
        "empfänger"
    ),
    "cc": "cc|kopie|kopia|kopi|copie|copia|kopio|dw|bilgi|копия|抄送|副本|c|cópia",
    "subject": (
        "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|konu|тема|件名|主题|主旨|"
        "re|betrifft|předmět"
    ),
}
_LABEL_OF = {word: label for label, words in _LABELS.items() for word in fold(words).split("|")}
_LABEL_LINE = re.compile(r"[>\s]{0,4}[*_]{0,2}(?P<words>[^\s>*_:](?:[^*_:]{0,200}?[^\s*_:])?)[*_]{0,2}\s?:")

_ORIGINALS = (
    "original message",
    "original appointment",
    "ursprüngliche (nachricht|mail)",
    "originalnachricht",
    "original-?nachricht",
    "weitergeleitete nachricht",
    "message (d'origine|original|initial|transféré|transmis)",
    "mensaje (original|reenviado)",
    "mensagem (original|encaminhada)",
    "messaggio (originale|inoltrato)",
    "oorspronkelijk(e)? bericht",
    "doorgestuurd bericht",
    "forwarded (message|mail|by .{1,60})",
    "ursprungligt meddelande",
    "vidarebefordrat meddelande",
    "oprindelig (meddelelse|besked)",
    "videresendt (meddelelse|besked|melding)",
    "opprinnelig melding",
    "alkuperäinen viesti",
    "välitetty viesti",
    "wiadomość (oryginalna|przekazana|pierwotna)",
    "oryginalna wiadomość",
    "özgün (ileti|mesaj)",
    "orijinal (mesaj|ileti)",
    "исходное сообщение",
    "пересылаемое сообщение",
    "元のメッセージ",
    "原始邮件",
    "原始郵件",
    "转发的邮件",
    "轉寄的郵件",
)
#: A line of dashes with such words between, or with any few words between long dashes.
_ORIGINAL_LINE = any_of(_ORIGINALS, before=r"\s*[-_=*]{2,}\s*", after=r"\s*[-_=*]{1,}\s*:?\s*")
_DASHED_LINE = re.compile(r"\s*-{5,}\s?[^\s-][^-]{2,60}\s?-{5,}\s*:?\s*")
_APPLE = any_of(
    (
        "begin forwarded message ?:",
        "anfang der weitergeleiteten nachricht ?:",
        "début du message (réexpédié|transféré) ?:",
        "inicio del mensaje reenviado ?:",
        "início da mensagem (reencaminhada|encaminhada) ?:",
        "inizio messaggio inoltrato ?:",
        "begin doorgestuurd bericht ?:",
    ),
    before="",
    after="",
)
_VERBS = any_of(
    (
        (
            r"\bwrote\b|\bwrites\b|\bschrieb\b|\bschrieben\b|\ba [eé]crit\b|\bescribió\b|\bha scritto\b"
            r"|\bscrisse\b"
        ),
        (
            r"\bescreveu\b|\bschreef\b|\bgeschreven\b|\bskrev\b|\bkirjoitti\b|\bnapisał|\byazdı\b|написал"
            r"|пишет|写道|寫道"
        ),
        r"のメール|書きました|\bnapsal|\bírta\b|\bscris\b|έγραψε",
    ),
    before="",
    after="",
)
_WHEN = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d\d")
_ADDRESS = re.compile(r"[\w.+-]@[\w-]|\[mailto:")

_DEVICE = (
    r"(?:my|meinem?|mon|ma|mi|meu|il|mio|mia|mijn|min|mit|a|an|the|outlook|mail|yahoo|gmail|iphone|ipad"
    r"|ios|android|"
    r"samsung|blackberry|proton|gmx|web\.de|huawei|galaxy|nokia|windows|mobil\w*|smartphone|handy"
    r"|telefon\w*|cell\w*|phone)"
)
_SENT_FROM = (
    rf"sent (?:from|via|with) {_DEVICE}",
    "sent on the go",
    (
        rf"(?:von|diese nachricht wurde von|gesendet mit|gesendet von|gesendet aus der|mit)"
        rf" {_DEVICE}.{{0,50}}(?:gesendet|gesandt)"
    ),
    rf"gesendet (?:von|mit|aus|über) (?:der )?{_DEVICE}",
    rf"envoyé (?:de|depuis|à partir de|avec) (?:l'|la |le )?{_DEVICE}",
    rf"enviado (?:desde|do|de|a partir de|pelo|con|via|através do) (?:o )?{_DEVICE}",
    rf"inviato (?:da|dal|con|tramite) (?:il )?{_DEVICE}",
    rf"(?:verzonden|verstuurd) (?:vanaf|vanuit|met|via) {_DEVICE}",
    rf"(?:sendt|skickat|sänt) (?:fra|från|via|med) {_DEVICE}",
    rf"lähetetty {_DEVICE}",
    r"wysłan[eoy] z (?:mojego )?\w+",
    r"iphone'?(?:umdan|'dan|'den|dan) gönderildi",
    r"отправлено с",
    r"iphoneから送信|発送自我的|发自我的|從我的 ?\w+ ?傳送",
    (
        r"(?:get|hol(?:en)? sie sich|obtenez|téléchargez|obtener|obtenha|obter|scarica|download) outlook"
        r" (?:for|für|pour|para|per|voor)"
    ),
    r"(?:outlook|app) für (?:ios|android)",
)
_SENT_FROM_LINE = any_of(_SENT_FROM, before=r"\W{0,3}", after="")
_SENT_FROM_LENGTH = 75

#: Closings after which only a name and a signature come.
_CLOSING = any_of(
    (
        (
            r"(?:with )?(?:best|kind|kindest|warm|warmest)?(?: best)? (?:regards|wishes)|kind"
            r" regards|best"
            r" regards"
        ),
        (
            r"best|regards|cheers|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|all the best"
            r"|br|rgds|kr"
        ),
        (
            r"many thanks|thanks(?: again| a lot| so much| and (?:best |kind )?regards)?|thank"
            r" you(?: very"
            r" much)?|take care"
        ),
        (
            r"(?:mit )?(?:freundlich\w+|viele\w*|best\w+|lieb\w+|schön\w+|herzlich\w+) (?:grüß\w*|gruß"
            r"|grues\w*)"
        ),
        r"(?:mfg|vg|lg|bg|gruß|grüße|danke|vielen dank|besten dank)",
        (
            r"(?:bien )?(?:cordialement|à vous|amicalement|sincèrement)|bien à vous|(?:meilleures"
            r" )?salutations|merci"
        ),
        r"(?:un )?(?:saludos?|cordial saludo|saludo cordial|atentamente|gracias)(?: cordiales)?",
        r"(?:atenciosamente|abraços?|cumprimentos|com os melhores cumprimentos|att|obrigad[oa])",
        r"(?:cordiali |distinti )?saluti|cordialmente|grazie|un saluto",
        r"(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg",
        r"(?:med )?(?:vänlig\w*|venlig\w*|vennlig\w*) (?:hälsning\w*|hilsen)|mvh|hälsningar",
        r"ystävällisin terveisin|pozdrawiam|z poważaniem|saygılarımla",
    ),
    before="",
    after=r"\s*[,.!]?\s*",
)


def label_of(line: str) -> str:
    """Return what a folded line is of a quoted mail's header: "from", "date" ..., or an empty text."""
    found = _LABEL_LINE.match(line[:300])
    return _LABEL_OF.get(" ".join(found["words"].split()), "") if found is not None else ""


def begins_original(line: str) -> bool:
    """Say whether a folded line alone marks the begin of the mail that is answered or forwarded."""
    dashed = _ORIGINAL_LINE.fullmatch(line[:200]) or _DASHED_LINE.fullmatch(line[:200])
    return dashed is not None or _APPLE.match(line[:100].strip()) is not None


def tells_who_wrote(words: str, *, quote_follows: bool) -> bool:
    """Say whether folded words are those above a quote: who wrote it, and when."""
    if not words.endswith(":"):
        return False
    when, address = _WHEN.search(words), _ADDRESS.search(words)
    verb = _VERBS.search(words)
    if quote_follows:
        return bool(verb or when or address)
    return bool((when and address) or (verb and (when or address)))


def is_whole(words: str) -> bool:
    """Say whether folded words tell both who wrote and when, so that no line above belongs to them."""
    return _WHEN.search(words) is not None and tells_who_wrote(words, quote_follows=False)


def is_sent_from(line: str) -> bool:
    """Say whether a folded line is what a telephone adds to a mail."""
    return len(line.strip()) <= _SENT_FROM_LENGTH and _SENT_FROM_LINE.match(line.strip()) is not None


def is_closing(line: str) -> bool:
    """Say whether a folded line is nothing but the closing of a letter."""
    return len(line) < 60 and _CLOSING.fullmatch(line.strip()) is not None  # noqa: PLR2004 - longer ones are sentences
