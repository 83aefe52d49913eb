"""Sources as others see them: one without its key, and lists with search, filters and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.alarms._tables import Source
from runtime.alarms.sources.order import BY_NAME, beyond, ordering, place_in

LIST_MAX = 500


class SourceState(StrEnum):
    """How a source fares."""

    UNHEARD = "unheard"
    FRESH = "fresh"
    FAILING = "failing"
    SILENT = "silent"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """One source without its key."""

    id: UUID
    tenant_id: UUID
    kind: str
    name: str
    created_at: datetime
    last_seen_at: datetime | None
    accepted: int
    rejected: int
    duplicates: int
    unknown_objects: int
    last_unknown_object: str
    last_problem: str
    last_problem_at: datetime | None
    paused_at: datetime | None
    silent_since: datetime | None
    config: Mapping[str, Any]
    mapping: Mapping[str, Any] | None
    mapping_version: int | None
    recent: Sequence[str]

    @property
    def state(self) -> SourceState:
        """Say how it fares: the worst that is true of it."""
        if self.paused_at is not None:
            return SourceState.PAUSED
        if self.silent_since is not None:
            return SourceState.SILENT
        if self.last_seen_at is None:
            return SourceState.UNHEARD
        is_failing = self.last_problem_at is not None and self.last_problem_at >= self.last_seen_at
        return SourceState.FAILING if is_failing else SourceState.FRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFilter:
    """Which sources to list; empty means all. `q` is a part of the name."""

    q: str = ""
    kind: str = ""
    state: str = ""


_NOT_PAUSED = Source.paused_at.is_(None)
_HEARD = and_(_NOT_PAUSED, Source.silent_since.is_(None), Source.last_seen_at.is_not(None))
_FAILING = func.coalesce(Source.last_problem_at >= Source.last_seen_at, False)
_STATES: Mapping[str, ColumnElement[bool]] = {
    SourceState.PAUSED: Source.paused_at.is_not(None),
    SourceState.SILENT: and_(_NOT_PAUSED, Source.silent_since.is_not(None)),
    SourceState.UNHEARD: and_(
        _NOT_PAUSED, Source.silent_since.is_(None), Source.last_seen_at.is_(None)
    ),
    SourceState.FAILING: and_(_HEARD, _FAILING),
    SourceState.FRESH: and_(_HEARD, ~_FAILING),
}


def list_sources(
    session: Session,
    tenant_id: UUID,
    wanted: SourceFilter | None = None,
    *,
    sort: str = BY_NAME,
    limit: int = LIST_MAX,
    after: Sequence[str] | None = None,
) -> list[SourceView]:
    """List a tenant's sources in an order of `SORTS`; `after` is where the page before ended.

    Raises:
        InvalidError: when `after` is no such place (`place_of`).
    """
    query = select(Source).where(Source.tenant_id == tenant_id, *_conditions(wanted))
    if after is not None:
        query = query.where(beyond(sort, after))
    rows = session.scalars(query.order_by(*ordering(sort)).limit(limit))
    return [view_of(row) for row in rows]


def source_named(session: Session, tenant_id: UUID, name: str) -> SourceView:
    """Give a tenant's source by its whole name; raises NotFoundError."""
    wanted = select(Source).where(Source.tenant_id == tenant_id, Source.name == name)
    row = session.scalar(wanted)
    if row is None:
        raise NotFoundError(f"there is no source {name}: choose another", name=name)
    return view_of(row)


def place_of(source: SourceView, sort: str = BY_NAME) -> list[str]:
    """Give where a page that ends with this source ended, for `after`."""
    return place_in(sort, source)


def view_of(row: Source) -> SourceView:
    """Give a source without its key."""
    return SourceView(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=row.kind,
        name=row.name,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        accepted=row.accepted or 0,
        rejected=row.rejected or 0,
        duplicates=row.duplicates or 0,
        unknown_objects=row.unknown_objects or 0,
        last_unknown_object=row.last_unknown_object or "",
        last_problem=row.last_problem or "",
        last_problem_at=row.last_problem_at,
        paused_at=row.paused_at,
        silent_since=row.silent_since,
        config=row.config,
        mapping=row.mapping,
        mapping_version=row.mapping_version,
        recent=row.recent or [],
    )


def _conditions(wanted: SourceFilter | None) -> list[ColumnElement[bool]]:
    if wanted is None:
        return []
    found = [Source.name.icontains(word, autoescape=True) for word in wanted.q.split()]
    if wanted.kind:
        found.append(Source.kind == wanted.kind)
    if wanted.state:
        found.append(_STATES[wanted.state])
    return found
