"""Own the Protocols: what the flows need from the outside."""

from lib.ports.changing import CHANGE_TRIES
from lib.ports.gmail import Gmail
from lib.ports.services import Clock, Consent, OAuth, Services, Tasks, Vault, Webhooks
from lib.ports.store import Counted, Store, Whose

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
