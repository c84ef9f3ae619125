"""Own the words by which mail systems say that a mail did not arrive, in their languages.

Data only. Every expression is searched in folded text and takes linear time. Stems are kept short: the same
sentence comes in many wordings, and a machine's sender or a report has to stand beside it anyway.
"""

from __future__ import annotations

import re

from lib.core.phrases import Phrases


def _any(*words: str) -> Phrases:
    return Phrases(words)


#: Subjects that only a bounce or a notice of delay bears.
SUBJECT = _any(
    r"undeliver(?:ed|able|y)|non-?deliver\w+|not delivered|could not be delivered"
    r"|couldn.t be delivered|can(?:no|')t be delivered",
    r"wasn.t delivered|unable to deliver|un-?deliverable|returned (?:e-?mail|message)"
    r"|returned? to sender|returning message",
    r"(?:e-?mail|message|mail) (?:was )?(?:returned|bounced|undeliver\w*|not sent|refused|rejected"
    r"|delayed|blocked|quarantined)",
    r"deliver\w* (?:\S+ )?(?:fail\w*|error|problem|delay\w*|incomplete|unsuccessful|report|warning"
    r"|exception|notice|has been delayed)",
    r"deliver\w* (?:status )?notifi|delivery has failed|failed (?:to deliver|mail|delivery|e-?mail"
    r"|message)|failure (?:notice|notification|delivery)",
    r"mail (?:delivery|system|transaction|transfer|processing) (?:sub)?(?:system|fail\w*|error|problem"
    r"|status|warning|notification|has been delayed)",
    r"^(?:delayed mail|bounce\w*\b|rejected:|failure:|warning: (?:could not|message"
    r"|.{1,120}user unknown)|problem delivering|error sending)",
    r"message (?:status|delayed|delivery|has been delayed|you sent)|delivery of (?:your )?(?:message"
    r"|mail|e-?mail)|address (?:not found|unknown)",
    r"permanent (?:delivery )?(?:fail\w*|error)|temporary (?:delivery )?failure|user unknown"
    r"|unknown (?:user|recipient|address)",
    r"sending failed|send(?:ing)? failure|message blocked|mail failure|smtp (?:error|failure)"
    r"|warning: could not send|not yet been delivered",
    r"deferred (?:mail|delivery)|still being retried|nondelivery|\bndr\b|mail error|e-?mail error"
    r"|could not send message|nameserver error report",
    r"unzustellba|nicht zustellba|zustell\w* (?:\S+ )?(?:fehlgeschlagen|fehler|verzögert|nicht)"
    r"|fehler bei der zustell|zustellungsfehler",
    r"nicht (?:\S+ ){0,2}zugestellt|zustellbenachrichtigung|zustellstatus|zustellungsstatus"
    r"|übermittlungsstatus|unzustellbarkeit|mail konnte nicht|nicht übermittelt",
    r"non (?:remis|remise|distribu|délivr|livr|envoy)\w*|échec (?:de |d.)?(?:la |l.)?(?:remise|envoi"
    r"|livraison|distribution|delivery)|avis de non|rapport de non",
    r"notification d.état de (?:remise|la distribution)|état de la distribution"
    r"|n.a pas (?:pu )?(?:être|été) (?:remis|délivr|livr|distribu|envoy)|retour de courrier"
    r"|courrier non",
    r"no se (?:ha |pudo |puede )?(?:podido )?entrega|no entrega\w*|error (?:de|en la) entrega"
    r"|fall[oa] (?:en|de) (?:la )?entrega|estado de (?:la )?entrega|correo devuelto|no se ha entregado"
    r"|mensaje (?:devuelto|no entregado)|imposible entregar",
    r"não (?:foi |pode |é |pôde )?(?:possível |ser )?entreg\w*|falha (?:na|de|no) (?:entrega|envio"
    r"|status)|status de entrega|mensagem (?:devolvida|não)|não entreg|nao entreg|erro (?:de"
    r"|na) entrega|notificação de falha",
    r"non (?:è )?(?:recapita|consegna|consegnat|recapitabil|recapitat)\w*|impossibile (?:recapitare"
    r"|consegnare)|mancat[oa] (?:consegna|recapito)|stato (?:di|del) (?:recapito|consegna)"
    r"|recapito (?:non riuscito|fallito)|consegna (?:fallita|non)|errore (?:di|nella) consegna",
    r"onbestelbaar|niet (?:\S+ ){0,3}(?:bezorgd|afgeleverd|bestelbaar)|bezorg\w* (?:\S+ )?(?:mislukt"
    r"|fout)|afleverstatus|bezorgstatus|aflever\w* mislukt|niet bezorgd",
    r"ikke (?:kunne )?(?:leveres|levert|leveret|leverbar)|ikke-lever\w*|kan ikke leveres"
    r"|leverings?(?:feil|fejl|status)|olevererba|inte (?:kunde )?(?:levereras|levererat|leverera)"
    r"|ej levererba|kunde inte levereras|leveransfel|leveransstatus|går inte att leverera",
    r"toimit(?:us|ettu|tamat)\w* (?:\S+ )?(?:epäonnistui|ei)|ei (?:voitu|voida|voi) toimittaa"
    r"|toimittamat|perille toimittam",
    r"niedostarcz|nie (?:można|mozna|udało|udalo|został[ao]?|zostal) (?:się )?(?:dostarcz|doręcz)"
    r"|niedoręcz|zwrot poczty|nedoručit|nedoručen|nelze doručit|doručení selhalo|nepodařilo se doručit"
    r"|nedorucit",
    r"kézbesíthetet|nem kézbesíthet|sikertelen kézbesít|nelivrat|nu (?:a )?(?:poate|putut) fi livrat"
    r"|livrare eșuată|teslim edileme|iletileme|teslim edilmedi|gönderileme",
    r"не (?:может быть |было |был |будет )?доставлен|недоставлен|не удалось доставить"
    r"|невозможно доставить|невозможность доставки|ошибка доставки|недоставк|недоставлен"
    r"|не вдалося доставити|сбой доставки",
    r"δεν (?:ήταν |είναι )?(?:δυνατή|παραδόθηκε)|αποτυχία παράδοσης|μη παραδοτέ|לא ניתן (?:למסירה"
    r"|למסור)|נכשלה מסירת|تعذر (?:تسليم|التسليم)|غير قابل للتسليم|فشل (?:تسليم|في تسليم)",
    r"配信不能|配信できません|配信エラー|送信できません|送信エラー|届けできません|不達|未配達|配送エラー|返送|エラーメール|メールエラー|エラー通知|配達不能|配信失敗|配達できません",
    r"退信|退件|退回|無法(?:傳遞|投遞|寄送|送達)|无法(?:投递|送达|传递|发送)|未(?:送达|送達|能送达|传递)|投递失败|投遞失敗|傳送失敗|发送失败|傳遞失敗|邮件系统|系统退",
    r"반송|배달되지|배달할 수|전송 실패|전송할 수|발송 실패|배달 실패|전달되지|전송되지",
    r"nedostavljiv|neisporučen|ni bilo mogoče dostaviti|no s.ha pogut lliurar|không (?:thể )?(?:gửi"
    r"|chuyển|phân phối)|tidak (?:dapat )?terkirim|gagal (?:kirim|terkirim)",
)

