"""Letting go of what trials kept and nobody used for as long as failed runs are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from runtime.limits.model import Limits
from runtime.trials._tables import PinRow, RecordedInput


def remove_unused_trial_data(
    session: Session, tenant_id: UUID, limits: Limits, *, now: datetime
) -> int:
    """Remove a tenant's pins and kept inputs that no trial used for so long; give how many."""
    before = now - timedelta(days=limits.failed_kept_days)
    gone = 0
    for table, key in ((PinRow, PinRow.step), (RecordedInput, RecordedInput.id)):
        old = delete(table).where(table.tenant_id == tenant_id, table.used_at < before)
        gone += len(session.execute(old.returning(key)).all())
    return gone
