"""Owns the report that comes back for an address that does not exist."""

import zlib
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime

from tests.localcloud.gmail import mail


def bounce(sent: bytes, recipient: str, sender: str, now: datetime) -> bytes:
    """Write the RFC 3464 report that Gmail sends back for an address that does not exist."""
    original = mail.parse(sent)
    message_id = mail.header(original, "Message-ID")
    report = EmailMessage(policy=policy.SMTP)
    report["From"] = "Mail Delivery Subsystem <mailer-daemon@mail.example.net>"
    report["To"] = sender
    report["Date"] = format_datetime(now)
    report["Subject"] = "Delivery Status Notification (Failure)"
    report["Auto-Submitted"] = "auto-replied"
    report["X-Failed-Recipients"] = recipient
    report["In-Reply-To"] = message_id
    report["References"] = message_id
    report.set_content(f"Address not found\n\nYour message wasn't delivered to {recipient}.\n")
    report.make_mixed()
    status = (
        "Reporting-MTA: dns; mail.example.net\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.\n"
    )
    returned = "".join(f"{pair['name']}: {pair['value']}\n" for pair in mail.headers(original))
    for subtype, text in (("delivery-status", status), ("rfc822", f"{returned}\n")):
        part = message_from_bytes(f"Content-Type: message/{subtype}\n\n{text}".encode(), policy=policy.SMTP)
        report.attach(part)
    # The boundary comes from the mail, so that the same run writes the same bytes.
    boundary = f"bounce-{zlib.crc32(sent + recipient.encode()):08x}"
    content_type = f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
    report.replace_header("Content-Type", content_type)
    return bytes(report)
