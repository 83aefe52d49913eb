"""The sources of a tenant: made with a secret address, counted as they send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id, new_secret, sha256_of
from kernel.secrets import Vault
from runtime.alarms._tables import IntakeFault, Source
from runtime.alarms.sources.alertmanager import read_alertmanager
from runtime.alarms.sources.listened.kinds import LISTENED, LISTENED_TITLES, read_listened
from runtime.alarms.sources.reading import Batch, read_canonical
from tenancy.rows import get_owned

KEY_PREFIX = "in"
NAME_MAX = 120
Reader = Callable[..., Batch]
KINDS: Mapping[str, Reader] = {
    "json": lambda body, *, source, config: read_canonical(body, source=source),  # noqa: ARG005  nothing to set
    "alertmanager": read_alertmanager,
    **dict.fromkeys(LISTENED, read_listened),
}
TITLES = {
    "json": "JSON in Garland's form",
    "alertmanager": "Prometheus Alertmanager",
    **LISTENED_TITLES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """One source without its key."""

    id: UUID
    tenant_id: UUID
    kind: str
    name: str
    last_seen_at: datetime | None
    accepted: int
    rejected: int
    last_problem: str
    last_problem_at: datetime | None
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultView:
    """Input that was refused and kept."""

    at: datetime
    code: str
    message: str
    problems: list[dict[str, str]]
    body: str


def create_source(
    session: Session, tenant_id: UUID, *, kind: str, name: str, vault: Vault, now: datetime
) -> tuple[SourceView, str]:
    """Add a source; give it and the key of its address.

    Raises:
        InvalidError: no such kind, or no name.
        ConflictError: the name is taken.
    """
    said = name.strip()
    if kind not in KINDS:
        message = "kind: choose one of " + ", ".join(KINDS)
        raise InvalidError(message, problems=[Problem("/kind", message)])
    if not 1 <= len(said) <= NAME_MAX:
        message = f"name: write 1 to {NAME_MAX} characters"
        raise InvalidError(message, problems=[Problem("/name", message)])
    taken = select(Source.id).where(Source.tenant_id == tenant_id, Source.name == said)
    if session.scalar(taken) is not None:
        raise ConflictError(f"a source is named {said} already: choose another name")
    key = new_secret(KEY_PREFIX)
    row = Source(
        id=new_id(),
        tenant_id=tenant_id,
        kind=kind,
        name=said,
        key_digest=sha256_of(key),
        key_sealed=vault.encrypt(key),
        config={},
        created_at=now,
    )
    session.add(row)
    session.flush()
    return _view(row), key


def list_sources(session: Session, tenant_id: UUID) -> list[SourceView]:
    """List a tenant's sources by name."""
    rows = session.scalars(
        select(Source).where(Source.tenant_id == tenant_id).order_by(Source.name)
    )
    return [_view(row) for row in rows]


def get_source(session: Session, tenant_id: UUID, source_id: UUID) -> SourceView:
    """Give one source of the tenant; raises NotFoundError."""
    return _view(_own(session, tenant_id, source_id))


def configure_source(
    session: Session, tenant_id: UUID, source_id: UUID, *, config: Mapping[str, Any]
) -> SourceView:
    """Keep how a source is read; what came earlier stays as it is.

    Raises:
        InvalidError: sources of this kind have nothing to set.
    """
    row = _own(session, tenant_id, source_id)
    if row.kind != "alertmanager":
        message = f"{TITLES[row.kind]} has nothing to set"
        raise InvalidError(message, problems=[Problem("/kind", message)])
    row.config = dict(config)
    session.flush()
    return _view(row)


def _own(session: Session, tenant_id: UUID, source_id: UUID) -> Source:
    return get_owned(session, Source, tenant_id, source_id, name="source")


def key_of(session: Session, tenant_id: UUID, source_id: UUID, *, vault: Vault) -> str:
    """Open the key of a source's address; raises NotFoundError."""
    return vault.decrypt(_own(session, tenant_id, source_id).key_sealed)


def find_source(session: Session, key: str) -> SourceView | None:
    """Find a source by its key, in every tenant: call it in system scope."""
    row = session.scalar(select(Source).where(Source.key_digest == sha256_of(key)))
    return _view(row) if row is not None else None


def note_intake(
    session: Session,
    source_id: UUID,
    *,
    accepted: int,
    rejected: int,
    problem: str,
    now: datetime,
) -> None:
    """Count what a source sent."""
    row = session.scalar(select(Source).where(Source.id == source_id).with_for_update())
    if row is None:
        return
    row.last_seen_at = now
    row.accepted += accepted
    row.rejected += rejected
    if problem:
        row.last_problem, row.last_problem_at = problem[:500], now


def faults_of(session: Session, tenant_id: UUID, source_id: UUID) -> list[FaultView]:
    """List the latest refused input of a source, newest first."""
    rows = session.scalars(
        select(IntakeFault)
        .where(IntakeFault.tenant_id == tenant_id, IntakeFault.source_id == source_id)
        .order_by(IntakeFault.id.desc())
        .limit(20)
    )
    return [
        FaultView(
            at=row.at, code=row.code, message=row.message, problems=row.problems, body=row.body
        )
        for row in rows
    ]


def _view(row: Source) -> SourceView:
    return SourceView(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=row.kind,
        name=row.name,
        last_seen_at=row.last_seen_at,
        accepted=row.accepted or 0,
        rejected=row.rejected or 0,
        last_problem=row.last_problem or "",
        last_problem_at=row.last_problem_at,
        config=row.config,
    )


def read_body(source: SourceView, body: Any) -> Batch:
    """Read a body as the source's kind does."""
    return KINDS[source.kind](body, source=source.name, config=source.config)