#: Sentences of a machine's own text that say the same.
NOTICE = _any(
    r"(?:could|can|was|were|has|have|is|has been|will|may|would) ?(?:not|n.t) (?:yet )?(?:be "
    r"|been )?(?:successfully )?(?:deliver|sent|reach|receiv|accept|forward|transmi|transfer|process)",
    r"not (?:yet )?(?:been )?(?:deliver|received your|able to deliver|accepted|reach)"
    r"|cannot (?:be )?deliver|cannot be sent|couldn.t deliver|unable to (?:deliver|send|relay|forward"
    r"|transfer)",
    r"undeliver|non-?deliver|deliver\w* (?:\S+ ){0,8}?(?:fail|was (?:un|not)|delay|error|problem)"
    r"|fail\w* (?:\S+ ){0,4}?(?:deliver|recipient|address|permanently)",
    r"(?:address|recipient)\w*(?: \S+){0,4}? fail|fatal error|permanent error|did not (?:reach"
    r"|receive)|didn.t (?:reach|receive)|has been (?:delayed|rejected|returned|blocked|refused"
    r"|postponed)",
    r"(?:mail|message|delivery)(?: \S+){0,5}? (?:bounced|failed|rejected|returned|refused|delayed"
    r"|blocked|undelivered|deferred|suspended)|was (?:rejected|blocked|refused|returned)",
    r"user unknown|unknown (?:user|recipient|address|local|mailbox|domain)|no such (?:user|mailbox"
    r"|recipient|address|account|person)|no (?:mailbox|account|user) (?:here|by)",
    r"(?:mailbox|account|user|recipient|address)(?: \S+){0,6}? (?:unavailable|not available|not found"
    r"|does ?n.t exist|does not exist|disabled|inactive|full|over quota|invalid|rejected|unknown"
    r"|not exist|discontinued|unrecogni)",
    r"not a (?:valid|known) (?:user|recipient|address|mailbox)|invalid (?:recipient|address|user"
    r"|mailbox|final)|rcpt to|smtp (?:error|session|code)|remote (?:host|server|mail) (?:said|error"
    r"|server returned)",
    r"problem (?:delivering|with the delivery|sending)|problems? delivering|delivery problems?"
    r"|returned (?:mail|message|to sender)|address(?:es)? (?:not found|rejected)"
    r"|exceeded (?:\S+ ){0,3}quota|over (?:disk )?quota|quota exceeded",
    r"nicht (?:\S+ ){0,6}?(?:zugestellt|zustell|übermittelt|gesendet|ausgeliefert|erreicht)"
    r"|unzustellbar|zustell\w* (?:\S+ ){0,8}?(?:fehl|nicht|verzög)|konnte nicht"
    r"|empfänger (?:\S+ ){0,3}(?:unbekannt|nicht)",
    r"n.a (?:pas )?(?:pu )?(?:être|été) (?:remis|délivr|livr|distribu|envoy)|n.a pas pu"
    r"|pas (?:pu )?être (?:remis|délivr|livr|distribu|envoy)|échec de|n.existe pas"
    r"|impossible de (?:remettre|délivrer|livrer|distribuer)|non (?:remis|distribu|délivr)",
    r"no (?:se )?(?:ha |pudo |puede |han )?(?:podido )?(?:ser )?entrega|no se pudo|no existe"
    r"|no pudo ser|error al entregar|fall[oa] (?:en|de|la) entrega",
    r"não (?:foi |pode |pôde |será |existe)(?:possível |ser )?\S{0,3}(?:entreg|envia)?|nao (?:foi|pode"
    r"|existe)|falha (?:na|ao)|não entreg",
    r"non (?:è stato |è |ha |può )?(?:possibile |potuto |essere )?(?:consegn|recapit|esist)"
    r"|impossibile (?:consegnare|recapitare|inviare)|mancata consegna|niet (?:\S+ ){0,5}?(?:bezorgd"
    r"|afgeleverd|bestelbaar|verzonden)|onbestelbaar",
    r"kunne ikke lever|ikke (?:blevet |ble )?lever|kunde inte lever|inte lever|ei voitu toimittaa"
    r"|nie (?:można|mozna|udało|został|mog) (?:\S+ ){0,4}?(?:dostarcz|doręcz)|nie (?:istnieje|mog)"
    r"|nebyla? (?:možné )?doruč|nelze doručit|nem (?:lehetett )?kézbesít|nu a putut fi|teslim edileme"
    r"|iletileme|gönderileme",
    r"не (?:может быть |было |был |будет |удалось |существует)(?:доставлен|доставить)?|недоставлен"
    r"|невозможно доставить|не найден|δεν (?:ήταν|είναι|παραδόθηκε)|לא ניתן|تعذر",
    r"配信でき|送信でき|届けでき|配信され(?:ません|なかった)|存在しません|見つかりません|配達でき|受信でき|お届け|退信|退回|退件|无法(?:投递|送达|发送|传递|找到)"
    r"|無法(?:投遞|送達|傳遞|寄送|遞送)|未能送达|投递失败|不存在|失败|失敗"
    r"|배달되지|배달할 수|전송되지|전송할 수|반송|존재하지",
)

