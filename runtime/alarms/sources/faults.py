"""Input of a source that was refused and kept: to look at, to take once mended, to dismiss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kernel.cursors import read_place
from runtime.alarms._tables import IntakeFault
from runtime.alarms.journal import FAULT_BODY_MAX
from tenancy.rows import get_owned

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultView:
    """Input that was refused and kept."""

    id: UUID
    source_id: UUID | None
    at: datetime
    code: str
    message: str
    problems: list[dict[str, str]]
    body: str
    size_bytes: int

    @property
    def is_whole(self) -> bool:
        """Tell whether all of it was kept, so that it can be taken once its cause is mended."""
        return bool(self.body) and self.size_bytes <= FAULT_BODY_MAX


def faults_of(
    session: Session,
    tenant_id: UUID,
    source_id: UUID,
    *,
    limit: int = SHOWN,
    after: Sequence[str] | None = None,
) -> list[FaultView]:
    """List the latest refused input of a source, newest first; `after` is a `place_of`.

    Raises:
        InvalidError: when `after` is no such place.
    """
    mine = [IntakeFault.tenant_id == tenant_id, IntakeFault.source_id == source_id]
    if after is not None:
        mine.append(IntakeFault.id < read_place(after, UUID)[0])
    rows = session.scalars(
        select(IntakeFault).where(*mine).order_by(IntakeFault.id.desc()).limit(limit)
    )
    return [_view(row) for row in rows]


def place_of(fault: FaultView) -> list[str]:
    """Give where a page that ends with this one ended, for `after`."""
    return [str(fault.id)]


def count_faults(session: Session, tenant_id: UUID, source_id: UUID) -> int:
    """Count the refused input of a source that is kept."""
    kept = select(func.count(IntakeFault.id)).where(
        IntakeFault.tenant_id == tenant_id, IntakeFault.source_id == source_id
    )
    return session.scalar(kept) or 0


def get_fault(
    session: Session, tenant_id: UUID, fault_id: UUID, *, lock: bool = False
) -> FaultView:
    """Give one; raises NotFoundError."""
    return _view(get_owned(session, IntakeFault, tenant_id, fault_id, name="fault", lock=lock))


def dismiss_faults(
    session: Session, tenant_id: UUID, source_id: UUID, fault_ids: Sequence[UUID] | None = None
) -> int:
    """Let go of some of a source's refused input, or of all; give how much it was."""
    chosen = [] if fault_ids is None else [IntakeFault.id.in_(fault_ids)]
    found = session.scalars(
        select(IntakeFault.id).where(
            IntakeFault.tenant_id == tenant_id, IntakeFault.source_id == source_id, *chosen
        )
    ).all()
    session.execute(
        delete(IntakeFault)
        .where(IntakeFault.tenant_id == tenant_id, IntakeFault.id.in_(found))
        .execution_options(synchronize_session=False)
    )
    return len(found)


def _view(row: IntakeFault) -> FaultView:
    return FaultView(
        id=row.id,
        source_id=row.source_id,
        at=row.at,
        code=row.code,
        message=row.message,
        problems=row.problems,
        body=row.body,
        size_bytes=row.size_bytes,
    )
