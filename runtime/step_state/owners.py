"""Whose values are kept, and letting all of them go; the rest is in `store`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session

from runtime.step_state._tables import KeptValue


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose values: a step or trigger of a workflow of a tenant."""

    tenant_id: UUID
    flow_id: UUID
    step: str

    def rows(self) -> tuple[ColumnElement[bool], ...]:
        """Say which rows they are."""
        return (
            KeptValue.tenant_id == self.tenant_id,
            KeptValue.flow_id == self.flow_id,
            KeptValue.step == self.step,
        )


def drop_values(session: Session, owner: Owner) -> None:
    """Keep nothing of a step any longer."""
    session.execute(delete(KeptValue).where(*owner.rows()))
