"""Hold sample bounces with a report, as mail servers and gateways write them."""

from __future__ import annotations

from tests.core.bounces.writing import (
    ANN,
    FINAL,
    HEADERS,
    ORIGINAL,
    RFC822,
    Sample,
    parts,
    said,
    status,
)

SERVERS = (
    Sample(
        "PowerMTA, without a type",
        parts(
            "postmaster@example.net",
            "Delivery report",
            said(
                f"Hello, this is the mail server on mx.example.net.\n"
                f"\n<{ANN}>; Failed; 5.1.2 (bad destination system)\n"
            ),
            status(
                f"Original-Recipient: rfc822;{ANN}\nFinal-Recipient: rfc822;{ANN}\n"
                f"Action: failed\nStatus: 5.1.2 (bad destination system: no such domain)"
            ),
            HEADERS,
            kind="report",
        ),
        "hard",
    ),
    Sample(
        "Sun Messaging Server",
        parts(
            "Internet Mail Delivery <postmaster@example.net>",
            "Delivery Notification: Delivery has failed",
            said(
                f"This report relates to a message you sent with the following header fields:\n"
                f"\n  Message-id: {ORIGINAL}\n  From: Rita <rita@example.com>\n"
                f"  To: {ANN}\n\nYour message cannot be delivered to the following recipients:\n"
                f"\n  Recipient address: {ANN}\n  Reason: Remote SMTP server has rejected address\n"
            ),
            status(
                f"Original-recipient: rfc822;{ANN}\nFinal-recipient: rfc822;{ANN}\n"
                f"Action: failed\nStatus: 5.1.1 (Remote SMTP server has rejected address)\n"
                f"Diagnostic-code: smtp;550 5.1.1 unknown or illegal user"
            ),
            RFC822,
        ),
        "hard",
    ),
    Sample(
        "X.400 gateway",
        parts(
            "postmaster@example.net",
            f"Delivery Report (failure) for {ANN}",
            said(
                f"Your message was not delivered to:\n  {ANN}\n"
                f"for the following reason:\n  Diagnostic was Unrecognised OR-name\n"
            ),
            status(
                f"Original-Recipient: rfc822; {ANN}\nFinal-Recipient: x400; "
                f"/S=berger/G=ann/PRMD=example/C=GB/\nAction: failed\n"
                f"Status: 5.1.1\nDiagnostic-Code: x400; Unrecognised OR-name"
            ),
            RFC822,
        ),
        "hard",
    ),
    Sample(
        "TeamWARE, words in the action",
        parts(
            "Mail Delivery Subsystem <mailer-daemon@example.net>",
            "Delivery Report",
            status(
                f"Original-Recipient: rfc822;{ANN}\nFinal-Recipient: rfc822;{ANN}\n"
                f"Action: failed (Bad destination mailbox address)\n"
                f"Status: 5.1.1"
            ),
            RFC822,
        ),
        "hard",
    ),
    Sample(
        "OpenSMTPD",
        parts(
            "Mailer Daemon <MAILER-DAEMON@mx.example.net>",
            "Delivery status notification: error",
            said(
                f"    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n"
                f"\n    An error has occurred while attempting to deliver a message for\n"
                f"    the following list of recipients:\n"
                f"\n{ANN}: 550 5.2.1 The email account that you tried to reach is disabled.\n"
                f"\n    Below is a copy of the original message:\n"
            ),
            RFC822,
            kind="mixed",
        ),
        "hard",
    ),
    Sample(
        "a gateway that makes text of the report",
        parts(
            "Postmaster <postmaster@example.net>",
            "Undeliverable",
            said("Your message was not delivered."),
            f'text/plain; name="details.txt"\n\nReporting-MTA: dns; mx.example.net\n\n'
            f"{FINAL}Action: failed\nStatus: 5.1.1\n",
            RFC822,
            kind="mixed",
        ),
        "hard",
    ),
    Sample(
        "FortiMail",
        parts(
            '"Mail Delivery Subsystem" <postmaster@example.net>',
            "Returned mail: see transcript for details",
            said("   ----- The following addresses had permanent delivery errors -----\n"),
            status(
                f"{FINAL}Action: failed\nStatus: 5.0.0\n"
                f"Diagnostic-Code: smtp; 554 5.7.1 This message has been blocked because it contains"
                f" a banned word"
            ),
            HEADERS,
        ),
        "policy",
    ),
    Sample(
        "Dovecot, a receipt that refuses",
        parts(
            "Mail Delivery Subsystem <postmaster@mx.example.net>",
            "Rejected: A role",
            said(
                f"Your message to <{ANN}> was automatically rejected:\n"
                "Mailbox is full / Blocks limit exceeded"
            ),
            f"message/disposition-notification\n\n{FINAL}"
            "Disposition: automatic-action/MDN-sent-automatically; deleted\n",
            RFC822,
            kind="report; report-type=disposition-notification",
        ),
        "soft",
    ),
)
