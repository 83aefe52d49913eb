"""The blocks that a tenant can use: those that come with Garland, and those it installed.

Whoever runs or shows workflows asks for them, often several times in one transaction, so nearly
all is kept: one number, read once a transaction, says whether anything was installed, held,
removed or decided on by a provider anywhere since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.decided import with_decisions
from blocks.installs._changes import last_change
from blocks.installs._tables import BlockInstall, BlockPackage
from blocks.installs.cache import unpacked
from blocks.installs.deciding import mark_of, presets_for
from blocks.installs.loader import Pinned, Sandbox, load_installed
from blocks.installs.vouching import told_of_settings
from blocks.presets import Preset
from blocks.registry import Block, Registry, Standing, standard_registry
from kernel.errors import NotFoundError
from kernel.ids import sha256_of
from kernel.kept import Kept
from tenancy.scope import as_tenant

log = structlog.get_logger(__name__)

SHELF = "garland.blocks"
TENANTS_KEPT = 5_000
REGISTRIES_KEPT = 500


def registry_of(session: Session, tenant_id: UUID) -> Registry:
    """Give the blocks that a tenant can use; the same object as long as they stay the same.

    A session that was made without a shelf has those alone that come with Garland.
    """
    shelf: Shelf | None = session.info.get(SHELF)
    return shelf.registry(session, tenant_id) if shelf is not None else standard_registry()


def block_to_try(session: Session, tenant_id: UUID, digest: str) -> Block:
    """Make the block of a package that a tenant need not have, for whoever tries it apart.

    What providers decided of its settings counts for the tenant as if it had it.

    Raises:
        NotFoundError: there is no such package, or the session was made without a shelf.
    """
    shelf: Shelf | None = session.info.get(SHELF)
    package = session.get(BlockPackage, digest)
    if shelf is None or package is None:
        raise NotFoundError("no such package can be tried here", digest=digest)
    pinned = Pinned(
        block_id=package.block_id,
        version=package.version,
        digest=digest,
        state=Standing.INSTALLED,
        lets_finish=True,
    )
    decided = _decided(session, tenant_id, (pinned,))
    return with_decisions(shelf.load(session, tenant_id, pinned), decided.get(digest, ()))


class _IncompleteError(Exception):
    """A block could not be read from the disk just now: nothing of this is to be kept."""

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self.registry = registry


@dataclass(frozen=True)
class Shelf:
    """What one process has unpacked and made of packages; safe among threads.

    Attributes:
        folder: Where packages are unpacked on this machine.
        sandbox: Makes what runs Python code; None where none may run.
    """

    folder: Path
    sandbox: Sandbox | None = None
    _known: Kept[tuple[UUID, int], Registry] = field(default_factory=lambda: Kept(TENANTS_KEPT))
    _made: Kept[tuple[UUID, tuple[Pinned, ...], str], Registry] = field(
        default_factory=lambda: Kept(REGISTRIES_KEPT)
    )

    def registry(self, session: Session, tenant_id: UUID) -> Registry:
        """Give a tenant's blocks; what this transaction itself changed is seen at once."""
        change = last_change(session)
        try:
            if change is None:
                return self._read(session, tenant_id)
            return self._known.get((tenant_id, change), lambda: self._read(session, tenant_id))
        except _IncompleteError as error:
            return error.registry

    def _read(self, session: Session, tenant_id: UUID) -> Registry:
        pinned = _pinned(session, tenant_id)
        if not pinned:
            return standard_registry()
        decided = _decided(session, tenant_id, pinned)
        return self._made.get(
            (tenant_id, pinned, mark_of(decided)),
            lambda: self._make(session, tenant_id, pinned, decided),
        )

    def _make(
        self,
        session: Session,
        tenant_id: UUID,
        pinned: tuple[Pinned, ...],
        decided: Mapping[str, tuple[Preset, ...]],
    ) -> Registry:
        own, lacking = [], []
        for one in pinned:
            try:
                block = self.load(session, tenant_id, one)
                own.append(with_decisions(block, decided.get(one.digest, ())))
            except OSError:
                log.exception("block_not_unpacked", block=one.block_id, version=one.version)
                lacking.append(one.digest)
            except Exception:  # whatever one block's files say, the others are there
                log.exception("block_not_loaded", block=one.block_id, version=one.version)
        told: list[object] = [(one.digest, one.state, one.lets_finish) for one in pinned]
        told += [mark_of(decided)] if decided else []
        blocks = [*standard_registry().each(), *own]
        if lacking:
            raise _IncompleteError(Registry(blocks, sha256_of(repr((told, lacking)))))
        return Registry(blocks, sha256_of(repr(told)))

    def load(self, session: Session, tenant_id: UUID, one: Pinned) -> Block:
        """Make the block of a package for a tenant, unpacked now where it is not there yet."""
        folder = unpacked(self.folder, one.digest, lambda: _archive(session, one.digest))
        return load_installed(tenant_id, one, folder, self.sandbox)


def _pinned(session: Session, tenant_id: UUID) -> tuple[Pinned, ...]:
    wanted = (
        select(
            BlockInstall.block_id,
            BlockInstall.version,
            BlockInstall.digest,
            BlockInstall.state,
            BlockInstall.lets_finish,
        )
        .where(BlockInstall.tenant_id == tenant_id)
        .order_by(BlockInstall.block_id, BlockInstall.version)
    )
    with as_tenant(session, tenant_id):
        return tuple(Pinned(**row._asdict()) for row in session.execute(wanted))


def _decided(
    session: Session, tenant_id: UUID, pinned: tuple[Pinned, ...]
) -> dict[str, tuple[Preset, ...]]:
    """Give by digest the settings that were decided on, of those whose code may be told them."""
    found = presets_for(session, tenant_id, {one.block_id for one in pinned})
    meant = {one.digest: found[one.block_id] for one in pinned if one.block_id in found}
    if not meant:
        return {}
    told = told_of_settings(session, tenant_id, meant)
    return {digest: presets for digest, presets in meant.items() if digest in told}


def _archive(session: Session, digest: str) -> bytes:
    found = session.scalar(select(BlockPackage.archive).where(BlockPackage.digest == digest))
    return found or b""
