"""Show what is left of an answer once quotes and signature are cut, in the forms of many mail programs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.answers.reply_text import new_text

YES = "Yes, let's talk."
#: By mail program: the text as it comes, and what of it is new.
REPLIES = {
    "gmail en": (
        f"{YES}\n\nOn Mon, Mar 2, 2026 at 10:00 AM Eve <eve@example.com> wrote:\n\n> Hello Ann\n> A role\n",
        YES,
    ),
    "gmail wrapped": (
        (
            f"{YES}\n\nOn Mon, Mar 2, 2026 at 10:00 AM Eve Recruiter With A Long Name\n<eve@example.com>"
            f" wrote:\n\n> Hello\n"
        ),
        YES,
    ),
    "gmail de": (
        f"{YES}\n\nAm Mo., 2. März 2026 um 10:00 Uhr schrieb Eve <eve@example.com>:\n\n> Hallo\n",
        YES,
    ),
    "gmail fr": (
        f"{YES}\n\nLe lun. 2 mars 2026 à 10:00, Eve <eve@example.com> a écrit :\n\n> Bonjour\n",
        YES,
    ),
    "gmail es": (
        f"{YES}\n\nEl lun, 2 mar 2026 a las 10:00, Eve (<eve@example.com>) escribió:\n\n> Hola\n",
        YES,
    ),
    "gmail pt": (
        f"{YES}\n\nEm seg., 2 de mar. de 2026 às 10:00, Eve <eve@example.com>\nescreveu:\n\n> Olá\n",
        YES,
    ),
    "gmail it": (
        f"{YES}\n\nIl giorno lun 2 mar 2026 alle ore 10:00 Eve <eve@example.com> ha scritto:\n\n> Ciao\n",
        YES,
    ),
    "gmail nl": (f"{YES}\n\nOp ma 2 mrt 2026 om 10:00 schreef Eve <eve@example.com>:\n\n> Hallo\n", YES),
    "gmail pl": (f"{YES}\n\npon., 2 mar 2026 o 10:00 Eve <eve@example.com> napisał(a):\n\n> Hej\n", YES),
    "gmail ja": (f"{YES}\n\n2026年3月2日(月) 10:00 Eve <eve@example.com>:\n\n> こんにちは\n", YES),
    "gmail zh": (f"{YES}\n\nEve <eve@example.com> 于2026年3月2日周一 10:00写道:\n\n> 你好\n", YES),
    "apple": (
        (
            f"{YES}\n\nSent from my iPhone\n\n> On 2. Mar 2026, at 10:00, Eve <eve@example.com> wrote:\n>"
            f" \n> Hi\n"
        ),
        YES,
    ),
    "apple de": (
        (
            f"{YES}\n\nVon meinem iPhone gesendet\n\n> Am 02.03.2026 um 10:00 schrieb Eve"
            f" <eve@example.com>:\n> \n"
        ),
        YES,
    ),
    "thunderbird": (
        f"{YES}\n\nOn 3/2/26 10:00, Eve wrote:\n> Hello\n> A role\n\n-- \nAnn Example\n+49 30 555\n",
        YES,
    ),
    "yahoo": (
        (
            f"{YES}\n\nOn Monday, March 2, 2026 at 10:00:00 AM GMT+1, Eve <eve@example.com>"
            f" wrote:\n\nHello Ann\n"
        ),
        YES,
    ),
    "outlook en": (
        (
            f"{YES}\n\n________________________________\nFrom: Eve <eve@example.com>\nSent: Monday, March 2,"
            f" 2026 10:00\n"
            "To: Ann <ann@example.org>\nSubject: A role\n\nHello Ann\n"
        ),
        YES,
    ),
    "outlook de": (
        (
            f"{YES}\n\nVon: Eve <eve@example.com> \nGesendet: Montag, 2. März 2026 10:00\nAn: Ann"
            f" <ann@example.org>\n"
            "Betreff: A role\n\nHallo\n"
        ),
        YES,
    ),
    "outlook fr": (
        (
            f"{YES}\n\nDe\xa0: Eve <eve@example.com>\nEnvoyé\xa0: lundi 2 mars 2026 10:00\nÀ\xa0:"
            f" Ann\nObjet\xa0: A role\n\nBonjour\n"
        ),
        YES,
    ),
    "outlook es": (
        f"{YES}\n\n*De:* Eve <eve@example.com>\n*Enviado:* lunes\n*Para:* Ann\n*Asunto:* A role\n\nHola\n",
        YES,
    ),
    "outlook it": (f"{YES}\n\nDa: Eve\nInviato: lunedì 2 marzo 2026\nA: Ann\nOggetto: A role\n\nCiao\n", YES),
    "outlook nl": (
        f"{YES}\n\nVan: Eve\nVerzonden: maandag 2 maart 2026\nAan: Ann\nOnderwerp: A role\n\nHallo\n",
        YES,
    ),
    "outlook pt": (f"{YES}\n\nDe: Eve\nEnviada em: segunda-feira\nPara: Ann\nAssunto: A role\n\nOlá\n", YES),
    "outlook sv": (f"{YES}\n\nFrån: Eve\nSkickat: den 2 mars 2026\nTill: Ann\nÄmne: A role\n\nHej\n", YES),
    "old outlook": (f"{YES}\n\n-----Original Message-----\nFrom: Eve\n\nHello\n", YES),
    "old outlook de": (f"{YES}\n\n-----Ursprüngliche Nachricht-----\nVon: Eve\n\nHallo\n", YES),
    "outlook app": (
        (
            f"{YES}\n\nGet Outlook for iOS\n________________________________\nFrom: Eve\nSent: x\nTo:"
            f" Ann\n\nHi\n"
        ),
        YES,
    ),
    "notes": (
        (
            f"{YES}\n\n\n\nVon:\tEve <eve@example.com>\nAn:\tAnn\nDatum:\t02.03.2026 10:00\nBetreff:\tA"
            f" role\n\n\nHallo\n"
        ),
        YES,
    ),
    "below the quote": (
        f"On Mon, 2 Mar 2026 at 10:00, Eve <eve@example.com> wrote:\n> Hello\n\n{YES}\n",
        YES,
    ),
    "no blank line": (f"{YES}\n02.03.2026 10:00 Eve <\neve@example.com> wrote:\n\n> Hello\n", YES),
    "quoted who": (f"{YES}\n> On 2 Mar 2026, at 10:00, Eve <eve@example.com> wrote:\n>\n> Hello\n", YES),
    "between quotes": (
        "> When can we talk?\nMonday.\n> And the salary?\nYou tell me.\n",
        "Monday.\nYou tell me.",
    ),
    "forward": (f"{YES}\n\n---------- Forwarded message ---------\nFrom: Eve\n\nHello\n", YES),
    "apple forward": (f"{YES}\n\nBegin forwarded message:\n\nFrom: Eve\n\nHello\n", YES),
    "dashes": (f"{YES}\n-- \nAnn Example\nExample Ltd\n", YES),
    "closing": (
        f"{YES}\n\nBest regards,\nAnn Example\nExample Ltd\nTel. +49 30 555\n",
        f"{YES}\n\nBest regards,\nAnn Example",
    ),
    "closing de": (
        f"{YES}\n\nViele Grüße\nAnn\n\nBeispiel GmbH\nHauptstr. 1\n",
        f"{YES}\n\nViele Grüße\nAnn",
    ),
    "postscript": (f"{YES}\n\nBest,\nAnn\n\nP.S. Call me.", f"{YES}\n\nBest,\nAnn\n\nP.S. Call me."),
    "nothing to cut": (
        f"{YES}\n\nFrom Monday on I am free.\nTo be clear: any time.\n",
        f"{YES}\n\nFrom Monday on I am free.\nTo be clear: any time.",
    ),
    "a colon": (
        "Two questions from page 3:\n\n1. Where?\n2. When?",
        "Two questions from page 3:\n\n1. Where?\n2. When?",
    ),
    "sent from": ("Sent from my desk in the cellar, where I read your long mail with great joy today: yes!",)
    * 2,
    "only a quote": ("> Hello\n> A role\n", ""),
}


@pytest.mark.parametrize("name", sorted(REPLIES))
def test_new_text_is_left(name: str) -> None:
    text, expected = REPLIES[name]
    assert new_text(text).text == expected


@given(
    st.lists(
        st.sampled_from(
            ["> a", "", "-- ", "From: x", "Sent: y", "To: z", "On 2026 a@b.c wrote:", "Hi", "Best,", "_____"]
        )
    )
)
def test_only_the_writers_own_lines_are_left(lines: list[str]) -> None:
    left = new_text("\n".join(lines)).text.splitlines()
    assert all(not line or line in lines for line in left)
    assert not any(line.startswith(">") for line in left)
