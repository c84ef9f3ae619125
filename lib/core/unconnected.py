"""Own the ways in which connecting ends without a mailbox: what a person is told, and how they go on.

Invariant: every ending says what happened, that nothing was connected (or where to look), and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lib.core.errors import Permanent

if TYPE_CHECKING:
    from lib.core.records import Connection

Why = Literal[
    "forged_ticket",
    "old_ticket",
    "unknown_state",
    "replayed",
    "other_browser",
    "late",
    "denied",
    "admin_block",
    "refused_request",
    "used_code",
    "unticked",
    "no_lasting_access",
    "access_gone",
    "no_gmail",
    "gmail_off",
    "not_set_up",
    "gmail_refuses",
    "other_account",
    "elsewhere",
    "taken",
    "leaving",
    "erasing",
    "silent",
    "unsure",
    "no_invitation",
    "old_invitation",
    "used_invitation",
]

#: again: nothing was connected, start anew. later: the same, when what the page names is done. look: it may
#: have been connected. ask: nothing was, and only somebody else can help. done: there is nothing to do.
Way = Literal["again", "later", "look", "ask", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Hold what a page says. status: of HTTP. way: how it goes on, by the last paragraph.

    says: its paragraphs before that, a line each.
    """

    title: str
    says: str
    status: int = 422
    way: Way = "again"


ENDINGS: Mapping[Why, Ending] = {
    "forged_ticket": Ending(
        title="This link is not complete",
        says="It is not one of ours, or a part of it is missing.",
    ),
    "old_ticket": Ending(
        title="This link is too old",
        says="For your safety it is good for five minutes only.",
    ),
    "unknown_state": Ending(
        title="We did not ask for this",
        says="What came back from Google does not belong to a request of ours.",
    ),
    "replayed": Ending(
        title="This step was done before",
        says=("Google's answer was used before; perhaps the page was loaded twice."),
        way="look",
    ),
    "other_browser": Ending(
        title="Please go on in the browser you began in",
        says=(
            "This was begun in another browser or tab, or yours keeps no cookies. Please allow cookies for "
            "this site, and do all steps in one browser."
        ),
    ),
    "late": Ending(
        title="That took too long",
        says="For your safety a request to Google is good for fifteen minutes only.",
    ),
    "denied": Ending(
        title="You did not give access",
        says=(
            "Access was not given at Google: that is your decision. Should you change your mind, choose "
            "“Allow” there."
        ),
        status=403,
    ),
    "admin_block": Ending(
        title="Your administrator does not allow this app",
        says=(
            "Your Google Workspace administrator has blocked it, or has not allowed it yet. Please ask them "
            "to trust the app in the Admin console, under “Security”, “API controls”."
        ),
        status=403,
        way="later",
    ),
    "refused_request": Ending(
        title="Google refused the request",
        says="Your Google Workspace administrator may have to allow this app. Please tell them.",
        status=403,
        way="later",
    ),
    "used_code": Ending(
        title="Google no longer knows this consent",
        says="It is used up, or too old.",
    ),
    "unticked": Ending(
        title="A permission is missing",
        says=(
            "Not all the permissions that were asked for were ticked. To send your campaigns and find the "
            "answers to them, all are needed. At Google, please tick every box."
        ),
    ),
    "no_lasting_access": Ending(
        title="Google gave no lasting permission",
        says=(
            "Mails go out and answers come in while you are away, which needs a lasting permission. "
            "Google gave none this time."
        ),
    ),
    "access_gone": Ending(
        title="The permission is gone already",
        says="Google takes it for withdrawn. If you have just disconnected this mailbox, wait a minute.",
    ),
    "no_gmail": Ending(
        title="This Google account has no Gmail",
        says=(
            "Please choose an account with Gmail. If yours should have it, ask your Google Workspace "
            "administrator to turn Gmail on for you."
        ),
        way="later",
    ),
    "gmail_off": Ending(
        title="The Gmail API is turned off",
        says=(
            "The Gmail API is not turned on in the Google Cloud project that Outreach runs in. It is no "
            "fault of your account. Please tell whoever runs Outreach in your company."
        ),
        status=503,
        way="later",
    ),
    "not_set_up": Ending(
        title="Outreach is not set up completely",
        says=(
            "Google does not accept what this app asks for. It is no fault of your account. Please tell "
            "whoever runs Outreach in your company."
        ),
        status=503,
        way="later",
    ),
    "gmail_refuses": Ending(
        title="Gmail does not let this app in",
        says=(
            "Gmail gives no reason for it. Please ask your Google Workspace administrator whether Gmail is "
            "turned on for you, and whether this app is allowed."
        ),
        status=403,
        way="later",
    ),
    "other_account": Ending(
        title="That is another account",
        says=(
            "The Google account you chose has another main address than the mailbox that was asked for. At "
            "Google, please choose the account of that mailbox.\n"
            "An alias or a group has no mailbox of its own. If the address you gave is one, give the "
            "account's main address instead, as Gmail shows it."
        ),
    ),
    "elsewhere": Ending(
        title="This mailbox is connected elsewhere",
        says=(
            "It is connected in another organisation, and can be in one only. Please have it disconnected "
            "and erased there first."
        ),
        status=409,
        way="later",
    ),
    "taken": Ending(
        title="This address was another account's",
        says=(
            "Another Google account is still connected under it. Please have that mailbox disconnected "
            "first, by its owner or an admin of your organisation."
        ),
        status=409,
    ),
    "leaving": Ending(
        title="This mailbox is just being disconnected",
        says="That takes a few minutes, and takes every permission back. Please wait until it is done.",
        status=409,
        way="later",
    ),
    "erasing": Ending(
        title="This mailbox is being erased",
        says=(
            "What is held of it, or of your organisation, is being erased. Afterwards the mailbox can "
            "be connected anew."
        ),
        status=409,
    ),
    "silent": Ending(
        title="Google does not answer",
        says="Google did not answer, or asks us to slow down. Please wait a moment.",
        status=503,
    ),
    "unsure": Ending(
        title="We could not save this",
        says=("Something on our side does not answer. Please wait a moment."),
        status=503,
        way="look",
    ),
    "no_invitation": Ending(
        title="There is no such invitation",
        says=(
            "The link is not complete, or the invitation was withdrawn. Please copy the whole link, or ask "
            "the person who invited you for a new one."
        ),
        status=404,
        way="ask",
    ),
    "old_invitation": Ending(
        title="This invitation is too old",
        says="It was good for seven days. Please ask the person who invited you for a new one.",
        way="ask",
    ),
    "used_invitation": Ending(
        title="This invitation was used before",
        says=(
            "Your mailbox was connected with it. If that was not you, please tell the person who invited you."
        ),
        status=409,
        way="done",
    ),
}

