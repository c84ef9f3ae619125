"""Owns all local mailboxes and the mail between them, in memory and without HTTP.

Deterministic given the clock, the seed and the order of calls. One lock guards everything; faults strike and
notifications leave outside of it. The calls of the API raise one exception, `GmailError`.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime

from tests.localcloud.gmail import mail
from tests.localcloud.gmail.errors import GmailError
from tests.localcloud.gmail.faults import Fault, Faults
from tests.localcloud.gmail.mailbox import Mailbox
from tests.localcloud.gmail.notifications import Notifier, Publish
from tests.localcloud.gmail.reading import History, Labels, Messages
from tests.localcloud.gmail.records import AccessEntry, Caller, Delivery, Ids, Json, Message, RequestEntry
from tests.localcloud.gmail.sending import HeldDraft, Sending

__all__ = ["Caller", "Fault", "GmailError", "HeldDraft", "MailboxApi", "Owner", "World"]


class MailboxApi(Sending, Messages, Labels, History):
    """Everything that a caller can do with one mailbox."""


class Owner(MailboxApi):
    """What the person who owns a mailbox does in Gmail's own pages."""

    def answer(self, thread: str, text: str = "Thank you, I will call you.") -> Json:
        """Answer the last mail of a thread: to whom it came from, or went to when it is the owner's own."""
        last = self.state.thread(thread)[-1].parsed
        mine = {self.state.address, *self.state.aliases}
        others = [one for one in mail.addresses(last, "From", "To") if one not in mine]
        message_id = mail.header(last, "Message-ID")
        lines = [
            f"From: {self.state.address}",
            f"To: {', '.join(others)}",
            f"Subject: Re: {mail.without_prefix(mail.header(last, 'Subject'))}",
            f"In-Reply-To: {message_id}",
            f"References: {mail.header(last, 'References')} {message_id}",
        ]
        return self.send_message(("\r\n".join(lines) + f"\r\n\r\n{text}\r\n").encode(), thread)

    def take_off(self, thread: str, label: str) -> Json:
        """Take a label off a thread, by its id or its name."""
        ids = [one.id for one in self.state.labels.values() if label in (one.id, one.name)]
        return self.modify_thread(thread, [], ids or [label])


class Switches:
    """How this Gmail behaves where Google's is not known for sure, or has bad days."""

    draft_thread_survives: bool = True
    simultaneous_send_doubles: bool = False
    send_gap: float = (
        0.05  #: real seconds between reading and removing a draft, when simultaneous sends double
    )
    history_labels: bool = True
    empty_pages: int = 0  #: so many pages without records come before each that has some
    empty_history_once: int = 0  #: so many calls of history.list find nothing yet
    sent_visible_after: timedelta = timedelta()
    bounce_in_thread: bool = False
    quota_limit: int | None = None  #: units of one mailbox, in all
    minute_quota: int | None = None  #: units of one mailbox in a minute of the domain's time
    concurrent_limit: int | None = None  #: calls of one mailbox at the same time
    #: drop all but the first notification of a mailbox within a second of the domain's time, as Google does
    one_notification_a_second: bool = False


