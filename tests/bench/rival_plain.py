"""Be what a team would otherwise write: a plain worker over Google's client, as a good tutorial has it.

It polls every mailbox, fetches each new mail in full, finds answers by thread id or In-Reply-To, and sends
what is due with the client's own retries. State lies in SQLite: what is marked as sent is not sent again, a
mail that was seen is not looked at twice, the history id is saved once all of a poll is worked off, and one
that has expired is answered by a full listing, as Google's guide to synchronising says. No straw man: see
rival.py for the contest.
"""

from __future__ import annotations

import base64
import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from googleapiclient.errors import HttpError

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())

#: How often the client tries a call again by itself: after a 5xx, a 429, and when the connection breaks.
RETRIES = 3
#: How far back a full listing goes when the history has expired.
SYNC_BACK = timedelta(days=7)

SCHEMA = """
create table if not exists mailboxes (address text primary key, history_id text);
create table if not exists candidates (
    address text primary key, mailbox text, name text, thread text, subject text, answered integer default 0
);
create table if not exists steps (
    candidate text, step text, due real, text text, sent integer default 0, message_id text,
    primary key (candidate, step)
);
create table if not exists seen (mailbox text, id text, primary key (mailbox, id));
create table if not exists answers (mailbox text, id text, candidate text, payload text);
"""


@dataclass(frozen=True)
class Due:
    """A step that is due."""

    candidate: str
    mailbox: str
    name: str
    thread: str | None
    subject: str
    step: str
    text: str


