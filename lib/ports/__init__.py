"""Own the Protocols: what the flows need from the outside."""

from lib.ports.gmail import Gmail
from lib.ports.services import Clock, Consent, OAuth, Services, Tasks, Vault, Webhooks
from lib.ports.store import CHANGE_TRIES, Counted, Store, Whose

__all__ = [
    "CHANGE_TRIES",
    "Clock",
    "Consent",
    "Counted",
    "Gmail",
    "OAuth",
    "Services",
    "Store",
    "Tasks",
    "Vault",
    "Webhooks",
    "Whose",
]
