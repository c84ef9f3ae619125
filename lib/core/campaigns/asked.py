"""Own the form of what a campaign is asked for with, as it is written down for those who ask.

Requests are read by hand (``request``, ``steps``, ``attachments``), so that every fault is found at once and
none of a template's rules is lost; these types say which fields there are, to the readers and to the
document of the interface. They are never made.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

#: What an id may be, as JSON Schema writes it; ``fields.is_id`` holds to it.
ID_PATTERN = "^[A-Za-z0-9_-]{1,64}$"
DELAY = 'An ISO 8601 duration of days, hours, minutes, seconds ("P3D"), or "3 business days".'
HOURS = {
    "oneOf": [
        {"const": "always"},
        {
            "type": "object",
            "properties": {"holidays": {"type": "string"}},
            "additionalProperties": {
                "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
            },
        },
    ]
}
PERSON = {
    "type": "object",
    "properties": {
        "email": {"type": "string", "minLength": 1},
        "name": {"type": "string"},
        "timezone": {"type": "string"},
        "country": {"type": "string"},
        "words": {"type": "object", "description": "What stands for a step's own words, by step id."},
    },
    "required": ["email"],
}
CSV = "A CSV in UTF-8: a column email, then name, timezone, country and variables."

Id = Annotated[str, Meta(pattern=ID_PATTERN)]
Person = Annotated[Any, Meta(extra_json_schema=PERSON, description="Further fields are variables.")]


class AskedVariant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One of several wordings of a step; it says at least one thing of its own."""

    id: Id
    subject: str = ""
    text: str = ""
    html: str = ""


class AskedAttachment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that goes with a step; content: in base64."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    type: str
    content: str


class AskedStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One mail of a campaign, in Liquid templates; a text or an html body is needed."""

    id: Id
    delay: Annotated[str, Meta(description=DELAY)]
    subject: str = ""
    text: str = ""
    html: str = ""
    thread: Literal["reply", "new"] = "reply"
    variants: tuple[AskedVariant, ...] = ()
    attachments: tuple[AskedAttachment, ...] = ()


class AskedContacted(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What becomes of candidates to whom a colleague has just written; continue wants a reason."""

    action: Literal["skip", "continue"]
    reason: str = ""


class AskedCandidates(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Candidates: one by one, as a shortlist in CSV (10,000 at most), or as a finished upload (100,000)."""

    candidates: tuple[Person, ...] = ()
    shortlist: Annotated[str, Meta(description=CSV)] = ""
    upload: Annotated[str, Meta(description="The id of an upload, in place of the other two.")] = ""
    contacted: AskedContacted | None = None


class AskedCampaign(
    AskedCandidates, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A campaign with its candidates; plan_digest: of the preview that is to be accepted exactly.

    id: the caller's own; the same request again is the same campaign. cc, reply_to: colleagues.
    stop_on_own_answer: the user's answer by hand stops the follow-ups. stop_elsewhere: an answer stops the
    candidate's other campaigns. stop_colleagues: it stops candidates of the same company here.
    """

    id: Id
    mailbox: Id
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    timezone: Annotated[str, Meta(min_length=1)]
    window: Annotated[Any, Meta(extra_json_schema=HOURS)] = None
    steps: Annotated[tuple[AskedStep, ...], Meta(min_length=1, max_length=20)]
    cc: Annotated[tuple[str, ...], Meta(max_length=10)] = ()
    reply_to: Annotated[tuple[str, ...], Meta(max_length=10)] = ()
    signature: bool = True
    plan_digest: str | None = None
    stop_on_own_answer: bool = True
    stop_elsewhere: bool = False
    stop_colleagues: bool = False


class AskedEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All steps as they are to be, old ones first; revision: of the campaign that was edited.

    A step without attachments keeps its own.
    """

    revision: int
    steps: Annotated[tuple[AskedStep, ...], Meta(min_length=1, max_length=20)]


class AskedUnfinished(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of an AskedCampaign while it is written; what is missing is a fault in the answer.

    One candidate is enough, the one whose mails are wanted.
    """


def names(form: type[msgspec.Struct]) -> frozenset[str]:
    """Return the fields that a form has; all others are refused."""
    return frozenset(form.__struct_fields__)
