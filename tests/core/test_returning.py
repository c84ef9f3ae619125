"""Show which first day back is read from an automatic answer, language by language."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.answers.returning import return_date

#: A Tuesday.
ON = date(2026, 2, 24)

NAMED = [
    ("I am out of the office until 5 March.", date(2026, 3, 6)),
    ("I will be back on Monday, March 9th.", date(2026, 3, 9)),
    ("Out of office 2026-03-01 - 2026-03-08.", date(2026, 3, 9)),
    ("I'm away from March 3 to March 14.", date(2026, 3, 15)),
    ("I'm on leave March 3-14.", date(2026, 3, 15)),
    ("I'll be out March 3 through March 10, 2026", date(2026, 3, 11)),
    ("I will not be back in the office until Monday 9 March.", date(2026, 3, 9)),
    ("I am out until Friday and will be back on Monday.", date(2026, 3, 2)),
    ("I am currently out, returning Monday, 9 March 2026. For urgent matters call Ben.", date(2026, 3, 9)),
    ("I am out of the office and will return tomorrow.", date(2026, 2, 25)),
    ("I am out until 03/24/2026", date(2026, 3, 25)),
    ("I'm on vacation and return on 3 January.", date(2027, 1, 3)),
    ("Ich bin bis einschließlich 12.03.2026 nicht im Büro.", date(2026, 3, 13)),
    ("Ab dem 3. April bin ich wieder erreichbar.", date(2026, 4, 3)),
    ("Ich bin vom 02.03. bis 06.03. im Urlaub.", date(2026, 3, 7)),
    ("Bis 9. März bin ich nicht da, ab dem 10. März wieder im Büro.", date(2026, 3, 10)),
    ("Ich kehre am Montag, den 9. März 2026 zurück.", date(2026, 3, 9)),
    ("Ich bin zwischen dem 2. und 6. März nicht im Büro.", date(2026, 3, 7)),
    ("Je suis absent du 3 au 14 août.", date(2026, 8, 15)),
    ("Je serai de retour le 9 mars 2026.", date(2026, 3, 9)),
    ("Je suis absent jusqu'au 03/04/2026 inclus.", date(2026, 4, 4)),
    ("Estaré fuera de la oficina hasta el 10 de marzo de 2026.", date(2026, 3, 11)),
    ("Del 2 al 6 de marzo estaré de vacaciones.", date(2026, 3, 7)),
    ("Volveré el lunes 9 de marzo.", date(2026, 3, 9)),
    ("Estou de férias até 10 de março.", date(2026, 3, 11)),
    ("De 2 a 6 de março estarei ausente.", date(2026, 3, 7)),
    ("Retorno no dia 9 de março.", date(2026, 3, 9)),
    ("Sarò assente fino al 10 marzo.", date(2026, 3, 11)),
    ("Dal 2 al 6 marzo sarò in ferie.", date(2026, 3, 7)),
    ("Rientrerò il 9 marzo.", date(2026, 3, 9)),
    ("Ik ben afwezig t/m 12 maart.", date(2026, 3, 13)),
    ("Vanaf 9 maart ben ik weer bereikbaar.", date(2026, 3, 9)),
    ("Van 2 t/m 6 maart ben ik met vakantie.", date(2026, 3, 7)),
    ("Jag är tillbaka den 9 mars.", date(2026, 3, 9)),
    ("3月9日から出社します", date(2026, 3, 9)),
    ("Ich bin bis 6. März 2026 abwesend. / I am out until 6 March 2026.", date(2026, 3, 7)),
]
UNCLEAR = [
    "I am out until 03/04/2026",
    "Starting on 1 March I'll be on leave.",
    "Thank you for your mail of 20 February 2026.",
    "I am on parental leave through the end of May",
    "I no longer work here.",
    "I was back on 3 February.",
    "I am out until 99 March and 31.02.2026.",
    "I am back on 9 March 2031.",
    "",
]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_first_day_back_is_read(text: str, expected: date) -> None:
    assert return_date(text, ON) == expected


@pytest.mark.parametrize("text", UNCLEAR)
def test_no_day_is_made_up(text: str) -> None:
    assert return_date(text, ON) is None


def test_day_of_return_counts_before_the_end_of_absence() -> None:
    text = "I am away until 6 March. I will be back on 10 March."
    assert return_date(text, ON) == date(2026, 3, 10)


def test_short_year_and_leap_day() -> None:
    assert return_date("Ich bin bis 05.03.26 weg", ON) == date(2026, 3, 6)
    assert return_date("I am back on 29 February 2028", date(2027, 12, 1)) == date(2028, 2, 29)
    assert return_date("I am back on 29 February", ON) is None


WORDS = st.sampled_from(
    [
        "back",
        "until",
        "on",
        "bis",
        "von",
        "to",
        "3",
        "3.",
        "14",
        "31",
        "32",
        "March",
        "März",
        "2026",
        "12.03.",
        "1/2/26",
        "Monday",
        "mo",
        "-",
        ",",
        ".",
        "\n",
        "2026-02-30",
        "年",
        "3月9日",
    ]
)


@given(st.lists(WORDS, max_size=30).map(" ".join), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_day_told_lies_within_the_year_after_it_was_received(text: str, on: date) -> None:
    back = return_date(text, on)
    assert back is None or 0 < (back - on).days <= 366
