"""Hold sample bounces without a report, of providers, filters and in other languages."""

from __future__ import annotations

from tests.core.bounces.writing import (
    ANN,
    RETURNED,
    RFC822,
    Sample,
    parts,
    plain,
    said,
)

MORE_WORDS = (
    Sample(
        "QQ",
        plain(
            "postmaster@example.net",
            "=?utf-8?b?57O757uf6YCA5L+h?=",
            f"抱歉，您的邮件被退回来了……\n\n收件人邮件地址：{ANN}\n退信原因：收件人邮箱不存在。\n",  # noqa: RUF001 - as such servers write
        ),
        "hard",
        referenced=False,
    ),
    Sample(
        "web.de",
        plain(
            "mailer-daemon@example.net",
            "Mail delivery failed: returning message to sender",
            f"Leider konnte Ihre Nachricht nicht zugestellt werden:\n"
            f"\n{ANN}:\nSMTP error from remote server: mailbox full, quota exceeded\n"
            f"\n--- The header of the original message is following. ---\n"
            f"\n{RETURNED}",
        ),
        "soft",
    ),
    Sample(
        "Courier",
        parts(
            '"Courier mail server at mx.example.net" <@mx.example.net>',
            "NOTICE: mail delivery status.",
            said(
                f"UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be "
                f"delivered:\n\n<{ANN}>:\n    mail.example.org [192.0.2.7]:\n"
                f"<<< 550 User unknown.\n"
            ),
            "text/plain\n\nArrival-Date: Mon, 2 Mar 2026 09:00:00\n",
            RFC822,
        ),
        "hard",
    ),
    Sample(
        "Kerio",
        plain(
            '"Mail Delivery Subsystem" <postmaster@example.net>',
            "Undeliverable mail",
            f"Your message could not be delivered to the following recipient:\n"
            f"\n{ANN}\n\nReason: 550 5.1.1 User unknown\n",
        ),
        "hard",
        referenced=False,
    ),
    Sample(
        "Mimecast",
        plain(
            "Postmaster <postmaster@example.net>",
            "[Postmaster] Email Delivery Failure",
            f"This is a delivery failure notification message indicating that an email you addressed"
            f" to email address :\n-- {ANN}\n\ncould not be delivered. The problem appears to be :\n"
            f"-- Recipient email server rejected the message\n"
            f"\nAdditional information follows :\n-- 550 Rejected by header based policy\n",
        ),
        "policy",
        referenced=False,
    ),
    Sample(
        "Barracuda",
        plain(
            "Mail Delivery System <MAILER-DAEMON@mx.example.net>",
            "**Message you sent blocked by our bulk email filter**",
            f"Your message to: {ANN}\nwas blocked by our Spam Firewall. The email you sent with the "
            f"following subject has NOT BEEN DELIVERED:\n"
            f"\nSubject: A role\n",
        ),
        "policy",
        referenced=False,
    ),
    Sample(
        "Zoho",
        plain(
            "mailer-daemon@mail.example.net",
            "Undelivered Mail Returned to Sender",
            f"This message was created automatically by mail delivery software.\n"
            f" A message that you sent could not be delivered to one or more of its recipients. This"
            f" is a permanent error.\n\n{ANN} Unable to send through mail.example.org. 550 5.1.1 "
            f"user does not exist ERROR_CODE :550\n",
        ),
        "hard",
        referenced=False,
    ),
    Sample(
        "CommuniGate",
        parts(
            "<MAILER-DAEMON@mx.example.net>",
            "Undeliverable mail",
            said(
                f"Failed to deliver to '{ANN}'\nSMTP module(domain example.org) reports:\n"
                f" host name is unknown\n"
            ),
            RFC822,
            kind="report; report-type=delivery-status",
        ),
        "hard",
    ),
    Sample(
        "IceWarp",
        plain(
            '"Mailer-Daemon" <postmaster@example.net>',
            "Delivery failure",
            f"Could not deliver message to the following recipient(s):\n"
            f"\nFailed Recipient: {ANN}\nReason: Remote host said: 550 5.1.1 User unknown\n",
        ),
        "hard",
        referenced=False,
    ),
    Sample(
        "a Japanese provider",
        plain(
            "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
            "=?utf-8?b?44Oh44O844Or44GM6YWN5L+h44Gn44GN44G+44Gb44KT?=",
            f"次の宛先にメールを配信できませんでした。\n\n<{ANN}>\nメールアドレスが存在しません。\n",
        ),
        "hard",
        referenced=False,
    ),
    Sample(
        "an address moved by a forward",
        parts(
            "MAILER-DAEMON@mx.example.net",
            "Undelivered Mail Returned to Sender",
            said(f"<ann@example.net> (expanded from <{ANN}>): user unknown\n"),
            f"message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n"
            f"\nFinal-Recipient: rfc822; ann@example.net\n"
            f"Original-Recipient: rfc822;{ANN}\nAction: failed\n"
            f"Status: 5.1.1\nDiagnostic-Code: X-Postfix; user unknown\n",
            RFC822,
        ),
        "hard",
        failed=(ANN, "ann@example.net"),
    ),
    Sample(
        "only the returned mail tells the address",
        parts(
            "MAILER-DAEMON@mx.example.net",
            "Delivery failure",
            said("Your mail could not be delivered."),
            RFC822,
            kind="mixed",
        ),
        "hard",
    ),
)
