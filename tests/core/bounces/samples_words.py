"""Hold sample bounces without a report, as mail servers write them: words alone."""

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

WORDS = (
    Sample(
        "Exim",
        plain(
            "Mail Delivery System <Mailer-Daemon@mx.example.net>",
            "Mail delivery failed: returning message to sender",
            "This message was created automatically by mail delivery software.\n"
            "\nA message that you sent could not be delivered to one or more of its\n"
            "recipients. This is a permanent error. The following address(es) failed:\n"
            "\n"
            f"  {ANN}\n    host mail.example.org [192.0.2.7]\n"
            f"    SMTP error from remote mail server after RCPT TO:<{ANN}>:\n"
            f"    550 5.1.1 No such user\n\n------ This is a copy of the message, including all the "
            f"headers. ------\n\n{RETURNED}",
            more=f"Return-path: <>\nX-Failed-Recipients: {ANN}\nAuto-Submitted: auto-replied\n",
        ),
        "hard",
    ),
    Sample(
        "Exim, delay",
        plain(
            "Mail Delivery System <Mailer-Daemon@mx.example.net>",
            "Warning: message 1abcde-000000-00 delayed 24 hours",
            "This message was created automatically by mail delivery software.\n"
            "A message that you sent has not yet been delivered to all its recipients\n"
            "after more than 24 hours on the queue on mx.example.net.\n"
            "\nThe address to which the message has not yet been delivered is:\n"
            "\n"
            f"  {ANN}\n\nNo action is required on your part. Delivery attempts will continue for\n"
            f"some time.\n",
        ),
        "soft",
        referenced=False,
    ),
    Sample(
        "qmail",
        plain(
            "MAILER-DAEMON@mx.example.net",
            "failure notice",
            "Hi. This is the qmail-send program at mx.example.net.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n"
            "\n"
            f"<{ANN}>:\n192.0.2.7 does not like recipient.\n"
            f"Remote host said: 550 sorry, no mailbox here by that name. (#5.1.1)\n"
            f"Giving up on 192.0.2.7.\n\n--- Below this line is a copy of the message.\n"
            f"\n{RETURNED}",
        ),
        "hard",
    ),
    Sample(
        "Domino",
        plain(
            "Postmaster@example.net",
            f"DELIVERY FAILURE: User ann.berger ({ANN}) not listed in Domino Directory",
            f"Your message\n\n  Subject: A role\n\nwas not delivered to:\n"
            f"\n  {ANN}\n\nbecause:\n\n  User ann.berger ({ANN}) not listed in Domino Directory\n",
        ),
        "hard",
        referenced=False,
    ),
    Sample(
        "GroupWise",
        plain(
            "Mailer-Daemon@example.net",
            "Message status - undeliverable",
            f"The message that you sent was undeliverable to the following:\n\t{ANN} (user not found)\n",
        ),
        "hard",
        referenced=False,
    ),
    Sample(
        "Exchange 5.5",
        parts(
            "System Administrator <postmaster@example.net>",
            "Undeliverable: A role",
            said(
                f"Your message\n\n  To:      Ann\n  Subject: A role\n"
                f"  Sent:    Mon, 2 Mar 2026 09:00:00\n"
                f"\ndid not reach the following recipient(s):\n"
                f"\n{ANN} on Mon, 2 Mar 2026 09:00:05\n"
                f"    The recipient name is not recognized\n"
            ),
            RFC822,
            kind="mixed",
        ),
        "hard",
    ),
    Sample(
        "Exchange, French and HTML",
        plain(
            "Administrateur <postmaster@example.net>",
            "=?utf-8?q?Non_remis_=3A_A_role?=",
            f"<html><body><p>Votre message n'a pas pu être remis aux destinataires suivants :</p><p>"
            f"{ANN}</p><p>L'adresse de messagerie est introuvable.</p></body></html>",
        ).replace("text/plain", "text/html"),
        "hard",
        referenced=False,
    ),
    Sample(
        "MDaemon",
        parts(
            "MDaemon@mx.example.net",
            "Permanent Delivery Failure",
            said(
                f"YOUR MESSAGE WAS NOT DELIVERED!\n\nThe following addresses did NOT receive a copy "
                f"of your message:\n\n> {ANN}\n\n--- Session Transcript ---\n"
                f" RCPT To:<{ANN}>\n 550 No such user\n"
            ),
            RFC822,
            kind="mixed",
        ),
        "hard",
    ),
    Sample(
        "MailEnable",
        plain(
            '"Delivery Subsystem" <POSTMASTER@example.net>',
            "Message Delivery Failure",
            f"MailEnable: Message could not be delivered to some recipients.\n"
            f"The following recipient(s) could not be reached:\n"
            f"\n\tRecipient: [SMTP:{ANN}]\n\tReason: Remote server returned: 550 Unknown user\n"
            f"\nMessage headers follow:\n\n{RETURNED}",
        ),
        "hard",
    ),
    Sample(
        "IMail",
        plain(
            '"Postmaster" <postmaster@example.net>',
            "Undeliverable Mail",
            f"User mailbox exceeds allowed size: {ANN}\n\nOriginal message follows.\n\n{RETURNED}",
        ),
        "soft",
    ),
    Sample(
        "InterScan",
        parts(
            "imss@example.net",
            "Mail could not be delivered",
            said(
                f"****** Message from InterScan Messaging Security Suite ******\n"
                f"\nSent <<< RCPT TO:<{ANN}>\nReceived >>> 550 5.1.1 unknown recipient\n"
                f"\nUnable to deliver message to <{ANN}>.\n"
            ),
            RFC822,
            kind="mixed",
        ),
        "hard",
    ),
    Sample(
        "mail.ru",
        plain(
            "Mail Delivery System <Mailer-Daemon@mx.example.net>",
            "=?utf-8?b?0JLQsNGI0LUg0YHQvtC+0LHRidC10L3QuNC1INC90LUg0LTQvtGB0YLQsNCy0LvQtdC90L4=?=",
            f"Это письмо создано автоматически сервером, отвечать на него не нужно.\n"
            f"К сожалению, Ваше письмо не может быть доставлено:\n"  # noqa: RUF001 - as such servers write
            f"\n  {ANN}\n    user not found\n",
        ),
        "hard",
        referenced=False,
    ),
    Sample(
        "Yandex",
        plain(
            "mailer-daemon@example.net",
            "=?utf-8?b?0J3QtdC00L7RgdGC0LDQstC70LXQvdC90L7QtSDRgdC+0L7QsdGJ0LXQvdC40LU=?=",
            f"This is the mail system at host mx.example.net.\n"
            f"\n<{ANN}>: host mail.example.org[192.0.2.7] said: 554 5.7.1\n"
            f"    Message rejected under suspicion of SPAM (in reply to end of DATA command)\n",
        ),
        "policy",
        referenced=False,
    ),
)
