"""Own the way to Gmail: the real client, its errors, and connections that never send a request twice."""

from lib.adapters.gmail.access import GmailAccess, OAuthClient
from lib.adapters.gmail.mailbox import GmailMailbox

__all__ = ["GmailAccess", "GmailMailbox", "OAuthClient"]
