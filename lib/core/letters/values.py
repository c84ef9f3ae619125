"""Own which values the templates of one candidate are filled with."""

from __future__ import annotations

from collections.abc import Mapping


def values_of(
    email: str,
    name: str,
    variables: Mapping[str, str],
    *,
    sender_name: str,
    sender_address: str,
    campaign_name: str,
) -> dict[str, str]:
    """Return all values of one candidate; a column ``first_name`` outranks the first word of the name."""
    given = variables.get("first_name") or next(iter(name.split()), "")
    return {
        **variables,
        "email": email,
        "name": name,
        "first_name": given,
        "sender_name": sender_name,
        "sender_first_name": next(iter(sender_name.split()), ""),
        "sender_email": sender_address,
        "campaign_name": campaign_name,
    }
