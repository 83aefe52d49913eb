"""What else is about an alarm: its parent and children, others of its object, site and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms import store
from runtime.alarms.documents import AlarmView
from runtime.alarms.store import AlarmFilter

RELATED_MAX = 5
AROUND = timedelta(minutes=5)
SITE_NAMES = ("site", "site_id", "location")
SITE_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Some alarms that have something in common with another one."""

    title: str
    alarms: Sequence[AlarmView]


def related_to(session: Session, tenant_id: UUID, alarm: AlarmView) -> list[Related]:
    """Give its parent, children, and the newest of its object, site and moment.

    What has none is left out.
    """
    at = alarm.last_raised_at
    same_time = AlarmFilter(state="", since=at - AROUND, until=at + AROUND)
    asked = [("Same object", AlarmFilter(state="", managed_object=alarm.managed_object))]
    for name in SITE_NAMES:
        value = alarm.attributes.get(name)
        if isinstance(value, str) and value:
            near = replace(same_time, since=at - SITE_WITHIN, attributes=((name, value),))
            asked.append((f"Same {name.removesuffix('_id')}, a day back", near))
            break
    asked.append((f"Within {AROUND.seconds // 60} minutes", same_time))
    above = store.find_alarm(session, tenant_id, alarm.parent_id) if alarm.parent_id else None
    if alarm.is_root_cause:
        asked.insert(0, ("Under it", AlarmFilter(state="", parent_id=alarm.id)))
    found = [Related(title="It is under", alarms=[above] if above else [])]
    found += [
        Related(
            title=title,
            alarms=[
                one
                for one in store.list_alarms(session, tenant_id, wanted, limit=RELATED_MAX + 1)
                if one.id != alarm.id
            ][:RELATED_MAX],
        )
        for title, wanted in asked
    ]
    return [one for one in found if one.alarms]
