"""Own the words of seven languages by which people ask to get no more mail.

Phrases are small regular expressions in words (see ``lib.core.answers.phrases``).
"""

from __future__ import annotations

from lib.core.answers.phrases import any_of

_LIST = (
    r"(your|this|the|any|all|every|all of your|any of your)( (\w|-)+){0,2} (lists?|mailings?|databases?"
    r"|data ?base|records|"
    r"systems?|contacts|crm|distribution( list)?|e-?mails?|emailing|campaigns?|files|sequences?|outreach"
    r"|newsletters?|pipeline)"
)
_MINE = (
    r"(me|us|my (\w+ )?(name|address|e-?mail|data|details|profile|information|info|contact|contacts|"
    r"cv))( \w+){0,2}"
)
_AGAIN = (
    r"( (again|any ?more|any longer|any further|further|ever|in (the )?future|from now on|going forward))"
)
_END = r"(?=\W*$|\s*[,:)-]|\s+(please|thanks|thank|and|or|asap|immediately|at all)\b)"

_ENGLISH = (
    (
        rf"(take|remove|delete|drop|strike|erase|removed|taking|removing|deleting|taken|deleted) ({_MINE}"
        rf" )?(off|from|out of) (of )?{_LIST}"
    ),
    (
        r"(please|kindly|can you|could you|would you|will you|just)( also| please| kindly| just)* (remove"
        r"|unsubscribe|delete|delist) (me|us|my (\w+ )?(name|address|e-?mail|data|details|profile|information"
        r"|info|contact|contacts|cv))(?!( \w+)? (from|off|and))"
    ),
    (
        r"unsubscribe me|(please|pls|plz) unsubscribe|opt me out|opt-me-out|opting out of (your|these"
        r"|this|all|any) \w+"
        r"|i('d like| would like| want| wish) to (unsubscribe|opt[- ]out)"
    ),
    (
        rf"(i('d like| would like| want| wish)|please allow me) to be (removed|taken off|unsubscribed"
        rf"|deleted)( from {_LIST})?"
    ),
    (
        rf"(stop|quit|cease)( \w+)? (e-?mailing|mailing|contacting|messaging|writing( to)?|spamming|bothering"
        rf"|pestering|harassing)( (me|us))?( any ?more)?{_END}"
    ),
    (
        r"(stop|quit|cease) (sending|with)( me| us)?( \w+){0,3} (e-?mails?|mails?|messages?|mailings|spam"
        r"|stuff|this|these|those)"
    ),
    (
        rf"(do not|don't|dont|never)( ever)? (contact|e-?mail|mail|write( to)?|message|spam|approach) (me"
        rf"|us)(( \w+){{0,3}}{_AGAIN}|{_END})"
    ),
    rf"not (to be|be) (contacted|e-?mailed)( by \w+)?{_AGAIN}",
    (
        rf"(no more|no further) (\w+ )?(e-?mails?|mails?|messages|mailings|contact|correspondence|outreach)("
        rf" from (you|your \w+))?{_END}"
    ),
    (
        r"(do not|don't|no longer|not) (wish|want|care) to (receive|get|be contacted|hear from you|hear from"
        r" your \w+)(?! about| until| before| regarding| in | by phone)( \w+){0,6}"
    ),
    (
        r"leave me alone|lose my (e-?mail|address|number)|delete (all )?(of )?my (personal )?(data|details"
        r"|information)"
    ),
)
_GERMAN = (
    (
        r"(bitte )?(streichen|nehmen|entfernen|löschen|tragen|nehmt|streich|lösch|nimm|trag|entferne|löscht"
        r"|entfernt) (sie )?(bitte )?(mich|meine (e-?mail|mail)?-?(adresse|daten|kontaktdaten|mailadresse"
        r"|e-mail-adresse))"
        r"( bitte| umgehend| sofort)? ?(wieder )?(von|aus) (ihre[rmn]|eure[rmn]|deine[rmn]|der|dem|allen"
        r"|diese[rmn])( \S+)? ?(\w*(liste|listen|verteiler|verteilern|datenbank|datenbanken|kartei"
        r"|mailingliste|kontakten|system|daten))( (heraus|raus|aus))?"
    ),
    (
        r"(ich )?(möchte|will|wünsche) (\w+ ){0,2}(keine|nicht mehr)( \w+){0,4} (e-?mails?|mails?|nachrichten"
        r"|anfragen|zuschriften|post|werbung|kontaktaufnahme|angeschrieben|kontaktiert|belästigt)( \w+){0,3}"
    ),
    (
        r"(schreiben|kontaktieren|mailen|belästigen) sie (mich|mir) (bitte )?(nicht mehr|nie wieder|nie mehr"
        r"|nicht wieder)( \w+)?"
    ),
    (
        r"(schreibt?|kontaktiert?|kontaktiere|belästigt?) (mich|mir) (bitte )?(nicht mehr|nie wieder|nie mehr"
        r"|nicht wieder)( \w+)?"
    ),
    (
        r"(bitte )?(keine|nie wieder) (weiteren |weitere )?(e-?mails?|mails?|nachrichten|anfragen"
        r"|kontaktaufnahme)( \w+)?( mehr)?( (bitte|an mich|senden|schicken|zusenden))*(?=\W*$|\s*,)"
    ),
    (
        r"(bitte )?(löschen|lösche|löscht|entfernen) (sie )?(bitte )?(alle )?(meine|mich|sämtliche)(?!"
        r" nicht)("
        r" \w+)? ?(daten|kontaktdaten|adresse|e-?mail-?adresse|mailadresse|aus)( \w+){0,5}"
    ),
    (
        r"(hiermit )?(widerspreche|widerrufe) ich( \w+){0,8}|(bitte )?(melden|meldet|melde) (sie"
        r" )?mich (bitte"
        r" )?(vom newsletter |davon |hiervon )?ab"
    ),
    (
        r"bitte (mich )?(abmelden|austragen|abbestellen|aus (dem|ihrem|eurem) verteiler (nehmen|streichen"
        r"|löschen|entfernen))"
    ),
    (
        r"(hören|hör|hört) (sie )?(bitte )?(endlich )?auf,? mir (zu schreiben|(\w+ )?(e-?mails?|mails?"
        r"|nachrichten) zu (schicken|senden|schreiben))"
    ),
    r"lassen sie mich (bitte )?in ruhe|lasst mich (bitte )?in ruhe",
)
_FRENCH = (
    (
        r"(merci de|veuillez|pouvez-vous|pourriez-vous|prière de|je vous (prie|demande) de|je souhaite|je"
        r" voudrais|j'aimerais)( \w+)? (me |m'|vouloir me )?(retirer|supprimer|désinscrire|désabonner|enlever"
        r"|effacer|rayer|être (retirée?|supprimée?|désinscrite?))( \S+)?( (de|mon|mes|ma|votre|vos|toutes?"
        r"|cette)( \S+){1,6})?"
    ),
    (
        r"(retirez|supprimez|désinscrivez|désabonnez|enlevez|effacez|rayez)(-moi| mon adresse| mes (données"
        r"|coordonnées))( \S+){0,6}"
    ),
    (
        r"ne (me |m')(contactez|écrivez|envoyez|sollicitez|recontactez|contacter|contacte|écris"
        r"|envoie)( plus|"
        r" jamais)( \S+){0,4}"
    ),
    r"(de )?ne (plus|pas) (me |m')(contacter|écrire|solliciter|recontacter|envoyer)( \S+){0,5}",
    r"(arrêtez|cessez|arrête) de (me |m')(contacter|écrire|envoyer|solliciter|spammer|harceler)( \S+){0,4}",
    (
        r"(je )?ne (souhaite|veux|désire) (plus|pas) (être (contactée?|sollicitée?|recontactée?)|recevoir|que"
        r" vous me contactiez)( \S+){0,5}"
    ),
    (
        r"plus (aucun|de) (mails?|e-?mails?|messages?|courriels?)( de votre part)?(?=\W*$)|laissez-moi"
        r" tranquille"
    ),
)
_SPANISH = (
    (
        r"(por favor,? )?(elimínen?me|elimineme|bórren?me|borreme|quíten?me|quiteme|dar?me de baja|denme de"
        r" baja|sáquen?me|retíren?me|remuévan?me|den de baja|dé de baja)( \S+){0,6}"
    ),
    (
        r"(eliminar?|elimine|elimina|borrar?|borre|quitar?|quite|sacar?)(me)? (mi|mis|mi dirección de)"
        r" (correo"
        r"|datos|dirección|e-?mail|contacto|nombre)( \S+){0,5}"
    ),
    (
        r"no me (escriba[ns]?|contacte[ns]?|envíe[ns]?|mande[ns]?|vuelva[ns]? a (escribir|contactar|enviar)"
        r"|escribas|molesten?)( más| nunca| de nuevo| otra vez| nada| ningún| correos| mensajes| a escribir)("
        r" \S+){0,3}"
    ),
    r"no me vuelva[ns]? a (escribir|contactar|enviar)( \S+){0,3}",
    r"(dejen?|deja|paren?|para) de (escribirme|contactarme|enviarme|mandarme|molestarme)( \S+){0,4}",
    (
        r"no (quiero|deseo) (recibir|que me (escriban|contacten|envíen)|ser contactad[oa])( \S+){0,5}|no más"
        r" (correos|mensajes|e-?mails)|quiero dar?me de baja"
    ),
)
_PORTUGUESE = (
    (
        r"(por favor,? |favor |peço que )?(me )?(remov[ae]m?|retir[ae]m?|exclu[ai]m?|descadastr[ae]m?"
        r"|tir[ae]m?|apagu?e?m?|elimin[ae]m?)(-me| o meu| meu| os meus| meus)( \S+){0,7}"
    ),
    r"(por favor,? |favor )me (remov[ae]m?|retir[ae]m?|exclu[ai]m?|descadastr[ae]m?|tir[ae]m?)( \S+){0,6}",
    (
        r"(não|nunca) (me )?(envi\w+|mand\w+|contat\w+|contact\w+|escrev\w+)(-me)?( \S+){0,3} (mais|novamente"
        r"|de novo)"
    ),
    (
        r"(pare|parem|deixe|deixem) de (me )?(enviar|mandar|contatar|contactar|escrever|incomodar)(-me)?("
        r" \S+){0,4}"
    ),
    (
        r"não (quero|desejo|pretendo|gostaria de) (mais )?(receber|ser contat\w+|ser contact\w+)( \S+){0,5}"
        r"|(quero|desejo) (me descadastrar|cancelar (a|minha) (inscrição|subscrição))"
    ),
)
_ITALIAN = (
    (
        r"(per favore,? |prego |vi prego di |la prego di |si prega di )?(cancellatemi|rimuovetemi|eliminatemi"
        r"|toglietemi|mi cancelli|mi rimuova|mi tolga|cancellami|rimuovimi|cancellarmi|rimuovermi|toglimi"
        r"|disiscrivetemi|disiscrivermi|eliminarmi)( \S+){0,6}"
    ),
    (
        r"(cancell\w+|rimuov\w+|elimin\w+) (il mio|la mia|i miei) (indirizzo|e-?mail|mail|dati|nominativo"
        r"|contatto)( \S+){0,5}"
    ),
    (
        r"non (mi )?(contattatemi|scrivetemi|contattate|contatti|scriva|scrivete|inviate|mandate|contattarmi"
        r"|scrivermi|inviatemi|mandatemi)( \w+)? (più|mai più)( \S+){0,3}"
    ),
    r"(smettetela|smetta|smettete|smettila) di (scrivermi|contattarmi|inviarmi|mandarmi)( \S+){0,4}",
    (
        r"non (voglio|desidero|vorrei) (più )?(ricevere|essere contattat[oa])( \S+){0,5}|niente più (mail"
        r"|e-?mail|messaggi)"
    ),
)
_DUTCH = (
    (
        r"(gelieve |graag |wilt u |wil je |kunt u |kun je |verzoeke )?(mij|me|mijn (\S+)?(adres|gegevens"
        r"|e-?mail|mailadres|e-mailadres)) (\w+ ){0,2}(te )?(verwijderen|uitschrijven|schrappen|afmelden|uit"
        r" te schrijven|verwijder)( \S+){0,5}"
    ),
    (
        r"neem geen contact (meer )?met (mij|me)( \S+){0,3}|(verwijder|schrap|haal) (mij|me|mijn \S+)("
        r" alstublieft| aub| alsjeblieft| a\.u\.b\.)? (uit|van) (uw"
        r"|je|jullie|deze|de) \S+( \S+){0,2}"
    ),
    (
        r"(schrijf|meld|meldt|schrijft) (mij|me)( \w+){0,4} (uit|af)(?=\W*$|\s*[,.])|(haal|verwijder) (mij"
        r"|me)( \w+)? (van|uit) (de|je|jullie|uw) (\w+)?(lijst|mailinglijst|bestand|database)( \S+){0,2}"
    ),
    (
        r"(mail|contacteer|benader|schrijf|stuur|bel) (mij|me) (aub |alstublieft |alsjeblieft |a\.u\.b\."
        r" )?(niet meer|nooit meer|geen (\w+ )?(mails?|e-?mails?|berichten)( meer)?)( \S+){0,2}"
    ),
    (
        r"(stop|hou op|houd op)( alstublieft| aub| alsjeblieft)? met (mij |me |het )?(te )?(mailen|schrijven"
        r"|contacteren|benaderen|sturen|versturen|spammen)( \S+){0,3}"
    ),
    (
        r"(ik )?(wil|wens) (geen|niet (meer|langer))( \w+){0,3} (mails?|e-?mails?|berichten|benaderd|gemaild"
        r"|gecontacteerd|contact)( \S+){0,3}|geen (mails?|e-?mails?|berichten) meer( aub| graag)?"
    ),
)
WISHES = any_of((*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH, *_PORTUGUESE, *_ITALIAN, *_DUTCH))

#: Say enough when they are a whole line of their own.
ALONE = any_of(
    (
        (
            r"(please |pls )?(unsubscribe|opt[- ]?out|remove|remove me|stop|delete me|unsubscribe me)("
            r" please|"
            r" now| me)?"
        ),
        (
            r"(please )?(stop it|stop this|no more|no more e-?mails?|take me off|take me off (the|your|this)"
            r" list)( please)?"
        ),
        r"(bitte )?(abmelden|abbestellen|austragen|stopp|löschen|keine mails mehr)( bitte)?",
        (
            r"(merci de |svp )?(me )?(désabonner|désinscription|désinscrire|désabonnement|désinscrivez-moi"
            r"|stop)( svp| merci)?"
        ),
        (
            r"(dar(me)? de )?baja|baja por favor|darse de baja|cancelar (suscripción|inscrição)|remover"
            r"|descadastrar|sair da lista"
        ),
        r"cancellami|cancellazione|disiscrivi(mi)?|disiscrizione|rimuovere|afmelden|uitschrijven|stop( aub)?",
    )
)