class World(Switches):
    """All local mailboxes; see `mailbox` for the API and `deliver` for mail from outside."""

    def __init__(self, clock: Callable[[], datetime], publish: Publish | None = None, seed: int = 0) -> None:
        self.now = clock
        self.lock = threading.RLock()
        self.ids = Ids(seed)
        self.faults = Faults(seed)
        self.notifier = Notifier(publish)
        self.accounts: dict[str, Mailbox] = {}
        self.subs: dict[str, str] = {}  #: address to `sub`, for the OAuth stand-in
        self.revoked: set[str] = set()
        self.bouncing: set[str] = set()
        self.access_log: list[AccessEntry] = []
        self.request_log: list[RequestEntry] = []
        self._outside: dict[str, list[Delivery]] = {}
        self._notified: dict[str, datetime] = {}

    def reset(self) -> None:
        """Forget everything but the clock and the publisher; ids go on, so that none comes twice."""
        with self.lock:
            for switch in Switches.__annotations__:
                self.__dict__.pop(switch, None)
            self.faults.clear()
            self.notifier = Notifier(self.notifier.publish)
            for kept in (
                self.accounts,
                self.subs,
                self.revoked,
                self.bouncing,
                self._outside,
                self._notified,
            ):
                kept.clear()
            self.access_log.clear()
            self.request_log.clear()

    # Accounts

    def add_account(
        self, address: str, sub: str, aliases: tuple[str, ...] = (), *, has_gmail: bool = True
    ) -> MailboxApi:
        address = address.lower()
        names = tuple(alias.lower() for alias in aliases)
        with self.lock:
            self.accounts[address] = Mailbox(address, sub, names, has_gmail=has_gmail, ids=self.ids)
            self.subs[address] = sub
        return self.mailbox(address)

    def mailbox(self, address: str, caller: Caller | None = None, *, fields: str | None = None) -> MailboxApi:
        """Give the API of one account; calls are logged, counted, and meet the faults."""
        return MailboxApi(self, self._account(address), caller or Caller(fields=fields))

    def by_hand(self, address: str) -> "Owner":
        """Give the same to the person who owns it: what is done by hand is no call and meets no fault."""
        return Owner(self, self._account(address), Caller(client="by hand", by_hand=True))

    def _account(self, address: str) -> Mailbox:
        found = self.find_account(address)
        if found is None:
            raise GmailError(403, "forbidden", f"Delegation denied for {address}")
        return found

    def find_account(self, address: str) -> Mailbox | None:
        """Find an account by its address or an alias."""
        address = address.lower()
        with self.lock:
            by_alias = (state for state in self.accounts.values() if address in state.aliases)
            return self.accounts.get(address) or next(by_alias, None)

    def outside_inbox(self, address: str) -> list[Delivery]:
        with self.lock:
            return list(self._outside.get(address.lower(), []))

    def outside_addresses(self) -> list[str]:
        with self.lock:
            return sorted(self._outside)

    # Mail

    def deliver(
        self,
        raw: bytes,
        to_account: str,
        labels: tuple[str, ...] = (),
        *,
        inbox: bool = True,
        thread: str | None = None,
    ) -> Json:
        """Put a mail from outside into an account's mailbox, as an answer, a bounce or anything else."""
        with self.coalesced(), self.lock:
            state = self._account(to_account)
            placed = ["UNREAD", *(["INBOX"] if inbox and "SPAM" not in labels else []), *labels]
            return self._arrive(state, raw, placed, thread).brief()

    def send(self, state: Mailbox, raw: bytes, thread: str | None, *, by_headers: bool) -> Message:
        """Send a mail of `state` on to all its recipients; under the lock, by the API's methods only."""
        now = self.now()
        parsed = mail.parse(raw)
        sender = mail.addresses(parsed, "From")
        recipients = mail.addresses(parsed, "To", "Cc", "Bcc")
        if not recipients:
            raise GmailError(400, "invalidArgument", "Recipient address required")
        if not sender or sender[0] not in (state.address, *state.aliases):
            raw = mail.with_header(raw, "From", state.address)
        if "Date" not in parsed:
            raw = mail.with_header(raw, "Date", format_datetime(now))
        raw = mail.with_header(raw, "Message-ID", self.ids.message_id())
        thread = thread or (state.thread_by_headers(raw) if by_headers else None)
        sent = state.add(raw, ["SENT"], now, thread, now + self.sent_visible_after)
        visible = mail.without_header(raw, "Bcc")
        for recipient in recipients:
            self._route(state, visible, recipient, sent.thread_id)
        return sent

    def _route(self, sender: Mailbox, raw: bytes, recipient: str, thread: str) -> None:
        account = self.find_account(recipient)
        if recipient in self.bouncing:
            report = mail.bounce(raw, recipient, sender.address, self.now())
            self._arrive(sender, report, ["UNREAD", "INBOX"], thread if self.bounce_in_thread else None)
        elif account is not None:
            self._arrive(account, raw, ["UNREAD", "INBOX"], None)
        else:
            delivery = Delivery(raw, self.now(), sender.address, recipient)
            self._outside.setdefault(recipient, []).append(delivery)

    def _arrive(self, state: Mailbox, raw: bytes, labels: list[str], thread: str | None) -> Message:
        if "Message-ID" not in mail.parse(raw):
            added = self.ids.message_id().replace("@mail.gmail.com", ".SMTPIN_ADDED_MISSING@mx.google.com")
            raw = mail.with_header(raw, "Message-ID", added)
        state.check_labels(labels)
        return state.add(raw, labels, self.now(), thread or state.thread_by_headers(raw))

    def between_read_and_removal(self) -> None:
        """Let two sends of one draft overlap when simultaneous sends double; tests may replace it."""
        time.sleep(self.send_gap)

    # What people and scripts do

    def delete_message(self, address: str, message_id: str) -> None:
        with self.coalesced(), self.lock:
            self._account(address).remove(message_id)

    def expire_history_before(self, history_id: int, address: str | None = None) -> None:
        """Forget older history of one mailbox, or of all: a list from an older id is answered 404."""
        with self.lock:
            for state in [self._account(address)] if address else list(self.accounts.values()):
                state.forget_history_before(history_id)

    def settle(self) -> None:
        """Let sent mail show whose time has come, and notify; call it when the clock has moved."""
        with self.coalesced(), self.lock:
            for state in self.accounts.values():
                state.settle(self.now())

    def units(self, address: str) -> int:
        return self._account(address).units

    def largest_minute(self, address: str) -> int:
        """Return the most units that a mailbox has spent in one minute of the domain's time."""
        return max(self._account(address).units_by_minute.values(), default=0)

    def check_quota(self, state: Mailbox) -> None:
        this_minute = state.units_by_minute[self.now().replace(second=0, microsecond=0)]
        for units, limit in ((state.units, self.quota_limit), (this_minute, self.minute_quota)):
            if limit is not None and units > limit:
                raise GmailError(403, "userRateLimitExceeded", "User Rate Limit Exceeded", retry_after=1)

    # Records and notifications

    def entry(self, method: str, account: str, caller: Caller) -> AccessEntry:
        with self.lock:
            seq = len(self.access_log) + 1
            entry = AccessEntry(
                seq, self.now(), account, method, caller.client, fields=caller.fields, batch=caller.batch
            )
            if not caller.by_hand:
                self.access_log.append(entry)
            return entry

    def note_request(self, account: str | None, request: str) -> int:
        with self.lock:
            self.request_log.append(RequestEntry(len(self.request_log) + 1, account, request))
            return len(self.request_log)

    @property
    def requests(self) -> int:
        """The number of HTTP requests so far; a batch is one."""
        return len(self.request_log)

    @contextmanager
    def coalesced(self) -> Iterator[None]:
        """Make one request of the calls inside: one notification for each mailbox that they change."""
        with self.notifier.coalescing(self._publish_changes):
            yield

    def _publish_changes(self) -> None:
        due: list[tuple[str, str, int]] = []
        with self.lock:
            for state in self.accounts.values():
                watch = state.active_watch(self.now())
                if state.changed and watch is not None and not self._too_soon(state.address):
                    due.append((watch.topic, state.address, state.history_id))
                state.changed = False
        for topic, address, history_id in due:
            self.notifier.notify(topic, address, history_id)

    def _too_soon(self, address: str) -> bool:
        """Say whether a notification is dropped, since the one before it is not a second old."""
        now, before = self.now(), self._notified.get(address)
        if self.one_notification_a_second and before is not None and now - before < timedelta(seconds=1):
            self.notifier.counts.lost += 1
            return True
        self._notified[address] = now
        return False
