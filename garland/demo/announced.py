"""What Northwind tells its customers in the invented world: planned work, and what is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from garland.demo.plans import keeper_of
from kernel.clock import format_instant
from kernel.zones import instant_of, local_time
from tenancy.announcements import writing
from tenancy.scope import as_tenant

ZONE = ZoneInfo("Europe/Berlin")
WORK = (
    "We renew the software of the core router in Zurich. Links that end there are interrupted "
    "twice for about five minutes.\n\n"
    "- No alarm of these links needs a ticket while the work goes on.\n"
    "- Plan a maintenance window of your own to hold such alarms back.\n\n"
    "More at https://status.northwind.example/work/4711."
)
CUT = "A digger cut the fibre between Bern and Lausanne. Traffic goes the long way round."
UPDATES = (
    (timedelta(hours=1), "The place is found; a crew is on its way.", False),
    (timedelta(hours=3), "The fibre is being spliced.", False),
    (timedelta(hours=5), "The fibre is whole again, and traffic goes its usual way.", True),
)


def demo_announcements(session: Session, ids: Mapping[str, UUID], *, now: datetime) -> None:
    """Let Northwind announce work three nights from now, and have told of a cut last week."""
    who = keeper_of(session, ids["northwind"])
    night = local_time(now, ZONE).replace(hour=1, minute=0, second=0, microsecond=0)
    starts = instant_of(night + timedelta(days=3), ZONE)
    usual = {"zone": ZONE.key, "audience": {"whom": "all"}}
    work = {
        **usual,
        "kind": "maintenance",
        "title": "Core router upgrade in Zurich",
        "text": WORK,
        "work_starts": format_instant(starts),
        "work_ends": format_instant(starts + timedelta(hours=4)),
    }
    cut = {**usual, "kind": "disruption", "title": "Fibre cut between Bern and Lausanne"}
    began = now - timedelta(days=7)
    with as_tenant(session, who.tenant_id):
        made = writing.write_announcement(session, who, {**cut, "text": CUT}, now=began)
        writing.publish(session, who, made.id, now=began)
        for after, text, resolves in UPDATES:
            writing.add_update(session, who, made.id, text, resolves=resolves, now=began + after)
        planned = writing.write_announcement(session, who, work, now=now - timedelta(hours=2))
        writing.publish(session, who, planned.id, now=now - timedelta(hours=2))
