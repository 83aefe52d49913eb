"""How much a deletion would delete, in a few numbers that people know; never what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.deleting.places import count_rows, places

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "membership": "Members",
        "alarm": "Alarms",
        "flow": "Workflows",
        "rule": "Rules and decision tables",
        "run": "Runs",
        "resource": "Resources of the inventory",
        "source": "Alarm sources",
        "connection": "Connections",
        "audit_entry": "Entries of its audit",
    }
)


def outline_of(session: Session, organisation_id: UUID) -> list[tuple[str, int]]:
    """Count what people know of an organisation, under the names that they know it by."""
    known = {one.table.name: one for one in places()}
    return [
        (title, count_rows(session, known[name], organisation_id)) for name, title in TITLES.items()
    ]
