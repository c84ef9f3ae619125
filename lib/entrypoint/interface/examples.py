"""Own the examples of the interface's document; a test runs each against the running functions."""

from __future__ import annotations

from typing import Any

ADDRESS = "recruiter@example.com"
RETURN_URL = "https://app.example.com/mailboxes"
STEPS = [
    {
        "id": "intro",
        "subject": "{{ role }} at Northwind",
        "text": "Hi {{ first_name }}, from what you do at {{ company | default: 'your company' }} ...",
        "delay": "P0D",
    },
    {"id": "nudge", "text": "Shall I put you in touch?", "delay": "3 business days"},
]
CAMPAIGN = {
    "id": "autumn-engineers",
    "mailbox": "100000000000000000001",
    "name": "Backend, autumn",
    "timezone": "Europe/Berlin",
    "window": {"mon-fri": ["09:00-12:00", "13:00-17:00"], "holidays": "DE"},
    "steps": STEPS,
    "candidates": [
        {
            "email": "ada@example.com",
            "name": "Ada Berger",
            "timezone": "Europe/Berlin",
            "company": "Helix Analytics",
            "role": "Staff Engineer",
        }
    ],
}
ADDED = "email,name,company,role,city\nbruno@example.org,Bruno Silva,,Backend Engineer,Porto\n"

#: By function, method and path of a route: the body of a request.
EXAMPLES: dict[tuple[str, str, str], Any] = {
    ("campaigns", "PATCH", "{}"): {"revision": 1, "steps": STEPS},
    ("campaigns", "POST", "{}/pause"): {"why": "The role is filled."},
    ("campaigns", "POST", "{}/cancel"): {"why": "The role is filled."},
    ("campaigns", "POST", "{}/approve"): {"revision": 1},
    ("campaigns", "POST", "{}/candidates"): {"shortlist": ADDED},
    ("campaigns", "POST", "{}/candidates/search"): {"address": "ada@example.com"},
    ("campaigns", "POST", "{}/candidates/{}/decision"): {"was_sent": True},
    ("campaigns", "PATCH", "{}/answers/{}"): {"interest": "interested"},
    ("enqueue_campaign", "POST", ""): CAMPAIGN,
    ("enqueue_campaign", "POST", "rendering"): {
        "name": "Backend, autumn",
        "steps": [{"id": "intro", "subject": "{{ role }} at Northwind", "text": "Hi {{ first_name }}, fro"}],
    },
    ("enqueue_campaign", "POST", "test"): CAMPAIGN,
    ("enqueue_campaign", "POST", "uploads"): {"format": "csv", "bytes": 5_242_880},
    ("mailboxes", "POST", "connections"): {
        "address": ADDRESS,
        "sender_name": "Sofia Brandt",
        "return_url": RETURN_URL,
        "timezone": "Europe/Berlin",
    },
    ("mailboxes", "POST", "invitations"): {
        "address": "new@example.com",
        "sender_name": "New Person",
        "return_url": RETURN_URL,
    },
    ("mailboxes", "PATCH", "{}/settings"): {"daily_cap": 30, "gap": "PT2M"},
    ("mailboxes", "POST", "requests"): {"address": ADDRESS, "approval": True},
    ("mailboxes", "POST", "{}/grants"): {"email": "colleague@example.com"},
    ("mailboxes", "POST", "{}/grants/{}/accept"): {"approval": False},
    ("settings", "PATCH", ""): {"name": "Northwind", "guard_days": 20},
    ("settings", "POST", "suppressions"): {"entries": ["ann@example.org", "example.net"]},
    ("settings", "POST", "suppressions/removals"): {"entries": ["ann@example.org", "example.net"]},
    ("settings", "POST", "webhooks"): {
        "url": "https://ats.example.com/outreach",
        "types": ["candidate.replied"],
    },
    ("settings", "POST", "exports"): {"address": "ada@example.com"},
    ("settings", "POST", "erasures"): {"candidate": "ann@example.org"},
}
