"""What the listener does for a tenant's sources: settings kept, and what was heard counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from kernel.numbers import MOST
from kernel.revisions import RevisionMovedError
from runtime.alarms._tables import Source
from runtime.alarms.sources.listened._tables import STATE_MAX, Listening
from runtime.alarms.sources.listened.kinds import SYSLOG
from runtime.alarms.sources.listened.networks import networks_of, overlap
from runtime.alarms.sources.syslog.rules import require_rules
from tenancy.rows import insert_new
from tenancy.scope import system


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningView:
    """What is set for one source, and how much came for it."""

    config: Mapping[str, Any]
    revision: int = 0
    heard: int = 0
    counted_only: int = 0
    state: str = ""
    state_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listened:
    """One source as the listener knows it."""

    source_id: UUID
    tenant_id: UUID
    kind: str
    name: str
    config: Mapping[str, Any]


def listening_of(session: Session, tenant_id: UUID, source_id: UUID) -> ListeningView:
    """Give what is set for a source of the tenant; nothing yet for a new one."""
    row = session.scalar(
        select(Listening).where(Listening.tenant_id == tenant_id, Listening.source_id == source_id)
    )
    if row is None:
        return ListeningView(config={})
    return ListeningView(
        config=row.config,
        revision=row.revision,
        heard=row.heard,
        counted_only=row.counted_only,
        state=row.state,
        state_at=row.state_at,
    )


def set_listening(
    session: Session, tenant_id: UUID, source_id: UUID, *, kind: str, config: Mapping[str, Any]
) -> None:
    """Keep what the listener does for a source; it does so within seconds.

    Raises:
        InvalidError: its networks are another's: whose a message is would have to be guessed.
    """
    if kind == SYSLOG:
        _refuse_taken(session, source_id, config)
    row = {
        "source_id": source_id,
        "tenant_id": tenant_id,
        "config": dict(config),
        "revision": 1,
        "heard": 0,
        "counted_only": 0,
        "state": "",
        "state_at": None,
    }
    if not insert_new(session, Listening, row, keys=("source_id",)):
        session.execute(
            update(Listening)
            .where(Listening.tenant_id == tenant_id, Listening.source_id == source_id)
            .values(config=dict(config), revision=Listening.revision + 1)
        )
    session.expire_all()


def set_rules(
    session: Session,
    tenant_id: UUID,
    source_id: UUID,
    *,
    rules: Sequence[Mapping[str, Any]],
    expected_revision: int,
) -> None:
    """Keep the rules of a syslog source; the listener knows them within seconds.

    Raises:
        InvalidError: naming each rule and field that does not fit.
        RevisionMovedError: somebody else set the source up meanwhile.
    """
    require_rules(rules)
    mine = (Listening.tenant_id == tenant_id, Listening.source_id == source_id)
    config = session.scalar(
        select(Listening.config).where(*mine, Listening.revision == min(expected_revision, MOST))
    )
    kept = (
        session.scalar(
            update(Listening)
            .where(*mine, Listening.revision == expected_revision)
            .values(config={**config, "rules": list(rules)}, revision=Listening.revision + 1)
            .returning(Listening.revision)
        )
        if config is not None
        else None
    )
    if kept is None:
        message = "somebody set this source up meanwhile: load the page again"
        raise RevisionMovedError(message, source_id=str(source_id))
    session.expire_all()


def _refuse_taken(session: Session, source_id: UUID, config: Mapping[str, Any]) -> None:
    """Refuse networks that a syslog source of anybody has: there is no password to tell them by.

    A paused one has them too: once it is resumed, its messages would be nobody's.
    """
    ours = networks_of(config.get("networks", ()))
    with system(session):
        others = _listened(session, Source.kind == SYSLOG, Source.id != source_id)
    for other in others:
        shared = overlap(ours, networks_of(other.config.get("networks", ())))
        if shared is not None:
            message = (
                f"networks: {shared} is, at least in part, a syslog source's already: name the "
                "addresses that send to this one alone, or ask whoever runs this installation"
            )
            raise InvalidError(message, problems=[Problem("/networks", message)])


def list_listened(session: Session) -> list[Listened]:
    """List the sources that the listener serves, of every tenant in reach; a paused one is not."""
    return _listened(session, Source.paused_at.is_(None))


def _listened(session: Session, *conditions: ColumnElement[bool]) -> list[Listened]:
    columns = (Source.id, Source.tenant_id, Source.kind, Source.name, Listening.config)
    rows = session.execute(
        select(*columns)
        .join(Listening, Listening.source_id == Source.id)
        .where(Listening.tenant_id == Source.tenant_id, *conditions)
        .order_by(Source.id)
    )
    return [
        Listened(
            source_id=row.id, tenant_id=row.tenant_id, kind=row.kind, name=row.name, config=row[4]
        )
        for row in rows
    ]


def count_heard(
    session: Session, tenant_id: UUID, source_id: UUID, *, heard: int, counted_only: int
) -> None:
    """Count what came for a source."""
    session.execute(
        update(Listening)
        .where(Listening.tenant_id == tenant_id, Listening.source_id == source_id)
        .values(heard=Listening.heard + heard, counted_only=Listening.counted_only + counted_only)
        .execution_options(synchronize_session=False)
    )


def note_state(
    session: Session, tenant_id: UUID, source_id: UUID, *, state: str, now: datetime
) -> None:
    """Tell on a source's page how its connection fares."""
    session.execute(
        update(Listening)
        .where(Listening.tenant_id == tenant_id, Listening.source_id == source_id)
        .values(state=state[:STATE_MAX], state_at=now)
        .execution_options(synchronize_session=False)
    )
