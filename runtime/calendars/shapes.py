"""Business calendars as REST shows them, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import FLAG, ID, INSTANT, TEXT, WHOLE, maybe, shape, with_more
from runtime.calendars.model import CALENDAR_SCHEMA

CALENDAR = with_more(
    "KeptCalendar",
    CALENDAR_SCHEMA,
    id=ID,
    revision=WHOLE,
    updated_at=INSTANT,
    updated_by=TEXT,
)
CALENDAR["required"].remove("days")
STATE = shape(at=INSTANT, open=FLAG, changes_at=maybe(INSTANT))
