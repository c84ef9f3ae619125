"""Own whether a person's answer was sent on to somebody else, or says that ours was.

The words are those of the seven languages the product reads; a subject's forward prefix says enough by
itself.
"""

from __future__ import annotations

from lib.core.answers.mail_headers import is_forward_subject
from lib.core.answers.phrases import any_of, fold, unwrapped

_WORDS = any_of(
    (
        (
            r"(i've|i have|i('m| am)|i'll|i will|have|just)( \w+)? (forward(ed|ing)?|pass(ed|ing)?)("
            r" \w+){0,4}"
            r" (on )?to( \w+){0,2} (colleague|friend|manager|team|boss|hr|him|her|them|someone|somebody|\w+)"
        ),
        r"(forward(ed|ing)|passed|passing) (this|it|your (mail|e-?mail|message)|you)( \w+)? to",
        (
            r"(cc'?ing|adding|looping in|copying)( in)? (my |a )?(colleague|friend|\w+)( who)?|(i've|i have)"
            r" (cc'?ed|copied|added|looped in)"
        ),
        (
            r"(habe|leite)( \w+){0,5} (weitergeleitet|weitergegeben|weiter)|an (meinen|meine|einen|eine)"
            r" (kolleg\w+|bekannte\w*|freund\w*)( \w+)? weiter\w*"
        ),
        r"(transmis|transféré|fait suivre|transmets|transfère|fais suivre)( \S+){0,5} (à|au)( \S+){0,3}",
        (
            r"(he )?(reenviado|reenvío|pasado|remitido)( \S+){0,4} (a|al)( \S+){0,2} (compañer\w+|colega"
            r"|amig\w+|equipo|\w+)"
        ),
        (
            r"(encaminhei|reencaminhei|encaminhando|vou encaminhar|repassei)( \S+){0,5}|(ho inoltrato|inoltro"
            r"|ho girato|ho passato)( \S+){0,5}"
        ),
        r"(doorgestuurd|doorgezonden|doorgegeven|stuur \w+ door)( \S+){0,4}",
    )
)
_LENGTH = 4_000


def is_forwarded(subject: str, text: str) -> bool:
    """Say whether an answer is a forwarded mail, or its new text says that ours was sent on."""
    return is_forward_subject(subject) or _WORDS.search(unwrapped(fold(text[:_LENGTH]))) is not None
