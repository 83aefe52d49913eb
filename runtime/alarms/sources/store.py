"""The sources of a tenant: made with a secret address, set, paused, given a new key, removed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id, new_secret, sha256_of
from kernel.json_text import why_not_kept
from kernel.secrets import Sealer
from runtime.alarms._tables import Source
from runtime.alarms.sources.expectations import quiet_after
from runtime.alarms.sources.faults import faults_of
from runtime.alarms.sources.kinds import TMF642, How, check_config, kind_of
from runtime.alarms.sources.listing import SourceView, list_sources, view_of
from runtime.alarms.sources.reading import Batch
from runtime.alarms.sources.senders import name_sender
from runtime.alarms.sources.silence import end_silence
from tenancy.audit.trail import About, note
from tenancy.keys.vault import tenant_vault
from tenancy.rows import get_owned

__all__ = [
    "SourceView",
    "configure_source",
    "create_source",
    "delete_source",
    "faults_of",
    "find_source",
    "get_source",
    "key_of",
    "list_sources",
    "pause_source",
    "read_body",
    "rename_source",
    "resume_source",
    "rotate_key",
]

KEY_PREFIX = "in"
NAME_MAX = 120


def create_source(
    session: Session, tenant_id: UUID, *, kind: str, name: str, vault: Sealer, now: datetime
) -> tuple[SourceView, str]:
    """Add a source; give it and the key of its address.

    One that sends over TMF642 is found by the name, whatever it is called later.

    Raises:
        InvalidError: no such kind, or no name.
        ConflictError: the name is taken.
    """
    kind_of(kind)
    said = _free_name(session, tenant_id, name)
    key = new_secret(KEY_PREFIX)
    row = Source(
        id=new_id(),
        tenant_id=tenant_id,
        kind=kind,
        name=said,
        key_digest=sha256_of(key),
        key_sealed=tenant_vault(session, tenant_id, vault).encrypt(key),
        config={},
        created_at=now,
    )
    with or_taken(session, _taken(said)):
        session.add(row)
    if kind == TMF642:
        name_sender(session, tenant_id, row.id, system=said)
    _note(session, row, "source.added", now=now)
    return view_of(row), key


def get_source(
    session: Session, tenant_id: UUID, source_id: UUID, *, lock: bool = False
) -> SourceView:
    """Give one source of the tenant, locked where asked; raises NotFoundError."""
    return view_of(_own(session, tenant_id, source_id, lock=lock))


def configure_source(
    session: Session,
    tenant_id: UUID,
    source_id: UUID,
    *,
    config: Mapping[str, Any],
    now: datetime,
) -> SourceView:
    """Keep how a source is read and what is expected of it; what came earlier stays as it is.

    Raises:
        InvalidError: a setting that its kind does not have, or one that cannot be kept.
    """
    row = _own(session, tenant_id, source_id, lock=True)
    check_config(row.kind, dict(config))
    if row.config != dict(config):
        _note(session, row, "source.changed", now=now)
    row.config = dict(config)
    _expect_anew(session, row, now=now)
    return view_of(row)


def rename_source(
    session: Session, tenant_id: UUID, source_id: UUID, *, name: str, now: datetime
) -> SourceView:
    """Call a source otherwise. Its alarms from now on carry the new name, and are other alarms.

    Raises:
        InvalidError: no name.
        ConflictError: the name is taken.
    """
    row = _own(session, tenant_id, source_id, lock=True)
    if name.strip() != row.name:
        said = _free_name(session, tenant_id, name)
        before = row.name
        with or_taken(session, _taken(said)):
            row.name = said
        _note(session, row, "source.renamed", now=now, before=before)
    return view_of(row)


def pause_source(
    session: Session, tenant_id: UUID, source_id: UUID, *, now: datetime
) -> SourceView:
    """Refuse what a source sends until it is resumed; nothing is expected of it meanwhile."""
    row = _own(session, tenant_id, source_id, lock=True)
    if row.paused_at is None:
        _note(session, row, "source.paused", now=now)
    row.paused_at = row.paused_at or now
    _expect_anew(session, row, now=now)
    return view_of(row)


def resume_source(
    session: Session, tenant_id: UUID, source_id: UUID, *, now: datetime
) -> SourceView:
    """Take what a source sends again."""
    row = _own(session, tenant_id, source_id, lock=True)
    if row.paused_at is not None:
        _note(session, row, "source.resumed", now=now)
    row.paused_at = None
    _expect_anew(session, row, now=now)
    return view_of(row)


def rotate_key(
    session: Session, tenant_id: UUID, source_id: UUID, *, vault: Sealer, now: datetime
) -> str:
    """Give a source another address; the old one is refused at once.

    Raises:
        ConflictError: its kind takes nothing at an address of its own.
    """
    row = _own(session, tenant_id, source_id, lock=True)
    if not kind_of(row.kind).has_address:
        raise ConflictError(f"{row.name} has no address of its own that could be renewed")
    key = new_secret(KEY_PREFIX)
    row.key_digest = sha256_of(key)
    row.key_sealed = tenant_vault(session, tenant_id, vault).encrypt(key)
    session.flush()
    _note(session, row, "source.key_renewed", now=now)
    return key


def delete_source(session: Session, tenant_id: UUID, source_id: UUID, *, now: datetime) -> None:
    """Remove a source with its mapping and faults; its alarms stay, and so does what it sent."""
    row = _own(session, tenant_id, source_id, lock=True)
    end_silence(session, row, now=now)
    _note(session, row, "source.removed", now=now)
    session.delete(row)
    session.flush()


def key_of(session: Session, tenant_id: UUID, source_id: UUID, *, vault: Sealer) -> str:
    """Open the key of a source's address; raises NotFoundError."""
    sealed = _own(session, tenant_id, source_id).key_sealed
    return tenant_vault(session, tenant_id, vault).decrypt(sealed)


