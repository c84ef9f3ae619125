"""Own whether a person asks in words to get no more mail: "please remove me from your list".

Only explicit wishes count, in the writer's own new text (quotes hold our own opt-out line), not negated, not
bound to a condition, and not about one list among others: what can't be told is an ordinary answer, which
stops the campaign all the same.
"""

from __future__ import annotations

import re

from lib.core.answers.optout_phrases import ALONE, WISHES
from lib.core.answers.phrases import any_of, fold, sentences, unwrapped

#: How much of a text is looked at; who wants out says so early.
_LENGTH = 5_000
#: Up to how many words an answer is short: then a word alone says enough.
_SHORT = 12

#: Directly before a wish, these turn it round or make it a story.
_TURNED = any_of(
    (
        (
            r"(do not|don't|dont|not|never|no need|didn't|did not|won't|will not|cannot|can't|instead of"
            r"|rather than|before you|unless you|"
            r"without|asked you|told you|they|he|she|who|nicht|kein\w*|ohne|anstatt|statt|ne|pas|sans|no|sin|"
            r"não|sem|se|non|senza|niet|zonder|have already|already)( to| please| bitte| que| vous| me| mich|"
            r" mir| ask| asked| you| want| need| wish| have| want you){0,4}"
        ),
    )
)
_CONDITION = any_of(
    (
        "if(?! possible| you would| you could| it'?s possible)",
        "unless",
        "falls",
        "sofern",
        "wenn",
        "sauf si",
        "si",
        "se",
        "als",
        "salvo que",
        "a menos que",
        "tenzij",
    )
)
_POLITE = any_of(
    (
        "appreciate",
        "grateful",
        "glad",
        "kind(ly)?",
        "mind",
        "happy if",
        "dankbar",
        "freundlich",
        "nett",
        "wäre schön",
    )
)
#: Said with it, the wish is about this one thing only.
_KEEP = any_of(
    (
        (
            r"but( please| do| feel free to| i| you can| could you| can you| would)*( \w+){0,2} (keep|stay"
            r"|consider|interested|open to|contact|reach out|hear|talk|call)"
        ),
        (
            r"keep me (on|in|posted|informed|in mind)|(aber|jedoch)( \w+){0,3} (behalten|interessiert"
            r"|interesse)|mais( \w+){0,3} (gardez|intéressée?)"
        ),
        (
            r"pero( \w+){0,3} (mantén\w*|interesad[oa]|interesa)|mas( \w+){0,3} (mantenha\w*|interessad[oa])"
            r"|ma( \w+){0,3} (interessat[oa])|maar( \w+){0,3} (houd|geïnteresseerd)"
        ),
    )
)
#: Our own line, in an answer whose quote has lost its marks.
_OURS = re.compile(r"rather\s+not\s+hear\s+from\s+me\s+about\s+this\?\s+opt\s+out\s+here", re.IGNORECASE)


def optout_words(text: str) -> str:
    """Return the words by which a writer asks to get no more mail, or an empty text.

    text: the writer's own new text, without quotes.
    """
    text = _OURS.sub(lambda found: " " * len(found.group()), text[:_LENGTH])
    folded = unwrapped(fold(text))
    if len(folded.split()) <= _SHORT:
        for line in fold(text).splitlines():
            if alone := ALONE.fullmatch(line.strip(" .!,;:*\"'")):
                return alone.group()
    wishes = WISHES.within(folded)
    for begun, sentence in sentences(folded):
        for found in wishes.finditer(sentence):
            if _is_meant(sentence, found) and not _KEEP.search(
                folded, begun + found.start(), begun + found.end() + 150
            ):
                return " ".join(text[begun + found.start() : begun + found.end()].split())
    return ""


def _is_meant(sentence: str, found: re.Match[str]) -> bool:
    """Say whether a wish is one: neither turned round nor bound to a condition."""
    before = sentence[max(0, found.start() - 40) : found.start()].rstrip()
    turned = [one for one in _TURNED.finditer(before) if one.end() == len(before)]
    if turned:
        return False
    condition = _CONDITION.search(sentence, 0, found.start())
    return condition is None or _POLITE.search(sentence) is not None
