"""Announcements as REST shows and takes them, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import ID, INSTANT, TEXT, WHOLE, choice, many, maybe, shape
from kernel.schema import Schema
from tenancy.announcements._tables import TEXT_MAX, TITLE_MAX
from tenancy.announcements.audience import CHOSEN_MAX, Whom
from tenancy.announcements.model import Kind, State

_YES = {"type": "boolean"}
_AT = {"type": ["string", "null"], "format": "date-time"}
_ID = {"type": ["string", "null"], "format": "uuid"}
AUDIENCE = {
    "type": "object",
    "required": ["whom"],
    "additionalProperties": False,
    "properties": {
        "whom": {"enum": [one.value for one in Whom]},
        "plan_id": _ID,
        "reseller_id": _ID,
        "organisation_ids": {
            "type": "array",
            "maxItems": CHOSEN_MAX,
            "items": {"type": "string", "format": "uuid"},
        },
        "below_resellers": _YES,
    },
}
WRITTEN = Schema(
    {
        "type": "object",
        "required": ["kind", "title", "text"],
        "additionalProperties": False,
        "properties": {
            "kind": {"enum": [one.value for one in Kind]},
            "title": {"type": "string", "minLength": 1, "maxLength": TITLE_MAX},
            "text": {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
            "zone": {"type": "string"},
            "shown_from": _AT,
            "shown_until": _AT,
            "work_starts": _AT,
            "work_ends": _AT,
            "audience": AUDIENCE,
            "mails": _YES,
            "dismissable": _YES,
        },
    }
)
ADDED = Schema(
    {
        "type": "object",
        "required": ["text"],
        "additionalProperties": False,
        "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
            "mails": _YES,
            "resolves": _YES,
        },
    }
)
_UPDATE = shape("AnnouncementUpdate", at=INSTANT, text=TEXT)
_SAID = {
    "id": ID,
    "kind": choice(*(one.value for one in Kind)),
    "title": TEXT,
    "text": TEXT,
    "zone": TEXT,
    "shown_from": maybe(INSTANT),
    "shown_until": maybe(INSTANT),
    "work_starts": maybe(INSTANT),
    "work_ends": maybe(INSTANT),
    "dismissable": _YES,
    "state": choice(*(one.value for one in State)),
    "revision": WHOLE,
    "updates": many(_UPDATE),
}
ANNOUNCEMENT = shape(
    "Announcement",
    **_SAID,
    audience=shape(
        "AnnouncementAudience",
        whom=choice(*(one.value for one in Whom)),
        plan_id=maybe(ID),
        reseller_id=maybe(ID),
        organisation_ids=many(ID),
        below_resellers=_YES,
    ),
    mails=_YES,
    published_at=maybe(INSTANT),
    withdrawn_at=maybe(INSTANT),
    changed_at=INSTANT,
    changed_by=TEXT,
    reached=WHOLE,
    seen=WHOLE,
    people=WHOLE,
)
RECEIVED = shape("ReceivedAnnouncement", **_SAID, sender=TEXT, published_at=INSTANT)