def find_source(session: Session, key: str) -> SourceView | None:
    """Find a source by its key, in every tenant: call it in system scope."""
    row = session.scalar(select(Source).where(Source.key_digest == sha256_of(key)))
    return view_of(row) if row is not None else None


def read_body(source: SourceView, body: Any) -> Batch:
    """Read a body as the source's kind does."""
    how = How(source=source.name, config=source.config, mapping=source.mapping)
    return kind_of(source.kind).read(body, how)


def _note(session: Session, row: Source, action: str, *, now: datetime, **facts: str) -> None:
    about = About(kind="source", id=row.id, name=row.name)
    said = {"kind": row.kind, **facts}
    note(session, row.tenant_id, action, now=now, about=about, facts=said)


def _expect_anew(session: Session, row: Source, *, now: datetime) -> None:
    """Begin to wait for a source anew: what was expected before counts no more."""
    end_silence(session, row, now=now)
    is_paused = row.paused_at is not None
    row.quiet_after = None if is_paused else quiet_after(row.config, spoke_at=now)
    session.flush()


def _free_name(session: Session, tenant_id: UUID, name: str) -> str:
    said = name.strip()
    if not 1 <= len(said) <= NAME_MAX or why_not_kept(said, json.dumps(said)):
        message = f"name: write 1 to {NAME_MAX} characters that can be read"
        raise InvalidError(message, problems=[Problem("/name", message)])
    taken = select(Source.id).where(Source.tenant_id == tenant_id, Source.name == said)
    if session.scalar(taken) is not None:
        raise _taken(said)
    return said


def _taken(name: str) -> ConflictError:
    return ConflictError(f"a source is named {name} already: choose another name")


def _own(session: Session, tenant_id: UUID, source_id: UUID, *, lock: bool = False) -> Source:
    return get_owned(session, Source, tenant_id, source_id, name="source", lock=lock)
