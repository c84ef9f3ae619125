"""Own public holidays: which dates are closed in a country or one of its subdivisions, and their names.

Invariant: a place that nobody knows has no holidays; a reader of input asks ``is_place`` first and lists the
fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

_NONE: Mapping[date, str] = MappingProxyType({})


@lru_cache(maxsize=512)
def holidays_of(place: str, year: int) -> Mapping[date, str]:
    """Return the names of a year's public holidays by date; ``place`` is "DE" or "DE-BY", "" has none.

    Days that are given off because a holiday falls on a weekend count too. Source: the ``holidays`` package.
    """
    if not is_place(place):
        return _NONE
    from holidays import country_holidays  # noqa: PLC0415 - 0.4 s, which a campaign without holidays saves

    country, _, subdivision = place.partition("-")
    found = country_holidays(country, subdiv=subdivision or None, years=year, language="en_US")
    # Two holidays on one day come as "A; B"; the semicolon separates the reasons of a slot.
    return MappingProxyType({day: name.replace("; ", " and ") for day, name in found.items()})


@lru_cache(maxsize=1024)
def is_place(place: str) -> bool:
    """Say whether the holidays of a place are known; countries are two capital letters (ISO 3166)."""
    country, dash, subdivision = place.partition("-")
    two_letters = len(country) == 2 and country.isascii() and country.isupper()  # noqa: PLR2004 - ISO 3166-1
    if not two_letters or (dash and not subdivision):
        return False
    from holidays import list_supported_countries  # noqa: PLC0415 - as above

    known = list_supported_countries()
    return country in known and (not dash or subdivision in known[country])