#: What tells that the machine is still trying.
DELAYED = _any(
    r"not (?:yet )?been (?:\S+ )?deliver\w*(?: \S+){0,6}? (?:after|yet)|not yet been deliver"
    r"|not yet (?:been )?(?:delivered|received)|still (?:being )?(?:try|retr|in the queue|queued"
    r"|undelivered)",
    r"(?:will|shall) (?:continue|keep|go on)(?: \S+){0,2} (?:to )?(?:try|attempt|retry|deliver)"
    r"|will (?:be |automatically )?(?:retr|try|attempt)(?!\S* no)|will (?:also )?(?:try"
    r"|attempt) (?:again|to deliver)|delivery attempts will continue|retry(?:ing)? (?:for|until"
    r"|to send)|will-retry-until",
    r"(?:warning|advisory)(?: \S+){0,2} only|(?:do|does) not need to re-?send|no need to re-?send"
    r"|(?:only|just) a (?:warning|notification about a delay|delay)|has been (?:delayed|postponed"
    r"|deferred)|temporar\w+ (?:\S+ ){0,3}?(?:delayed|undeliver|deferred)|delivery (?:is "
    r"|has been )?(?:delayed|deferred|incomplete)|message delayed",
    r"noch nicht (?:\S+ ){0,3}zugestellt|wird (?:\S+ ){0,3}weiter(?:hin)? versucht|verzögert"
    r"|pas encore (?:été|pu)|retardé|aún no (?:se )?ha|se ha retrasado|ainda não|ritardo|non è ancora"
    r"|nog niet|vertraagd|ще не|ещё не|пока не|повторные попытки|まだ配信|遅延|仍在尝试|延迟|延遲",
)

