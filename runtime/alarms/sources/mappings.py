"""The mappings of a source: versions that never change, the latest of which reads what comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from runtime.alarms._tables import WHO_MAX, Source
from runtime.alarms.sources._tables import SourceMapping
from runtime.alarms.sources.kinds import kind_of
from runtime.alarms.sources.mapping import check_mapping
from tenancy.rows import get_owned

SAMPLE_MAX = 200_000
SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingView:
    """One version of a source's mapping, with the samples it was made for."""

    version: int
    document: Mapping[str, Any]
    sample: str
    clear_sample: str
    created_at: datetime
    created_by: str


def save_mapping(
    session: Session,
    tenant_id: UUID,
    source_id: UUID,
    *,
    made: MappingView,
) -> int:
    """Keep a mapping as the next version, by which the source is read from now on.

    What came earlier stays as it was read. `made.version` is not looked at.

    Returns:
        The version; the present one where the mapping and its samples are the same.

    Raises:
        MappingError: the mapping could never give an alarm.
        InvalidError: sources of this kind have no mapping.
    """
    row = _locked(session, tenant_id, source_id)
    check_mapping(made.document)
    present = latest_mapping(session, tenant_id, source_id)
    if present is not None and row.mapping is not None and _is_same(present, made):
        return present.version
    version = present.version + 1 if present is not None else 1
    session.add(
        SourceMapping(
            id=new_id(),
            tenant_id=tenant_id,
            source_id=source_id,
            version=version,
            document=dict(made.document),
            sample=made.sample,
            clear_sample=made.clear_sample,
            created_at=made.created_at,
            created_by=made.created_by[:WHO_MAX],
        )
    )
    row.mapping, row.mapping_version = dict(made.document), version
    session.flush()
    return version


def drop_mapping(session: Session, tenant_id: UUID, source_id: UUID) -> None:
    """Let a source be read in Garland's own form; the versions of its mapping are kept."""
    row = _locked(session, tenant_id, source_id)
    row.mapping, row.mapping_version = None, None
    session.flush()


def latest_mapping(session: Session, tenant_id: UUID, source_id: UUID) -> MappingView | None:
    """Give the latest version of a source's mapping, if it ever had one."""
    newest = select(func.max(SourceMapping.version)).where(
        SourceMapping.tenant_id == tenant_id, SourceMapping.source_id == source_id
    )
    version = session.scalar(newest)
    return None if version is None else get_mapping(session, tenant_id, source_id, version)


def get_mapping(session: Session, tenant_id: UUID, source_id: UUID, version: int) -> MappingView:
    """Give one version of a source's mapping; raises NotFoundError."""
    row = session.scalar(
        select(SourceMapping).where(
            SourceMapping.tenant_id == tenant_id,
            SourceMapping.source_id == source_id,
            SourceMapping.version == version,
        )
    )
    if row is None:
        raise NotFoundError("no such version of the mapping", version=version)
    return _view(row)


def list_mappings(session: Session, tenant_id: UUID, source_id: UUID) -> list[MappingView]:
    """List the latest versions of a source's mapping, newest first."""
    rows = session.scalars(
        select(SourceMapping)
        .where(SourceMapping.tenant_id == tenant_id, SourceMapping.source_id == source_id)
        .order_by(SourceMapping.version.desc())
        .limit(SHOWN)
    )
    return [_view(row) for row in rows]


def _locked(session: Session, tenant_id: UUID, source_id: UUID) -> Source:
    row = get_owned(session, Source, tenant_id, source_id, name="source", lock=True)
    kind = kind_of(row.kind)
    if not kind.has_mapping:
        message = f"{kind.title} needs no mapping: its form is known"
        raise InvalidError(message, problems=[Problem("/mapping", message)])
    return row


def _is_same(present: MappingView, made: MappingView) -> bool:
    def said(one: MappingView) -> tuple[Mapping[str, Any], str, str]:
        return one.document, one.sample, one.clear_sample

    return said(present) == said(made)


def _view(row: SourceMapping) -> MappingView:
    return MappingView(
        version=row.version,
        document=row.document,
        sample=row.sample,
        clear_sample=row.clear_sample,
        created_at=row.created_at,
        created_by=row.created_by,
    )
