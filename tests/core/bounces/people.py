"""Hold mail that is no bounce, written for the tests: people who talk about bounces, and other machines."""

from __future__ import annotations

from tests.core.bounces.samples import SAMPLES
from tests.core.bounces.writing import ANN, FINAL, HEADERS, RFC822, parts, plain, said, status

BOUNCE = next(sample.raw for sample in SAMPLES if sample.system == "Postfix")
#: As it stands inside another mail, whose own parts are set apart by "b".
ATTACHED = f"message/rfc822\n\n{BOUNCE}".replace('"b"', '"inner"').replace("--b", "--inner")
QUOTED = "".join(f"> {line}\n" for line in BOUNCE.splitlines())
PERSON = f"Ann Berger <{ANN}>"
OWN = "Return-Path: <ann.berger@example.org>\nIn-Reply-To: <made-up-1@mail.example.com>\n"
AUTO = "Return-Path: <>\nAuto-Submitted: auto-replied\n"

PEOPLE = {
    "says it bounced": plain(
        PERSON, "Re: A role", "Your mail bounced: undeliverable, user unknown.\nBest, Ann\n", more=OWN
    ),
    "quotes a bounce": plain(PERSON, "Re: A role", f"I got this, what does it mean?\n\n{QUOTED}", more=OWN),
    "pastes a bounce": plain(PERSON, "Re: A role", f"I got this:\n\n{BOUNCE}", more=OWN),
    "forwards a bounce as text": plain(
        PERSON, "WG: Undelivered Mail Returned to Sender", f"FYI\n\n{BOUNCE}", more=OWN
    ),
    "answers a bounce": plain(
        PERSON,
        "Re: Undelivered Mail Returned to Sender",
        "It works again.\n<ann@example.net>: was full\n",
        more=OWN,
    ),
    "forwards a bounce as attachment": parts(
        PERSON, "Fwd: A role", said("See attached."), ATTACHED, kind="mixed"
    ),
    "attaches a bounce to a new mail": parts(
        PERSON, "A mail that you sent", said("See attached."), ATTACHED, kind="mixed"
    ),
    "keeps the parts of a bounce": parts(
        PERSON,
        "Fwd: Undelivered Mail Returned to Sender",
        said("See below."),
        status(f"{FINAL}Action: failed\nStatus: 5.1.1\n"),
        RFC822,
        kind="mixed",
    ).replace("Return-Path: <>", "Return-Path: <ann.berger@example.org>"),
    "writes as postmaster": plain(
        "postmaster@example.org", "Re: A role", "Yes! Your mail could not be delivered before.\n", more=OWN
    ),
    "writes anew as admin": plain(
        "admin@example.org",
        "Your offer",
        f"Your mail could not be delivered to {ANN} last week; here I am.\n"
        f"\n-----Original Message-----\nTo: {ANN}\n",
        more=OWN,
    ),
    "has a mail problem as subject": plain(
        PERSON,
        "Delivery of your message",
        "I would like to talk. The address you wrote to is not the best.\n",
        more=OWN,
    ),
    "has the job of delivery": plain(
        PERSON, "Delivery report for the client", "I failed to send you my CV. Call me, please.\n", more=OWN
    ),
    "tells of a bounce in a new mail": plain(
        PERSON,
        "Message delivery failure",
        "My message to ben@example.net could not be delivered. Which address is right?\n",
        more="Return-Path: <ann.berger@example.org>\n",
    ),
    "pastes a bounce in a new mail": plain(
        PERSON,
        "Undeliverable",
        "I got this:\n\n-----Original Message-----\nFrom: Mail Delivery\nTo: Ann\nSubject: Undeliverable\n\n"
        "Your message did not reach the following recipient(s): ben@example.net\n",
        more="Return-Path: <ann.berger@example.org>\n",
    ),
    "is not named, and has no mailbox as subject": (
        f"Return-Path: <{ANN}>\nTo: rita@example.com\nSubject: Mail from an unknown user\n\nIt is me, Ann.\n"
    ),
    "forwards a bounce with the servers' words": plain(
        PERSON,
        "Re: A role",
        f"Error message below:\n550 no such user\n\n  MAIL FROM: rita@example.com\n  RCPT TO: {ANN}\n",
        more=OWN,
    ),
    "is named Bounce": plain("Ben Bounce <bounce@example.org>", "Re: A role", "Yes, please.\n", more=OWN),
}
MACHINES = {
    "vacation": plain(PERSON, "Automatic reply: A role", "I am out of the office until Monday.\n", more=AUTO),
    "vacation, German": plain(
        PERSON, "Abwesenheitsnotiz: A role", "Ihre E-Mail wird nicht weitergeleitet.\n", more=AUTO
    ),
    "has left": plain(
        PERSON,
        "Re: A role",
        f"Ann no longer works here and {ANN} is not monitored. Your message has not been delivered.\n"
        "Please contact ben@example.org.\n\n-----Original Message-----\nTo: Ann\n",
        more=AUTO,
    ),
    "old mailbox": plain(
        PERSON,
        "A role",
        f"{ANN} is no longer in use. The following address has to be used: a@example.org\n",
        more=AUTO,
    ),
    "vacation of a postmaster": plain(
        "Postmaster <postmaster@example.org>",
        "Automatic reply: A role",
        "The mailbox is not read.\n",
        more=AUTO,
    ),
    "success report": parts(
        "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
        "Successful Mail Delivery Report",
        said(f"Your message was successfully delivered to the destination(s) listed below.\n\n<{ANN}>: ok\n"),
        status(f"{FINAL}Action: delivered\nStatus: 2.1.5\n"),
        HEADERS,
    ),
    "relayed": parts(
        "postmaster@example.net",
        "Relayed: A role",
        said("Delivery to these recipients is complete, but no notification was sent.\n"),
        status(f"{FINAL}Action: relayed\nStatus: 2.0.0\n"),
    ),
    "success report under another subject": parts(
        "MAILER-DAEMON@mx.example.net",
        "Delivery report",
        said("This is a report of delivery."),
        status(f"{FINAL}Action: delivered\nStatus: 2.1.5\n"),
    ),
    "receipt under another subject": parts(
        "postmaster@example.org",
        "Message notification",
        said("Your message was displayed."),
        f"message/disposition-notification\n\n{FINAL}Disposition: automatic-action; displayed\n",
        kind="report; report-type=disposition-notification",
    ),
    "read receipt": parts(
        PERSON,
        "Read: A role",
        said("Your message was read."),
        f"message/disposition-notification\n\n{FINAL}Disposition: manual-action; displayed\n",
        kind="report; report-type=disposition-notification",
    ),
    "abuse report": parts(
        "feedback@example.net",
        "A report of abuse",
        said("This is an email abuse report."),
        "message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n",
        RFC822,
        kind="report; report-type=feedback-report",
    ),
    "moderation": plain(
        "people-bounces@example.org",
        "Your message to People awaits moderator approval",
        "Your mail is being held until the list moderator can review it.\n",
        more="Precedence: bulk\n",
    ),
    "ticket": plain(
        "noreply@example.org", "[#12] We got your message", "We will answer within a day.\n", more=AUTO
    ),
}
