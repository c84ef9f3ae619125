"""Show what an owner may change of a mailbox, and that all faults are named at once."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core.mailbox_settings import ChangedMailbox, changed_mailbox
from tests.core.test_composing import MAILBOX


def test_what_is_asked_for_changes_and_the_rest_stays() -> None:
    wish = msgspec.json.decode(
        b'{"daily_cap": 30, "gap": "PT2M", "signature_text": " R. "}', type=ChangedMailbox
    )
    after, faults = changed_mailbox(MAILBOX, wish)
    assert not faults
    limits = msgspec.structs.replace(MAILBOX.limits, daily_cap=30, gap=timedelta(minutes=2))
    assert after == msgspec.structs.replace(MAILBOX, limits=limits, signature_text="R.")


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"sender_name": "  "}, "sender_name"),
        ({"sender_name": "a\r\nBcc: b"}, "sender_name"),
        ({"signature_text": "x" * 10_001}, "signature_text"),
        ({"signature_html": "<p onclick=x()>"}, "signature_html"),
        ({"signature_html": "<script>x</script>"}, "signature_html"),
        ({"daily_cap": 0}, "daily_cap"),
        ({"daily_cap": 501}, "daily_cap"),
        ({"domain_cap": 0}, "domain_cap"),
        ({"ramp_start": 0}, "ramp_start"),
        ({"ramp_step": -1}, "ramp_step"),
        ({"gap": "PT19S"}, "gap"),
        ({"jitter": "PT2H"}, "jitter"),
    ],
)
def test_what_would_harm_is_refused(wish: dict[str, object], field: str) -> None:
    _, faults = changed_mailbox(MAILBOX, msgspec.convert(wish, ChangedMailbox))
    assert [fault.field for fault in faults] == [field]


def test_all_faults_come_at_once() -> None:
    wish = ChangedMailbox(sender_name="", daily_cap=0, gap=timedelta(days=1))
    assert [fault.field for fault in changed_mailbox(MAILBOX, wish)[1]] == ["sender_name", "daily_cap", "gap"]