#: How the programs introduce themselves; nobody else writes so.
PROGRAM = _any(
    r"this is the (?:qmail-send|deliver|postfix|mailer-daemon|mail (?:system|delivery|transport)"
    r"|email system|\S{1,30} (?:program|mail system|mailer)) (?:program )?(?:at|,|for|on)",
    r"this message was created automatically by (?:the )?(?:mail|\S{1,40}) (?:delivery|transfer"
    r"|transport|system|server)|was automatically (?:created|generated) by (?:the )?mail",
    r"(?:the following|following) (?:e-?mail )?(?:address(?:es|\(es\))?|recipients?(?:\(s\))?"
    r"|destinations?) (?:had|have|has|could|did|failed|was|were|cannot|not)",
    r"(?:did not|could not) reach the following|not (?:be )?delivered to (?:the following|one or more)"
    r"|deliver\w* to (?:the following|these|one or more) (?:e-?mail )?(?:recip|address|destin)"
    r"|delivery (?:has )?failed to these",
    r"automatically generated delivery status|delivery status notification"
    r"|transcript of (?:the )?session|session transcript|reporting-mta|returned mail follows"
    r"|mail delivery (?:sub)?system",
    r"(?:undeliverable|failed) (?:address|recipient)s?|-+ ?failed recip|message not delivered to"
    r"|unable to deliver (?:your )?message to|non-delivery report|error message below:"
    r"|mail from: \S+ rcpt to:|mailenable:|message from interscan",
    r"diese (?:e-?mail|nachricht) wurde (?:automatisch|vom)|folgende\w* (?:empfänger|adress)\w*"
    r"|fehler beim zustellen|im folgenden .{0,40}empfänger|letters? to the following",
    r"les? destinataires? suivant|aux? destinataires? suivant|(?:a|à) (?:los|os|le|i"
    r"|la) (?:siguientes?|seguintes?|seguenti) |de volgende (?:geadresseerden|ontvangers?|adres)"
    r"|følgende (?:modtager|mottaker)|följande mottagare|następujących (?:odbiorc|adres)",
    r"следующ\w+ (?:адрес|получател)|以下の(?:宛先|メール|受信者)|次の(?:受信者|宛先)"
    r"|以下收件人|下列(?:收件|地址)|수신자",
)

#: Subjects of other machines: vacation, receipts, successes. A bounce says it elsewhere.
OTHER_MACHINE = _any(
    r"out of (?:the )?office|automatic reply|auto(?:mated|matic)?[- _]?(?:reply|response|respond"
    r"|antwort|\w*svar)|^auto:"
    r"|automat\w+ (?:answer|message|email)|vacation|away from|on (?:holiday|leave)"
    r"|abwesen|automatische antwort"
    r"|réponse automatique|absence",
    r"respuesta autom|resposta autom|risposta auto|fuera de (?:la )?oficina|fora do escrit|fuori sede"
    r"|afwezig|automatisch antwoord|autosvar|automaattinen|automatyczn|автоответ"
    r"|不在|自動応答|自动回复|自動回覆",
    r"^read: |^read receipt|^gelesen: |^lu ?: |^leído|^letto|not read:|ungelesen"
    r"|disposition notification|delivered:|^zugestellt|relayed:|\((?:success|relay|expanded|delivered"
    r"|relayed)\)|successful mail delivery|delivery status notification ?\((?:success|relay)",
)

#: Prefixes of answers and forwards; a bounce seldom bears one, and never by itself.
ANSWER = re.compile(
    r"^\s*(?:re|aw|antw|sv|vs|ref|rif|res|odp|ynt|fw|fwd|wg|tr|enc|rv|i|doorst|vb|pd|回复|回覆|答复|转发"
    r"|轉寄)\s*(?:\[\d+\])?\s*[:\uff1a]",
    re.IGNORECASE,
)
