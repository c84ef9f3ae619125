"""Own what the flows need of Gmail: the calls to one mailbox, and what their failures mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lib.core.mails import Draft, HistoryPage, MailHeaders, MessagePage, RawMail, Sent, Watch


class Gmail(Protocol):
    """Reach one mailbox; every call is one HTTP request (a batch is one) unless it says otherwise.

    All raise RateLimited/Unavailable (nothing happened that matters), MailboxDisconnected, Permanent.
    """

    def profile(self) -> tuple[str, str]:
        """Return the account's primary address and its newest history id."""

    def history(self, start: str, page: str | None = None) -> HistoryPage:
        """Return what was added and unlabelled after ``start``; HistoryExpired when Gmail has forgotten it.

        Labels of Gmail's own (UNREAD, INBOX ...) are left out of ``unlabelled``.
        """

    def messages_since(self, since: datetime, page: str | None = None, *, sent: bool = False) -> MessagePage:
        """List messages since a time, spam and trash too, newest first, without labels; or only sent ones.

        A header-only mailbox cannot be searched by time: there the list goes on into older messages.
        """

    def headers(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, MailHeaders | None]:
        """Return the named headers, in batches of at most 50, never the snippet; None: it is gone.

        What Gmail failed to give of single messages is left out; when it asks to slow down, that is raised.
        """

    def message(self, gmail_id: str) -> RawMail | None:
        """Return a whole message, None when it is gone."""

    def create_draft(self, raw: bytes, thread: str | None) -> Draft:
        """Create a draft, in a thread if given."""

    def send_draft(self, draft: str) -> Sent:
        """Send a draft, never tried twice by the client.

        NotFound: the draft is gone (sent, or deleted). SendUncertain: nobody knows. RateLimited,
        MailboxPaused, Unavailable, RecipientRefused, MailboxDisconnected: surely not sent.
        """

    def send_message(self, raw: bytes, thread: str | None) -> Sent:
        """Send a mail without a draft, never tried twice by the client; errors as for ``send_draft``."""

    def delete_draft(self, draft: str) -> bool:
        """Delete a draft; False when it is gone already (sent, or deleted before)."""

    def drafts_to(self, address: str) -> list[tuple[str, str]]:
        """Return (draft id, id of its message) of the drafts to an address, 50 at most."""

    def note_sent(self, gmail_id: str, labels: Sequence[str]) -> str | None:
        """In one batch ask for the Message-ID and put labels on.

        Returns None where Gmail did not say, an empty text when the message is gone. A label that cannot be
        put on is no error.
        """

    def label(self, gmail_ids: Sequence[str], labels: Sequence[str]) -> None:
        """Put labels on messages, in one batch; one that cannot be put on is no error."""

    def ensure_labels(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the ids of the user's labels of these names, made if need be; at most two requests."""

    def labels(self) -> frozenset[str]:
        """Return the ids of all labels there are."""

    def watch(self, topic: str) -> Watch:
        """Ask for notifications; stops another client's watch first when Gmail demands it."""

    def stop_watch(self) -> None:
        """End notifications."""
