"""Tables as workflows need them, to decide by and to look up in: a door to what stands elsewhere.

The rules give the door (`runtime.rules.published`) and the composition root puts it into every
session's `info`. Where there is none, there is no table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.sdk import BlockError, Decided
from runtime.flows.problems import DecisionTable

DECISIONS = "garland.decisions"
Wanted = tuple[str, int | None]


class Decisions(Protocol):
    """The decision tables of tenants."""

    def known(
        self, session: Session, tenant_id: UUID, wanted: Iterable[Wanted], /
    ) -> Mapping[str, DecisionTable]:
        """Give the published tables by id, by name, with the faces of the versions wanted."""
        ...

    def hold(
        self,
        session: Session,
        tenant_id: UUID,
        tables: Collection[str],
        look_up_tables: Collection[str],
        /,
    ) -> None:
        """Let nobody delete these tables before the transaction ends: decision tables by id."""
        ...

    def look_up_tables(self, session: Session, tenant_id: UUID, /) -> frozenset[str] | None:
        """Give the names of the look-up tables; None where nobody knows."""
        ...

    def decide(
        self,
        session: Session,
        tenant_id: UUID,
        table: str,
        values: Mapping[str, Any],
        *,
        alarm: Mapping[str, Any],
        version: int | None,
    ) -> Decided:
        """Ask a table; raises BlockError, see `blocks.sdk.Tables.decide`."""
        ...


class NoDecisions:
    """Stands where no door was given."""

    def known(
        self, _session: Session, _tenant_id: UUID, _wanted: Iterable[Wanted], /
    ) -> Mapping[str, DecisionTable]:
        """Know of no table."""
        return {}

    def hold(
        self,
        _session: Session,
        _tenant_id: UUID,
        _tables: Collection[str],
        _look_up_tables: Collection[str],
        /,
    ) -> None:
        """Hold no table."""

    def look_up_tables(self, _session: Session, _tenant_id: UUID, /) -> frozenset[str] | None:
        """Know of none."""
        return None

    def decide(
        self,
        session: Session,  # noqa: ARG002
        tenant_id: UUID,  # noqa: ARG002
        table: str,
        values: Mapping[str, Any],  # noqa: ARG002
        *,
        alarm: Mapping[str, Any],  # noqa: ARG002
        version: int | None,  # noqa: ARG002
    ) -> Decided:
        """Say that there is none."""
        raise BlockError("tables.unknown", f"There is no decision table {table}.")


def decisions_of(session: Session) -> Decisions:
    """Give the door to the decision tables that goes with a session."""
    found: Decisions = session.info.get(DECISIONS) or NoDecisions()
    return found
