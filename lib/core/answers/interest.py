"""Own what an answer comes to, proposed by rules that show the words that led to it.

Each rule is a phrase that a candidate would use, in seven languages. A proposal only: the user decides. Where
the phrases point to different ways, or none is there, nothing is proposed.
"""

from __future__ import annotations

import re

from lib.core.answers.phrases import any_of, fold, sentences, unwrapped
from lib.core.records import Interest

#: How much of a text is looked at; the answer to the question comes early.
_LENGTH = 4_000

_WRONG_PERSON = any_of(
    (
        (
            r"(i'm|i am|you have|you've|you've got|you got|this is|probably) (not )?the (wrong|right) (person"
            r"|address|guy|\w+)|wrong (person|address|guy|ann|e-?mail|recipient)"
        ),
        (
            r"(you may|you might|you must|you) (have |be )?(mistaken|confused|confusing) me|mistaken identity"
            r"|not (me|the person you|who you)( \w+){0,3} (looking for|think)"
        ),
        (
            r"i('m| am) not (a|an) (\w+ ){0,3}(engineer|developer|programmer|designer|nurse|lawyer|manager"
            r"|doctor|candidate)|(different|another) person (with|of) the same name"
        ),
        (
            r"falsche(n|r)? (person|ansprechpartner|adresse|adressat|empfänger)|nicht die richtige person"
            r"|nicht der richtige( \w+)?|verwechsl\w+|verwechselt"
        ),
        (
            r"(pas|plus) la bonne personne|mauvaise (personne|adresse)|trompée? de personne|erreur de"
            r" (personne|destinataire)"
        ),
        (
            r"persona equivocada|no soy la persona( \w+)?|se ha equivocado|te has equivocado|pessoa"
            r" errada|não"
            r" sou a pessoa( \w+)?|engano de pessoa"
        ),
        (
            r"persona sbagliata|non sono la persona( \w+)?|ha sbagliato persona|verkeerde (persoon"
            r"|adres)|niet"
            r" de juiste persoon"
        ),
    )
)
_LATER = any_of(
    (
        (
            r"(not|isn't|is not|wasn't)( really| quite)? (right now|just now|at the moment|at present|at this"
            r" (time|point|moment|stage)|currently|the right time|a good time|the best time|now)|bad timing"
            r"|timing (isn't|is not|is bad|is off)"
        ),
        (
            r"(maybe|perhaps|possibly|rather|but) (later|next (year|quarter|spring|summer|autumn|fall|winter)"
            r"|in (a few|some|six|\d+) months)"
        ),
        (
            r"(reach|check|get|come|write|contact|talk|touch)( \w+){0,3} (out|back|in|me|base)( \w+){0,3}"
            r" (again )?(in|next|after|later|around) (a few|a couple|some|two|three|six|\d+|the|next|january"
            r"|february|march|april|may|june|july|august|september|october|november|december|spring|summer"
            r"|autumn|fall|winter|year|quarter|month)\w*( of)?( months?| weeks?| years?)?"
        ),
        (
            r"(in|after) (a few|a couple of|three|four|six|\d+) months|later (this|in the) year|keep me in"
            r" mind|stay in touch|for the time being|in the near future i (won't|will not)"
        ),
        (
            r"(momentan|zurzeit|zur zeit|derzeit|gerade|aktuell|im moment|jetzt)( \w+){0,3} (nicht|kein\w*"
            r"|leider)|(später|in (ein paar|einigen|\w+) monaten|nächstes jahr|im (frühjahr|sommer|herbst"
            r"|winter))( \w+){0,3} (noch ?mal|wieder|gern\w*|melden|sprechen)|melden sie sich( \w+){0,4}"
            r" (wieder|noch ?mal|später)"
        ),
        (
            r"(pas|plus) (pour le moment|pour l'instant|en ce moment|actuellement|maintenant)|(recontact\w+"
            r"|revenez|reparl\w+)( \S+){0,3} (dans|plus tard|en|après)( \w+){0,3}|plus tard (dans l'année"
            r"|peut-être)|dans (quelques|six|\d+) mois"
        ),
        (
            r"(no|ahora)( \w+){0,2} (en este momento|por ahora|por el momento|de momento|ahora mismo"
            r"|actualmente)|más adelante|en (unos|seis|\d+) meses|el (próximo|año) (año|que viene)"
        ),
        (
            r"(não|agora não)( \w+){0,4} (no momento|neste momento|de momento|por agora|por enquanto|agora)"
            r"|mais (tarde|para a frente)|daqui a (alguns|seis|\d+) meses|no próximo ano"
        ),
        (
            r"(non|no)( \w+){0,4} (al momento|in questo momento|per ora|per il momento|adesso"
            r"|attualmente)|più"
            r" avanti|tra (qualche|sei|\d+) mesi|l'anno prossimo"
        ),
        (
            r"(nu|momenteel|op dit moment|voorlopig)( \w+){0,3} (niet|geen)|(niet|geen)( \w+){0,4} (op dit"
            r" moment|momenteel|nu)|over (een paar|enkele|zes|\d+) maanden|volgend jaar"
        ),
    )
)
_NOT_INTERESTED = any_of(
    (
        (
            r"(not|isn't|no longer|never|not really|not currently|wasn't)( \w+){0,3} interest(ed|ing)?|no"
            r" interest|uninterested|(have|having) no (interest|plans)( \w+)?"
        ),
        (
            r"(not|isn't|n't)( \w+){0,3} (looking|open|considering|planning)( \w+)?( to| for| at| a)?( \w+)?"
            r" ?(change|move|job|jobs|new|role|roles|opportunit\w+|offers)?"
        ),
        (
            r"no,? thanks?( you)?|(i'll|i will|have to|i must|i'd like to|going to) (pass|decline)|not (a|the"
            r" right|a good) (fit|match)|not for me|happy (where i am|in my (current|present) \w+|at my \w+)"
        ),
        (
            r"(kein|nicht)( \w+){0,3} (interesse|interessiert|interessant)|nein,? danke|(nicht|kein\w*)("
            r" \w+){0,4} (auf (der )?(job)?suche|wechseln|wechselwillig|wechselinteresse)|(sehr )?zufrieden"
            r" (in|mit|bei)( \w+){0,3}|(lehne|muss)( \w+){0,3} ab(sagen|lehnen)?|passt (leider )?nicht"
        ),
        (
            r"(pas|plus|aucunement)( \S+){0,2} intéressée?s?|pas intéressante?|non,? merci|(pas|plus)("
            r" \S+){0,3} (à l'écoute|à la recherche|en recherche)|décline( \S+){0,3}|je passe mon tour|ne"
            r" (m'intéresse|correspond) pas|bien dans mon poste"
        ),
        (
            r"no( \w+){0,4} (interesad[oa]|interesa|busco|buscando)|no,? gracias|sin interés|(estoy"
            r" )?(content[oa]|feliz|a gusto) (en|con) mi( \w+)?"
        ),
        (
            r"não( \w+){0,4} (interessad[oa]|interesse|interessa|procurando|procura)|não,? obrigad[oa]|sem"
            r" interesse|(estou )?(feliz|satisfeit[oa]) (no|na|com)( \w+){0,3}"
        ),
        (
            r"non( \w+){0,4} (interessat[oa]|interessa|cercando|interesse)|no,? grazie|nessun interesse|(sono"
            r" )?(content[oa]|felice|soddisfatt[oa]) (del|nel|dove)( \w+){0,3}"
        ),
        (
            r"(niet|geen)( \w+){0,3} (geïnteresseerd|interesse|op zoek|interessant)|nee,? (dank|bedankt)("
            r" \w+)?|(tevreden|blij) (met|bij|in)( \w+){0,3}"
        ),
    )
)
_INTERESTED = any_of(
    (
        (
            r"(i'm|i am|i'd be|i would be|very|definitely|quite|really|potentially|certainly|am|be)( \w+)?"
            r" interested|sounds?( \w+){0,3} (interesting|great|good|exciting|fantastic|intriguing|amazing"
            r"|like a (great|good)( \w+)?)"
        ),
        (
            r"(happy|glad|keen|love|like|open|delighted|excited|willing)( \w+)? to( \w+)? (talk|chat|hear"
            r"|learn|discuss|speak|connect|know more|meet|call|have a (call|chat))( more)?|(let's|let us|can"
            r" we|could we|shall we)( \w+){0,2} (talk|chat|speak|set up|schedule|arrange|have a (call|chat)"
            r"|meet|discuss)"
        ),
        (
            r"tell me more|(please )?(call|ring) me|give me a (call|ring)|(send|share)( me)?( \w+){0,4}"
            r" (details|information|job description|job spec|jd|info)|(i'm|i am) (free|available)( \w+){0,2}"
            r" (on|at|tomorrow|next|this|from|after|for|monday|tuesday|wednesday|thursday|friday)|curious to"
            r" (hear|know|learn)|count me in|what('s| is) the (salary|compensation|pay|range)( range)?"
        ),
        (
            r"(bin|wäre|sehr|durchaus|grundsätzlich|hätte|habe)( \w+){0,2} interess(iert|e)|klingt( \w+){0,3}"
            r" (interessant|gut|spannend|toll|super)|(gerne?|lassen sie uns|lass uns|können wir)( \w+){0,4}"
            r" (telefonieren|sprechen|austauschen|reden|mehr erfahren|kennenlernen)|mehr (erfahren"
            r"|informationen|details)|rufen sie mich( \w+)? an|ruf mich( \w+)? an"
        ),
        (
            r"(suis|serais|très|assez|vivement)( \S+){0,2} intéressée?|m'intéresse(rait)?|(semble|paraît|a"
            r" l'air|c'est)( \w+){0,2} intéressante?|(en savoir|savoir) plus|(appelez|appelle)-moi|(avec"
            r" plaisir|volontiers)( \S+){0,3}|(pouvons-nous|échanger|discuter)( \S+){0,3} (téléphone"
            r"|vive voix"
            r"|échanger|ensemble|semaine|visio)"
        ),
        (
            r"(estoy|estaría|muy|sí)( \w+){0,2} interesad[oa]|me interesa(ría)?|(suena|parece)( \w+){0,2}"
            r" (bien|interesante|genial)|(saber|conocer|más) más( \w+)?|más (información|detalles)|llámame"
            r"|llámeme|(podemos|podríamos|me gustaría)( \w+){0,3} (hablar|charlar|conversar|saber más)"
        ),
        (
            r"(estou|estaria|muito|tenho|teria)( \w+){0,2} (interessad[oa]|interesse)|(parece|soa)( \w+){0,2}"
            r" (interessante|bem|ótimo)|(saber|conhecer) mais|mais (informações|detalhes)|(podemos|poderíamos"
            r"|gostaria de)( \w+){0,2} (falar|conversar|saber mais)|me interessa|interessa-me"
        ),
        (
            r"(sono|sarei|molto)( \w+){0,2} interessat[oa]|(sembra|pare|suona)( \w+){0,2} (interessante|bene"
            r"|ottim\w+)|mi interess(a|erebbe)|saperne di più|(maggiori|più|altre) (informazioni|dettagli)"
            r"|(possiamo|potremmo|volentieri|mi piacerebbe)( \w+){0,3} (parlare|sentirci|parlarne|sentire"
            r"|saperne)|mi chiami"
        ),
        (
            r"(ben|zou|zeker|erg|heb|heel)( \w+){0,2} (geïnteresseerd|interesse)|klinkt( \w+){0,3}"
            r" (interessant|goed|leuk)|(graag|kunnen we|laten we)( \w+){0,4} (bellen|praten|kennismaken"
            r"|afspreken|meer weten|meer horen)|meer (weten|informatie|horen)|bel me( \w+)?"
        ),
        (
            r"yes please|yes,? i'd love to|absolutely|i'm in|ja,? gerne|oui,? volontiers|sí,? claro|sim,?"
            r" claro|ja,? graag"
        ),
    )
)
#: Turns a phrase round when it stands directly before it.
_TURNED = re.compile(
    r"(?:\b(?:not|never|no longer|nicht|kein|keine|pas|plus|no|non|não|niet|geen)|n't)(?:\s+\w+){0,1}\s*$"
)
_RULES = (
    (Interest.WRONG_PERSON, _WRONG_PERSON),
    (Interest.LATER, _LATER),
    (Interest.NOT_INTERESTED, _NOT_INTERESTED),
    (Interest.INTERESTED, _INTERESTED),
)


