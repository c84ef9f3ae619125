"""Own the names of months and days of the week in the languages whose automatic answers are read.

Names are folded (small letters, no marks). Abbreviations that are common words elsewhere are left out.
"""

# ruff: noqa: RUF001 - the letters of other languages stand where they belong
from __future__ import annotations

from lib.core.answers.phrases import fold

_MONTHS = (
    (
        "january jan januar jänner janvier janv enero ene janeiro gennaio gen januari styczen stycznia"
        " tammikuuta tammikuu ocak"
    ),
    (
        "february feb februar feber février févr fév febrero fevereiro fev febbraio februari luty lutego"
        " helmikuuta şubat"
    ),
    "march mar märz maerz mrz mars marzo março maart mrt marts marzec marca maaliskuuta mart",
    "april apr avril avr abril abr aprile kwiecień kwietnia huhtikuuta nisan",
    "may mai mayo maio maggio mag mei maj maja toukokuuta mayıs",
    "june jun juni juin junio junho giugno giu czerwiec czerwca kesäkuuta haziran",
    "july jul juli juillet juil julio julho luglio lug lipiec lipca heinäkuuta temmuz",
    "august aug août agosto ago augustus augusti sierpień sierpnia elokuuta ağustos",
    (
        "september sep sept septembre septiembre setembro settembre sett septiembre wrzesień wrzesnia"
        " września"
        " syyskuuta eylül"
    ),
    "october oct oktober okt octobre octubre outubro ottobre ott październik października lokakuuta ekim",
    "november nov novembre noviembre novembro listopad listopada marraskuuta kasım",
    (
        "december dec dezember dez décembre déc diciembre dic dezembro dicembre desember des grudzień grudnia"
        " joulukuuta aralık"
    ),
)
#: From Monday on.
_DAYS = (
    (
        "monday mon montag mo lundi lunes segunda segunda-feira lunedi lunedì maandag måndag mandag"
        " poniedziałku maanantaina pazartesi"
    ),
    (
        "tuesday tue tues dienstag di mardi martes terça terça-feira martedì dinsdag tisdag tirsdag wtorku"
        " tiistaina salı"
    ),
    (
        "wednesday wed mittwoch mi mercredi miércoles quarta quarta-feira mercoledì woensdag onsdag środy"
        " keskiviikkona çarşamba"
    ),
    (
        "thursday thu thurs donnerstag do jeudi jueves quinta quinta-feira giovedì donderdag torsdag czwartku"
        " torstaina perşembe"
    ),
    "friday fri freitag fr vendredi viernes sexta sexta-feira venerdì vrijdag fredag piątku perjantaina cuma",
    (
        "saturday sat samstag sonnabend sa samedi sábado sabato zaterdag lördag lørdag soboty lauantaina"
        " cumartesi"
    ),
    "sunday sun sonntag so dimanche domingo domenica zondag söndag søndag niedzieli sunnuntaina pazar",
)
#: Too short to stand for a day without a date behind them.
SHORT = frozenset(
    [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "mo",
        "di",
        "mi",
        "do",
        "fr",
        "sa",
        "so",
        "segunda",
        "quarta",
        "quinta",
        "sexta",
        "terca",
    ]
)

#: Number of the month, and of the day of the week (Monday is 0), by folded name.
MONTHS = {fold(name): number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
DAYS = {fold(name): number for number, names in enumerate(_DAYS) for name in names.split()}
