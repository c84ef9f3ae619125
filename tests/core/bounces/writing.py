"""Own how the sample bounces are written: builders of mails; text and addresses are invented."""

from __future__ import annotations

from dataclasses import dataclass

ANN = "ann.berger@example.org"
ORIGINAL = "<made-up-1@mail.example.com>"
RETURNED = (
    "Return-Path: <rita@example.com>\nReceived: from mail.example.com by mx.example.org; Mon, 2 Mar "
    "2026 09:00:00 +0000\n"
    f"Message-ID: {ORIGINAL}\nFrom: Rita <rita@example.com>\n"
    f"To: Ann Berger <{ANN}>\nSubject: A role\n\n"
    f"Hello Ann,\n"
)


@dataclass(frozen=True)
class Sample:
    system: str
    raw: str
    severity: str
    failed: tuple[str, ...] = (ANN,)
    referenced: bool = True


def plain(sender: str, subject: str, text: str, *, more: str = "Return-Path: <>\n") -> str:
    return (
        f"{more}From: {sender}\nTo: rita@example.com\n"
        f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8\n"
        f"\n{text}"
    )


def parts(sender: str, subject: str, *pieces: str, kind: str = "report; report-type=delivery-status") -> str:
    body = "".join(f"--b\nContent-Type: {piece}\n" for piece in pieces)
    return (
        f"Return-Path: <>\nFrom: {sender}\nTo: <rita@example.com>\nSubject: {subject}\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/{kind}; boundary="b"\n\n{body}--b--\n'
    )


def status(fields: str, *, mta: str = "dns; mx.example.net") -> str:
    return f"message/delivery-status\n\nReporting-MTA: {mta}\n\n{fields}\n"


def said(text: str) -> str:
    return f"text/plain; charset=utf-8\n\n{text}\n"


RFC822 = f"message/rfc822\n\n{RETURNED}"
HEADERS = f"text/rfc822-headers\n\n{RETURNED}"
FINAL = f"Final-Recipient: rfc822; {ANN}\n"