def read_interest(text: str) -> tuple[Interest | None, str]:
    """Return what an answer comes to and the words that say so; None and an empty text where it is unclear.

    text: the writer's own new text, without quotes.
    """
    text = text[:_LENGTH]
    found: dict[Interest, str] = {}
    folded = unwrapped(fold(text))
    rules = [(interest, phrases.within(folded)) for interest, phrases in _RULES]
    for begun, sentence in sentences(folded):
        for interest, phrases in rules:
            if interest in found:
                continue
            for match in phrases.finditer(sentence):
                if interest is Interest.INTERESTED and _is_turned(sentence, match):
                    continue
                found[interest] = " ".join(text[begun + match.start() : begun + match.end()].split())
                break
    return _decided(found)


def _is_turned(sentence: str, match: re.Match[str]) -> bool:
    """Say whether a phrase of interest is denied, or part of one that says there is none."""
    if _TURNED.search(sentence[max(0, match.start() - 30) : match.start()]):
        return True
    return any(
        no.start() < match.end() and match.start() < no.end() for no in _NOT_INTERESTED.finditer(sentence)
    )


def _decided(found: dict[Interest, str]) -> tuple[Interest | None, str]:
    """Choose among what a text holds: a later time softens both yes and no; yes and no are unclear."""
    if Interest.WRONG_PERSON in found:
        return (
            (None, "")
            if Interest.INTERESTED in found
            else (Interest.WRONG_PERSON, found[Interest.WRONG_PERSON])
        )
    if Interest.LATER in found:
        return Interest.LATER, found[Interest.LATER]
    if len(found) != 1:
        return None, ""
    return next(iter(found.items()))