#: Which of them the operator hears of: people cannot mend them.
_ALERTS: Mapping[Why, str] = {
    "admin_block": "admin_block",
    "gmail_off": "not_set_up",
    "not_set_up": "not_set_up",
}
NOTHING = "Nothing was connected."
#: The last paragraph: for who came from the web app, and for who was invited.
_WAYS: Mapping[Way, tuple[str, str]] = {
    "again": (
        f"{NOTHING} Please start again from the web app.",
        f"{NOTHING} To try again, open the link in your invitation once more.",
    ),
    "later": (
        f"{NOTHING} When that is done, please start again from the web app.",
        f"{NOTHING} When that is done, open the link in your invitation once more.",
    ),
    "look": (
        "Please look in the web app whether the mailbox is connected. If it is not, start again there.",
        "Please open the link in your invitation again: it says whether your mailbox is connected.",
    ),
    "ask": (NOTHING, NOTHING),
    "done": ("", ""),
}


class NotConnected(Permanent):
    """End a connecting; the page has a title, paragraphs, and a link ``back`` to the web app where known."""

    slug = "not-connected"

    def __init__(self, why: Why, connection: Connection | None = None) -> None:
        """Keep why; ``connection`` tells where the browser came from."""
        ending = ENDINGS[why]
        super().__init__(ending.title)
        self.why: Why = why
        self.title = ending.title
        self.status = ending.status
        self.alert = _ALERTS.get(why, "")
        invited = connection is not None and bool(connection.invitation)
        # Who was invited need not have an account of the web app.
        self.back = connection.return_url if connection is not None and not invited else ""
        self.paragraphs = [*ending.says.splitlines(), *_WAYS[ending.way][invited].splitlines()]
