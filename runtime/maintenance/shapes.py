"""Maintenance windows as REST shows them, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import ID, INSTANT, TEXT, WHOLE, maybe, shape, with_more
from runtime.maintenance.schema import WINDOW_SCHEMA

WINDOW = with_more(
    "KeptMaintenanceWindow",
    WINDOW_SCHEMA,
    id=ID,
    state=TEXT,
    next=maybe(shape(start=INSTANT, end=INSTANT)),
    held=WHOLE,
    revision=WHOLE,
    updated_at=INSTANT,
    updated_by=TEXT,
)
