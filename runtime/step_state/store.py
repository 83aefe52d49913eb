"""Values that steps keep from run to run: read, kept, let go, listed and cleared.

They belong to a step of a workflow, by its id there; rounds of a loop share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from kernel.errors import ConflictError
from runtime.flows.versions import get_flow
from runtime.step_state._tables import KeptValue
from runtime.step_state.owners import Owner
from tenancy.rows import insert_new

log = structlog.get_logger(__name__)

KEYS_MAX = 100


class StateFullError(ConflictError):
    """The step keeps as many values as it may; another run was quicker."""

    code = "state.full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One value that a step keeps."""

    step: str
    key: str
    value: Any
    changed_at: datetime


def find_value(session: Session, owner: Owner, key: str) -> Any:
    """Give what is kept under a key, None where nothing is."""
    return session.scalar(select(KeptValue.value).where(*owner.rows(), KeptValue.key == key))


def keys_of(session: Session, owner: Owner) -> list[str]:
    """List the keys a step keeps values under."""
    return list(session.scalars(select(KeptValue.key).where(*owner.rows())))


def keep_value(session: Session, owner: Owner, key: str, value: Any, *, now: datetime) -> None:
    """Keep a value, over the one that was.

    Raises:
        StateFullError: the step keeps as many as it may already.
    """
    where = {"tenant_id": owner.tenant_id, "flow_id": owner.flow_id, "step": owner.step}
    new = {**where, "key": key, "value": value, "changed_at": now}
    if not insert_new(session, KeptValue, new, keys=(*where, "key")):
        same = (*owner.rows(), KeptValue.key == key)
        session.execute(update(KeptValue).where(*same).values(value=value, changed_at=now))
        return
    count = session.scalar(select(func.count()).select_from(KeptValue).where(*owner.rows()))
    if (count or 0) > KEYS_MAX:
        raise StateFullError(f"The step keeps {KEYS_MAX} values already: delete one first.")


def drop_value(session: Session, owner: Owner, key: str) -> None:
    """Keep it no longer."""
    session.execute(delete(KeptValue).where(*owner.rows(), KeptValue.key == key))


def list_kept(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    limit: int,
    after: Sequence[str] | None = None,
) -> list[Kept]:
    """List what the steps of a workflow keep, by step and key.

    Raises:
        NotFoundError: no such workflow.
    """
    get_flow(session, tenant_id, flow_id)
    of_flow = select(KeptValue).where(
        KeptValue.tenant_id == tenant_id, KeptValue.flow_id == flow_id
    )
    if after is not None:
        of_flow = of_flow.where(tuple_(KeptValue.step, KeptValue.key) > tuple_(*after))
    found = session.scalars(of_flow.order_by(KeptValue.step, KeptValue.key).limit(limit))
    return [
        Kept(step=row.step, key=row.key, value=row.value, changed_at=row.changed_at)
        for row in found
    ]


def clear_kept(
    session: Session, tenant_id: UUID, flow_id: UUID, *, step: str, key: str, by: str
) -> int:
    """Clear what is kept and say how much that was; "" means every step, or every key.

    Raises:
        NotFoundError: no such workflow.
    """
    get_flow(session, tenant_id, flow_id)
    chosen = [KeptValue.tenant_id == tenant_id, KeptValue.flow_id == flow_id]
    chosen += [KeptValue.step == step] if step else []
    chosen += [KeptValue.key == key] if key else []
    cleared = session.execute(delete(KeptValue).where(*chosen).returning(KeptValue.key)).all()
    log.info("kept_values_cleared", flow_id=str(flow_id), step=step, count=len(cleared), by=by)
    return len(cleared)
