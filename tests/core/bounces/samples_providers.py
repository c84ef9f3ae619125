"""Hold sample bounces with a report, as the large providers write them."""

from __future__ import annotations

from tests.core.bounces.writing import (
    ANN,
    FINAL,
    HEADERS,
    RFC822,
    Sample,
    parts,
    said,
    status,
)

PROVIDERS = (
    Sample(
        "Gmail",
        parts(
            "Mail Delivery Subsystem <mailer-daemon@mail.example.net>",
            "Delivery Status Notification (Failure)",
            said(
                f"** Address not found **\n\nYour message wasn't delivered to {ANN} because it is unknown.\n"
            ),
            status(
                f"{FINAL}Action: failed\nStatus: 5.1.1\n"
                f"Diagnostic-Code: smtp; 550-5.1.1 No such account here."
            ),
            RFC822,
        ),
        "hard",
    ),
    Sample(
        "Gmail, domain",
        parts(
            "Mail Delivery Subsystem <mailer-daemon@mail.example.net>",
            "Delivery Status Notification (Failure)",
            said(f"Your message wasn't delivered to {ANN} because the domain couldn't be found.\n"),
            status(
                f"{FINAL}Action: failed\nStatus: 4.0.0\n"
                f"Diagnostic-Code: smtp; DNS Error: DNS type 'mx' lookup of"
                " example.org responded with code NXDOMAIN. Domain name not found: example.org"
            ),
            RFC822,
        ),
        "hard",
    ),
    Sample(
        "Gmail, delay",
        parts(
            "Mail Delivery Subsystem <mailer-daemon@mail.example.net>",
            "Delivery Status Notification (Delay)",
            said(
                f"** Delivery incomplete **\n\nThere was a temporary problem delivering to {ANN}. We"
                f" will retry for 45 hours."
            ),
            status(
                f"{FINAL}Action: delayed\nStatus: 4.4.1\n"
                f"Diagnostic-Code: smtp; The recipient server did not accept"
                " our requests to connect."
            ),
            RFC822,
        ),
        "soft",
    ),
    Sample(
        "Gmail, authentication",
        parts(
            "Mail Delivery Subsystem <mailer-daemon@mail.example.net>",
            "Delivery Status Notification (Failure)",
            said(f"** Message blocked **\n\nYour message to {ANN} has been blocked."),
            status(
                f"{FINAL}Action: failed\nStatus: 5.7.26\n"
                f"Diagnostic-Code: smtp; 550-5.7.26 This mail has been blocked"
                " because the sender is unauthenticated."
            ),
            RFC822,
        ),
        "policy",
    ),
    Sample(
        "Postfix",
        parts(
            "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
            "Undelivered Mail Returned to Sender",
            said(
                f"This is the mail system at host mx.example.net.\n"
                f"\nFor further assistance, please send mail to postmaster.\n"
                f"\n"
                f"<{ANN}>: host mail.example.org[192.0.2.7] said: 550 5.1.1 <{ANN}>:\n"
                f"    Recipient address rejected: User unknown\n"
            ),
            status(
                f"{FINAL}Original-Recipient: rfc822;{ANN}\n"
                f"Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; mail.example.org\n"
                f"Diagnostic-Code: smtp; 550 5.1.1 <{ANN}>: Recipient address\n"
                f"    rejected: User unknown in virtual mailbox table"
            ),
            RFC822,
        ),
        "hard",
    ),
    Sample(
        "Postfix, greylisted for good",
        parts(
            "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
            "Undelivered Mail Returned to Sender",
            status(
                f"{FINAL}Action: failed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to"
                " mail.example.org[192.0.2.7]:25: Connection timed out"
            ),
            HEADERS,
        ),
        "soft",
    ),
    Sample(
        "Sendmail",
        parts(
            "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
            "Returned mail: see transcript for details",
            said(
                f"The original message was received at Mon, 2 Mar 2026 09:00:00 GMT\n"
                f"\n   ----- The following addresses had permanent fatal errors -----\n"
                f"<{ANN}>\n    (reason: 552 5.2.2 Over quota)\n"
            ),
            status(
                f"Final-Recipient: RFC822; {ANN}\nAction: failed\n"
                f"Status: 5.2.2\nDiagnostic-Code: SMTP; 552 5.2.2 Over quota"
            ),
            RFC822,
        ),
        "soft",
    ),
    Sample(
        "Exchange 2019",
        parts(
            "<postmaster@example.net>",
            "Undeliverable: A role",
            said(
                f"Delivery has failed to these recipients or groups:\n"
                f"\nAnn Berger ({ANN})<mailto:{ANN}>\nThe e-mail address you entered couldn't be "
                f"found.\n"
            ),
            status(
                f"Final-Recipient: rfc822;{ANN}\nAction: failed\n"
                f"Status: 5.1.1\nDiagnostic-Code: smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not "
                f"found\nX-Display-Name: Ann Berger"
            ),
            RFC822,
        ),
        "hard",
    ),
    Sample(
        "Microsoft 365, directory block",
        parts(
            "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.com>",
            "Undeliverable: A role",
            "text/html; charset=utf-8\n\n<html><body><p>Your message to <b>ann.berger</b> couldn't "
            "be delivered.</p></body></html>\n",
            status(
                f"Final-Recipient: rfc822;{ANN}\nAction: failed\n"
                f"Status: 5.4.1\nDiagnostic-Code: smtp;550 5.4.1 Recipient address rejected: Access "
                f"denied. [made.up.example.com]"
            ),
            RFC822,
        ),
        "hard",
    ),
    Sample(
        "Microsoft 365, German",
        parts(
            "=?utf-8?q?Microsoft_Outlook?= <postmaster@example.net>",
            "=?utf-8?q?Nicht_zustellbar=3A_A_role?=",
            said("Ihre Nachricht an Ann konnte nicht zugestellt werden."),
            status(
                f"Final-Recipient: rfc822;{ANN}\nAction: failed\n"
                f"Status: 5.7.129\nDiagnostic-Code: smtp;550 5.7.129 "
                f"RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send to recipient"
            ),
            RFC822,
        ),
        "policy",
    ),
    Sample(
        "Yahoo",
        parts(
            "MAILER-DAEMON@mail.example.net",
            "Failure Notice",
            said(
                f"Sorry, we were unable to deliver your message to the following address.\n"
                f"\n<{ANN}>:\n554: delivery error: dd Not a valid recipient - mta1.mail.example.net"
                f"\n"
            ),
            RFC822,
            kind="mixed",
        ),
        "hard",
    ),
    Sample(
        "Amazon SES",
        parts(
            "MAILER-DAEMON@mail.example.net",
            "Delivery Status Notification (Failure)",
            said(f"An error occurred while trying to deliver the mail to the following recipients:\n{ANN}\n"),
            status(
                f"Final-Recipient: rfc822;{ANN}\nDiagnostic-Code: smtp; 550 5.7.1 Message contains "
                f"spam or virus or sender is blocked\nAction: failed\n"
                f"Status: 5.7.1"
            ),
            RFC822,
        ),
        "policy",
    ),
)
