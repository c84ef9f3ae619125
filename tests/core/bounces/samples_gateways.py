"""Hold sample bounces of gateways that keep to no format: forged senders, bare subjects, wrapped notices."""

from __future__ import annotations

from tests.core.bounces.writing import (
    ANN,
    FINAL,
    ORIGINAL,
    RETURNED,
    RFC822,
    Sample,
    parts,
    plain,
    said,
    status,
)

_INNER = parts(
    "Mail Delivery Subsystem <MAILER-DAEMON@inner.example.net>",
    "Returned mail: User unknown",
    said("The following addresses had permanent delivery errors.\n"),
    status(f"{FINAL}Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown"),
    RFC822,
).replace('"b"', '"inner"')

GATEWAYS = (
    Sample(
        "Apache James",
        plain(
            "post_master@example.net",
            "Re: A role",
            "Error: Invalid user address\n\nError message below:\n550 - Requested action not taken\n\n"
            f"Message details:\n  Subject: A role\n  MAIL FROM: rita@example.com\n  RCPT TO: {ANN}\n"
            "  Size (in bytes): 39\n",
            more=f"In-Reply-To: {ORIGINAL}\n",
        ),
        "hard",
        referenced=False,
    ),
    Sample(
        "InterScan, a subject that is not encoded",
        parts(
            "InterScan <postmaster@example.net>",
            "メッセージを配信できません。",
            said(f"Sent <<< RCPT TO:<{ANN}>\nReceived >>> 550 5.1.1 user unknown\n"),
            RFC822,
            kind="mixed",
        ).replace("Return-Path: <>", "Return-Path: <postmaster@example.net>"),
        "hard",
    ),
    Sample(
        "a carrier that answers as nobody",
        parts(
            "no-reply@example.net",
            "A message for you",
            said(f"     Could not be delivered to: <{ANN}>\n     As their mailbox is full.\n"),
            RFC822,
            kind="mixed",
        ).replace("Return-Path: <>\n", ""),
        "soft",
    ),
    Sample(
        "a gateway's notice around another's bounce",
        parts(
            "Mail Delivery Subsystem <MAILER-DAEMON@example.net>",
            "Returned mail: User unknown",
            said("----- The following addresses had permanent delivery errors -----\n"),
            f"message/rfc822\n\n{_INNER.replace('--b', '--inner')}",
            kind="mixed",
        ),
        "hard",
    ),
    Sample(
        "qmail, the returned mail's sender forged",
        plain(
            "MAILER-DAEMON@mx.example.net",
            "failure notice",
            f"Hi. This is the qmail-send program at mx.example.net.\n\n<{ANN}>:\n"
            "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n"
            f"\n{RETURNED.replace('rita@example.com', ANN)}",
        ),
        "hard",
    ),
    Sample(
        "Notes, too many hops",
        plain(
            "POSTMASTER@example.net",
            "Undeliverable message",
            "------- Failure Reasons --------\n\nMessage has exceeded maximum hop count\n"
            f"{ANN}\n\n------- Returned Message --------\n{RETURNED}",
        ),
        "soft",
    ),
    Sample(
        "Exim, refused at the connection",
        plain(
            "Mail Delivery System <Mailer-Daemon@mx.example.net>",
            "Mail delivery failed: returning message to sender",
            "This message was created automatically by mail delivery software.\n\n"
            f"The following address(es) failed:\n\n  {ANN}\n    host mail.example.org [192.0.2.7]\n"
            "    SMTP error from remote mail server after initial connection:\n    554 Not today\n\n"
            f"------ This is a copy of the message, including all the headers. ------\n\n{RETURNED}",
            more=f"Return-path: <>\nX-Failed-Recipients: {ANN}\n",
        ),
        "policy",
    ),
    Sample(
        "Gmail, a server out of reach",
        plain(
            "Mail Delivery Subsystem <mailer-daemon@mail.example.net>",
            "Delivery Status Notification (Failure)",
            f"Delivery to the following recipient failed permanently:\n\n     {ANN}\n\n"
            "Technical details of permanent failure:\nThe recipient server did not accept our requests to "
            "connect.\n[(0) example.org. [192.0.2.7]:25: socket error]\n\n----- Original message -----\n\n"
            f"{RETURNED}",
            more=f"X-Failed-Recipients: {ANN}\n",
        ),
        "soft",
    ),
)
