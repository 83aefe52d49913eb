"""An announcement that reached a tenant, and a change of many, for who asks for another's.

Both are the tenant's own in these rows, so that nobody else may name them, not even a provider.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import utc_now
from kernel.ids import new_id
from tenancy.announcements._tables import AnnouncementReach, AnnouncementRow
from tenancy.announcements.audience import Audience
from tenancy.customers.many._tables import CustomerChange


def announced(session: Session, tenant_id: UUID, word: str) -> dict[str, str]:
    """Make one of each, with the tenant's word, and give the ids; in the tenant's scope."""
    now = utc_now()
    row = AnnouncementRow(
        id=new_id(),
        owner_id=tenant_id,
        kind="maintenance",
        title=f"{word} work",
        text=word,
        zone="UTC",
        shown_from=now,
        work_starts=now,
        work_ends=now,
        audience=Audience().document(),
        mails=False,
        dismissable=True,
        revision=1,
        made_at=now,
        changed_at=now,
        changed_by=word,
        published_at=now,
    )
    told = {"wish": {"undoes": word}, "made_at": now, "made_by": word}
    change = CustomerChange(id=new_id(), owner_id=tenant_id, verb="state", **told)
    session.add_all([row, change])
    session.flush()
    session.add(AnnouncementReach(tenant_id=tenant_id, announcement_id=row.id, reached_at=now))
    return {"announcement": str(row.id), "many": str(change.id)}