class PlainWorker:
    """Poll and send, round after round."""

    def __init__(
        self,
        database: Path,
        gmail: Callable[[str], Any],
        now: Callable[[], datetime],
        after_send: Callable[[str, str], None],
    ) -> None:
        """``gmail`` returns Google's ``users()`` of a mailbox; ``after_send`` is where a process may die."""
        self.db = sqlite3.connect(database)
        self.db.executescript(SCHEMA)
        self.gmail, self.now, self.after_send = gmail, now, after_send

    # Set up

    def add_mailbox(self, address: str) -> None:
        profile = self.gmail(address).getProfile(userId="me").execute(num_retries=RETRIES)
        with self.db:
            self.db.execute("insert into mailboxes values (?, ?)", (address, str(profile["historyId"])))

    def enroll(
        self, mailbox: str, address: str, name: str, subject: str, steps: list[tuple[str, str, datetime]]
    ) -> None:
        with self.db:
            self.db.execute(
                "insert into candidates (address, mailbox, name, subject) values (?, ?, ?, ?)",
                (address, mailbox, name, subject),
            )
            self.db.executemany(
                "insert into steps (candidate, step, text, due) values (?, ?, ?, ?)",
                [(address, step, text, due.timestamp()) for step, text, due in steps],
            )

    # One round

    def run_once(self) -> None:
        """Look into every mailbox, then send what is due; what fails comes again with the next round."""
        for address, history_id in self.db.execute("select * from mailboxes").fetchall():
            try:
                self.poll(address, history_id)
            except (HttpError, OSError):
                log.exception("poll failed")
        for due in self.due():
            try:
                self.send(due)
            except (HttpError, OSError):
                log.exception("send failed")

    def poll(self, mailbox: str, history_id: str) -> None:
        users = self.gmail(mailbox)
        try:
            ids, newest = self.new_ids(users, history_id)
        except HttpError as error:
            if error.resp.status != 404:
                raise
            ids, newest = self.all_ids(users)
        for id_ in ids:
            if self.db.execute("select 1 from seen where mailbox = ? and id = ?", (mailbox, id_)).fetchone():
                continue
            self.read(mailbox, id_, users)
        if newest != history_id:
            with self.db:
                self.db.execute("update mailboxes set history_id = ? where address = ?", (newest, mailbox))

    def new_ids(self, users: Any, history_id: str) -> tuple[list[str], str]:
        """Return the ids of what came in since a history id, and the newest one."""
        ids: list[str] = []
        request = users.history().list(userId="me", startHistoryId=history_id, historyTypes="messageAdded")
        newest = history_id
        while request is not None:
            page = request.execute(num_retries=RETRIES)
            newest = str(page["historyId"])
            for record in page.get("history", []):
                mails = [added["message"] for added in record.get("messagesAdded", [])]
                ids += [one["id"] for one in mails if not {"SENT", "DRAFT"} & set(one.get("labelIds", []))]
            request = users.history().list_next(request, page)
        return ids, newest

    def all_ids(self, users: Any) -> tuple[list[str], str]:
        """Return the ids of all mail of the last days, and the history id from which to go on."""
        newest = str(users.getProfile(userId="me").execute(num_retries=RETRIES)["historyId"])
        since = int((self.now() - SYNC_BACK).timestamp())
        ids: list[str] = []
        request = users.messages().list(userId="me", q=f"after:{since} -in:sent")
        while request is not None:
            page = request.execute(num_retries=RETRIES)
            ids += [one["id"] for one in page.get("messages", [])]
            request = users.messages().list_next(request, page)
        return ids, newest

    def read(self, mailbox: str, id_: str, users: Any) -> None:
        """Fetch a mail, and note it as an answer if it is one."""
        try:
            mail = users.messages().get(userId="me", id=id_, format="full").execute(num_retries=RETRIES)
        except HttpError as error:
            if error.resp.status != 404:
                raise
            return
        candidate = self.candidate_of(mailbox, mail)
        with self.db:
            self.db.execute("insert or ignore into seen values (?, ?)", (mailbox, id_))
            if candidate is not None:
                self.db.execute("update candidates set answered = 1 where address = ?", (candidate,))
                self.db.execute(
                    "insert into answers values (?, ?, ?, ?)",
                    (mailbox, id_, candidate, json.dumps(mail["payload"])),
                )

    def candidate_of(self, mailbox: str, mail: dict[str, Any]) -> str | None:
        found = self.db.execute(
            "select address from candidates where mailbox = ? and thread = ?", (mailbox, mail["threadId"])
        ).fetchone()
        if found is None and (about := header(mail, "In-Reply-To")):
            found = self.db.execute("select candidate from steps where message_id = ?", (about,)).fetchone()
        return found[0] if found else None

    # Sending

    def due(self) -> list[Due]:
        """Return what is due, a candidate's next step only."""
        rows = self.db.execute(
            "select c.address, c.mailbox, c.name, c.thread, c.subject, s.step, s.text, min(s.due)"
            " from candidates c join steps s on s.candidate = c.address"
            " where c.answered = 0 and s.sent = 0 group by c.address having min(s.due) <= ? order by s.due",
            (self.now().timestamp(),),
        )
        return [Due(*row[:7]) for row in rows.fetchall()]

    def send(self, due: Due) -> None:
        users = self.gmail(due.mailbox)
        body = {"raw": base64.urlsafe_b64encode(bytes(self.written(due))).decode()}
        if due.thread is not None:
            body["threadId"] = due.thread
        sent = users.messages().send(userId="me", body=body).execute(num_retries=RETRIES)
        self.after_send(due.candidate, due.step)
        with self.db:
            self.db.execute(
                "update candidates set thread = ? where address = ?", (sent["threadId"], due.candidate)
            )
            self.db.execute(
                "update steps set sent = 1 where candidate = ? and step = ?", (due.candidate, due.step)
            )
        # Gmail replaces the Message-ID, and the next step has to name it.
        mail = (
            users.messages()
            .get(userId="me", id=sent["id"], format="metadata", metadataHeaders="Message-ID")
            .execute(num_retries=RETRIES)
        )
        with self.db:
            self.db.execute(
                "update steps set message_id = ? where candidate = ? and step = ?",
                (header(mail, "Message-ID"), due.candidate, due.step),
            )

    def written(self, due: Due) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = due.mailbox, due.candidate
        before = [
            row[0]
            for row in self.db.execute(
                "select message_id from steps where candidate = ? and message_id is not null order by due",
                (due.candidate,),
            )
        ]
        mail["Subject"] = f"Re: {due.subject}" if due.thread else due.subject
        if before:
            mail["In-Reply-To"], mail["References"] = before[-1], " ".join(before)
        mail.set_content(due.text.format(name=due.name))
        return mail


def header(mail: dict[str, Any], name: str) -> str:
    """Return a header of a mail as Gmail gives it, "" when there is none."""
    pairs = mail["payload"].get("headers", [])
    return next((pair["value"] for pair in pairs if pair["name"].lower() == name.lower()), "")
