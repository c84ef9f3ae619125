"""Show what answers come to, and that the words which led there are shown."""

from __future__ import annotations

import pytest

from lib.core.answers.interest import read_interest
from lib.core.records import Interest

YES, NO, LATER, WRONG = Interest.INTERESTED, Interest.NOT_INTERESTED, Interest.LATER, Interest.WRONG_PERSON

ANSWERS = [
    ("Thanks, that sounds interesting! Let's talk on Friday.", YES, "sounds interesting"),
    ("I'd be happy to learn more. When can we talk?", YES, "happy to learn more"),
    ("What is the salary range?", YES, "What is the salary range"),
    ("I'm not interested, thank you.", NO, "not interested"),
    ("No thanks.", NO, "No thanks"),
    ("I'm not looking for a change, I'm happy where I am.", NO, "not looking for a change"),
    ("Not right now, maybe in six months.", LATER, "Not right now"),
    ("Sounds interesting, but the timing is bad. Reach out again in six months?", LATER, "timing is bad"),
    ("I think you have the wrong person.", WRONG, "you have the wrong person"),
    ("Klingt spannend, gerne können wir telefonieren.", YES, "Klingt spannend"),
    ("Ich habe kein Interesse.", NO, "kein Interesse"),
    (
        "Im Moment leider nicht, melden Sie sich gern in ein paar Monaten wieder.",
        LATER,
        "Im Moment leider nicht",
    ),
    ("Da liegt eine Verwechslung vor.", WRONG, "Verwechslung"),
    ("Je suis très intéressée, appelez-moi demain.", YES, "suis très intéressée"),
    ("Je ne suis pas intéressé.", NO, "pas intéressé"),
    ("Pas pour le moment, merci.", LATER, "Pas pour le moment"),
    ("Vous n'avez pas la bonne personne.", WRONG, "pas la bonne personne"),
    ("Me interesa mucho, ¿podemos hablar mañana?", YES, "Me interesa"),
    ("No estoy interesado.", NO, "No estoy interesado"),
    ("No en este momento, quizás más adelante.", LATER, "No en este momento"),
    ("Creo que es la persona equivocada.", WRONG, "persona equivocada"),
    ("Tenho interesse, podemos conversar?", YES, "Tenho interesse"),
    ("Não tenho interesse.", NO, "Não tenho interesse"),
    ("Sono molto interessata, possiamo sentirci domani?", YES, "Sono molto interessata"),
    ("Non sono interessato, grazie.", NO, "Non sono interessato"),
    ("Klinkt goed, graag meer informatie.", YES, "Klinkt goed"),
    ("Ik ben niet geïnteresseerd.", NO, "niet geïnteresseerd"),
]
UNCLEAR = [
    "Hello Ann.",
    "I'm not interested in this one, but happy to talk about other roles.",
    "Who gave you my address?",
    "",
    "Thanks for your mail. I have a question about the location.",
]


@pytest.mark.parametrize(("text", "interest", "words"), ANSWERS)
def test_answer_is_proposed_with_its_words(text: str, interest: Interest, words: str) -> None:
    assert read_interest(text) == (interest, words)


@pytest.mark.parametrize("text", UNCLEAR)
def test_nothing_is_proposed_where_it_is_unclear(text: str) -> None:
    assert read_interest(text) == (None, "")
