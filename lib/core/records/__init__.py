"""Own the records that are kept in Firestore, one struct a document; DESIGN: "State in Firestore"."""

from lib.core.records.audit import AuditEntry, Deed, Usage
from lib.core.records.campaign import (
    Attachment,
    AttachmentContent,
    Campaign,
    CampaignLabels,
    Hours,
    Step,
    Variant,
    Window,
    Words,
)
from lib.core.records.enrollment import Attempt, Enrollment, Interest, SentMail, Slot, Status
from lib.core.records.erasure import Erasure, KeptPart
from lib.core.records.event import EventType, OutgoingEvent, Webhook
from lib.core.records.mail import (
    Correspondence,
    MatchedBy,
    Pending,
    ReadEntry,
    Reads,
    ReadsHead,
    Reply,
    ReplyKind,
    Severity,
)
from lib.core.records.mailbox import (
    Connection,
    Day,
    Grant,
    Inbox,
    Invitation,
    Limits,
    Mailbox,
    OAuthState,
    Reservation,
)
from lib.core.records.people import Contact, EnrollmentRef, Org, SuppressedWhy, Suppression
from lib.core.records.record import Record
from lib.core.records.upload import Upload, UploadPart

__all__ = [
    "Attachment",
    "AttachmentContent",
    "Attempt",
    "AuditEntry",
    "Campaign",
    "CampaignLabels",
    "Connection",
    "Contact",
    "Correspondence",
    "Day",
    "Deed",
    "Enrollment",
    "EnrollmentRef",
    "Erasure",
    "EventType",
    "Grant",
    "Hours",
    "Inbox",
    "Interest",
    "Invitation",
    "KeptPart",
    "Limits",
    "Mailbox",
    "MatchedBy",
    "OAuthState",
    "Org",
    "OutgoingEvent",
    "Pending",
    "ReadEntry",
    "Reads",
    "ReadsHead",
    "Record",
    "Reply",
    "ReplyKind",
    "Reservation",
    "SentMail",
    "Severity",
    "Slot",
    "Status",
    "Step",
    "SuppressedWhy",
    "Suppression",
    "Upload",
    "UploadPart",
    "Usage",
    "Variant",
    "Webhook",
    "Window",
    "Words",
]
