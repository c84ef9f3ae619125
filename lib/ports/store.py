"""Own what the flows find in the store."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeVar

from lib.ports.changing import Changing

if TYPE_CHECKING:
    # Named in signatures alone: a page that stores nothing starts without them.
    from lib.core.keys import Key
    from lib.core.records import (
        AuditEntry,
        Campaign,
        Enrollment,
        Erasure,
        Inbox,
        Interest,
        Mailbox,
        Org,
        OutgoingEvent,
        Pending,
        Reads,
        Record,
        Reply,
        ReplyKind,
        Status,
        Suppression,
    )

R = TypeVar("R", bound="Record")

#: Whose campaigns are listed: a user's own, those that go out from a mailbox, all of the org.
Whose = Literal["author", "mailbox", "org"]
#: What figures are of: a campaign, all campaigns of a mailbox, all of the org.
Counted = Literal["campaign", "mailbox", "org"]
#: How many records ``all_held`` finds with one call.
HELD_PAGE = 200


class Store(Changing):
    """Keep the records; one suite in tests/contract holds every implementation to the same behaviour."""

    @abstractmethod
    def due_enrollments(self, now: datetime, limit: int) -> list[Enrollment]:
        """Return enrollments of all orgs with ``wake_at <= now``, the earliest first."""

    @abstractmethod
    def due_inboxes(self, now: datetime, limit: int) -> list[Inbox]:
        """Return connected inboxes with ``renew_at <= now`` or ``look_at <= now``, without doubles."""

    @abstractmethod
    def due_departures(self, now: datetime, limit: int) -> list[Inbox]:
        """Return inboxes with ``leaving_at <= now``, the earliest first."""

    @abstractmethod
    def due_erasures(self, now: datetime, limit: int) -> list[Erasure]:
        """Return erasures of all orgs with ``wake_at <= now``, the earliest first."""

    @abstractmethod
    def due_orgs(self, now: datetime, limit: int) -> list[Org]:
        """Return orgs with ``sweep_at <= now``, the earliest first."""

    @abstractmethod
    def due_events(self, now: datetime, limit: int) -> list[OutgoingEvent]:
        """Return events of all orgs with ``wake_at <= now``, the earliest first."""

    @abstractmethod
    def events(self, org: str, since: datetime, limit: int) -> list[OutgoingEvent]:
        """Return the org's events from a time on, the oldest first."""

    @abstractmethod
    def due_campaigns(self, now: datetime, limit: int) -> list[Campaign]:
        """Return campaigns of all orgs with ``wake_at <= now``, the earliest first."""

    @abstractmethod
    def enrollments(self, org: str, campaign: str, *, after: str = "", limit: int) -> list[Enrollment]:
        """Return a campaign's enrollments by id, from behind the id ``after``."""

    @abstractmethod
    def enrollments_in(
        self, org: str, campaign: str, status: Status, limit: int, *, after: str = ""
    ) -> list[Enrollment]:
        """Return those of a campaign's enrollments that are in a status, by id, from behind ``after``."""

    @abstractmethod
    def enrollments_to_plan(self, org: str, campaign: str, plan: int, limit: int) -> list[Enrollment]:
        """Return waiting enrollments of a campaign planned for less than ``plan``, by plan and due time."""

    @abstractmethod
    def has_open_send(self, org: str, mailbox: str) -> bool:
        """Say whether an enrollment of the mailbox is ``open``."""

    @abstractmethod
    def open_enrollments(self, org: str, mailbox: str, limit: int) -> list[Enrollment]:
        """Return those of a mailbox's enrollments that are ``open``, by id."""

    @abstractmethod
    def held(
        self,
        kind: type[R],
        org: str,
        *,
        of: str = "",
        where: tuple[str, str] | None = None,
        after: str = "",
        limit: int,
    ) -> list[tuple[Key[R], R]]:
        """Return the org's records of a kind with their keys, by name, from behind the name ``after``.

        of: the mailbox or campaign whose records they are, for kinds that lie below one. where: a field and
        what it equals, or, of a field that holds several, what is among them. For erasure and export.
        """

    def all_held(
        self,
        kind: type[R],
        org: str,
        *,
        of: str = "",
        where: tuple[str, str] | None = None,
        after: str = "",
    ) -> Iterator[tuple[Key[R], R]]:
        """Yield all that ``held`` finds, page by page; for what is not deleted meanwhile."""
        while True:
            found = self.held(kind, org, of=of, where=where, after=after, limit=HELD_PAGE)
            yield from found
            if len(found) < HELD_PAGE:
                return
            after = found[-1][0].path.rpartition("/")[2]

    @abstractmethod
    def fading_replies(self, org: str, before: datetime, limit: int) -> list[Reply]:
        """Return the org's answers received before a time that have not faded, the oldest first."""

    @abstractmethod
    def audit(self, org: str, *, mailbox: str = "", before: str = "", limit: int) -> list[AuditEntry]:
        """Return entries of the org's audit, or those of one mailbox, the latest first.

        before: only those older than the entry of this id.
        """

    @abstractmethod
    def pending(self, org: str, mailbox: str, limit: int) -> list[Pending]:
        """Return a mailbox's mails that wait to be looked up again, the oldest first; not the parked ones."""

    @abstractmethod
    def parked(self, org: str, mailbox: str, limit: int) -> list[Pending]:
        """Return a mailbox's mails that could not be worked off and are shown, the oldest first."""

    @abstractmethod
    def reads(self, org: str, mailbox: str, *, after: int, limit: int) -> list[Reads]:
        """Return a mailbox's chained reads by number, from behind the number ``after``."""

    @abstractmethod
    def unchained_reads(self, org: str, mailbox: str, limit: int) -> list[Reads]:
        """Return a mailbox's reads that are not chained yet, the oldest first."""

    @abstractmethod
    def suppressions(self, org: str, *, after: str = "", limit: int) -> list[Suppression]:
        """Return the org's suppressed addresses by contact id, from behind the id ``after``."""

    @abstractmethod
    def mailboxes(self, org: str) -> list[Mailbox]:
        """Return the org's mailboxes, by address."""

    @abstractmethod
    def campaigns(
        self, org: str, whose: Whose, id_: str = "", *, behind: tuple[datetime, str] | None = None, limit: int
    ) -> list[Campaign]:
        """Return campaigns of an author, of a mailbox or of the org, the latest accepted first.

        behind: time of acceptance and id of the campaign that the list goes on behind; it need not exist.
        """

    @abstractmethod
    def replies(
        self,
        org: str,
        campaign: str,
        limit: int,
        *,
        kind: ReplyKind | None = None,
        interest: Interest | None = None,
        behind: tuple[datetime, str] | None = None,
    ) -> list[Reply]:
        """Return a campaign's answers, the latest first: all, or those of a kind, or marked so.

        behind: time and id of the answer that the list goes on behind; it need not exist.
        """

    @abstractmethod
    def figures(self, org: str, campaign: str) -> Mapping[str, int]:
        """Count a campaign exactly, without reading its enrollments.

        One entry for each Status value, and ``candidates``, ``sent`` (sum of sent_count), ``auto_replies``,
        and for each Interest value those who answered and are marked so.
        """

    @abstractmethod
    def variant_figures(
        self, org: str, campaign: str, variants: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
        """Count by step id and variant id: ``sent``, and of those ``replied`` and ``interested``.

        ``variants``: the variant ids of each step id that is to be counted. ``replied`` counts those whose
        last mail before the answer was of this step.
        """

    @abstractmethod
    def tally(self, org: str, of: Counted, id_: str = "") -> Mapping[str, int]:
        """Count a campaign, a mailbox's campaigns or the org's: what ``figures`` does, and some more.

        ``reached``: those to whom any mail went out; ``answered``: those who answered a mail in person,
        whatever came of it later; ``bounced_unreached``: those who are bounced, but not by a mail of these.
        """

    @abstractmethod
    def hour_figures(self, org: str, of: Counted, id_: str = "") -> Mapping[str, Mapping[int, int]]:
        """Count by hour of the candidates' week (0: Monday from midnight), hours without any left out.

        ``sent``: mails; ``answered``: those who answered in person.
        """

    @abstractmethod
    def median_answer(self, org: str, of: Counted, id_: str = "") -> timedelta | None:
        """Return the median time from a mail to its answer in person, exact to half a second; None: none."""

    @abstractmethod
    def progress(self, org: str, campaigns: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Count several campaigns, by their ids: ``sent``, ``waiting``, ``answered`` as ``tally`` does."""

    @abstractmethod
    def sent_days(self, org: str, campaign: str, days: Sequence[str]) -> Mapping[str, int]:
        """Count a campaign's mails by the day of the slot ledger on which they went out; 0 is left out."""

    @abstractmethod
    def answers_between(self, org: str, campaign: str, bounds: Sequence[datetime]) -> Sequence[int]:
        """Count a campaign's answers in person from each of these moments to the one after it."""
