"""Packages as they come: read, kept once, and shown before anybody installs them.

A package that signatures vouch for is offered to every tenant. One that nobody signed is its
author's, and offered to the tenant alone that brought it, and to those below a provider that
offers it as its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockInstall, BlockPackage, BlockUpload
from blocks.installs.curated import kept_back, lent
from blocks.installs.fitness import checked_block
from blocks.installs.model import Offered, asks_of, new_asks
from blocks.installs.vouching import lender_of, signers_of, taken_back
from blocks.manifest import Manifest, kept_manifest
from blocks.packages.package import Package, read_package
from blocks.packages.trust import Trusted
from blocks.versions import precedence
from kernel.acting import acting_in
from kernel.db import insert_into
from kernel.errors import NotFoundError
from kernel.ids import new_id
from tenancy.rows import insert_new


def upload(
    session: Session,
    tenant_id: UUID,
    data: bytes,
    *,
    by: str,
    now: datetime,
    vouched_by: Trusted | None = None,
) -> Offered:
    """Take a package to be shown before it is installed; it is kept once, whoever brings it.

    `vouched_by` is the signed pack that it came in, which was believed.

    Raises:
        InvalidError: as `checked_block`.
        NotTrustedError: it is signed, and its signature is not to be believed.
    """
    package = read_package(data)
    manifest = checked_block(package)
    own = signers_of(session, package, now=now)
    words = {vouched_by.digest: [*vouched_by.key_ids]} if vouched_by is not None else {}
    _keep(session, package, manifest, data, own, words, now=now)
    brought = {"id": new_id(), "tenant_id": tenant_id, "digest": package.digest}
    acting = acting_in(session, tenant_id)
    told: dict[str, Any] = {"uploaded_at": now, "uploaded_by": by}
    told["uploaded_by_id"] = acting.vouched_by if acting is not None else None
    brought.update(told)
    if not insert_new(session, BlockUpload, brought, keys=("tenant_id", "digest")):
        again = update(BlockUpload).where(
            BlockUpload.tenant_id == tenant_id, BlockUpload.digest == package.digest
        )
        session.execute(again.values(told))
    return offered(session, tenant_id, package.digest)


def keep_signed(
    session: Session, package: Package, data: bytes, trusted: Trusted, *, now: datetime
) -> None:
    """Keep a package that was believed for every tenant to install, though none brought it.

    Raises:
        InvalidError: as `checked_block`.
    """
    manifest = checked_block(package)
    _keep(session, package, manifest, data, trusted.key_ids, {}, now=now)


def offered(session: Session, tenant_id: UUID, digest: str) -> Offered:
    """Show a package that the tenant may install.

    Raises:
        NotFoundError: there is none, or nobody signed it and another tenant brought it, of which
            no provider above lends it.
    """
    package = session.get(BlockPackage, digest)
    lent_by = lender_of(session, tenant_id, package) if package is not None else None
    is_seen = lent_by is not None or is_brought(session, tenant_id, digest)
    if package is None or not (package.signers or is_seen):
        raise NotFoundError("no such package is here: upload it", digest=digest)
    asks = asks_of(package.manifest)
    rows = installed_rows(session, tenant_id, package.block_id)
    same = next((one for one in rows if one.version == package.version), None)
    return Offered(
        digest=digest,
        manifest=kept_manifest(package.manifest),
        asks_for=asks,
        new_asks=new_asks(asks, [one.permissions for one in rows]),
        is_signed=bool(package.signers),
        lent_by=lent_by,
        replaces=same.digest if same is not None and same.digest != digest else "",
        is_installed=same is not None and same.digest == digest,
    )


def is_brought(session: Session, tenant_id: UUID, digest: str) -> bool:
    """Tell whether a tenant brought a package itself."""
    wanted = select(BlockUpload.id).where(
        BlockUpload.tenant_id == tenant_id, BlockUpload.digest == digest
    )
    return session.scalar(wanted) is not None


def waiting(session: Session, tenant_id: UUID, *, now: datetime) -> list[Offered]:
    """List what the tenant may install and has not: the highest version of each block, by title.

    A block of which it has that version, or a higher one, waits for nothing; what was revoked, or
    whose signature was, is left out, and so is what the providers above keep back.
    """
    is_taken_back = taken_back(session, now=now)
    brought = select(BlockUpload.digest).where(BlockUpload.tenant_id == tenant_id)
    mine = {*session.scalars(brought), *lent(session, tenant_id)}
    installed = installed_rows(session, tenant_id)
    highest: dict[str, tuple[object, ...]] = {}
    for one in installed:
        highest[one.block_id] = max(highest.get(one.block_id, ()), precedence(one.version))
    named = (BlockPackage.digest, BlockPackage.block_id, BlockPackage.version)
    said = (BlockPackage.signers, BlockPackage.vouched_in)
    rows = session.execute(select(*named, *said).order_by(BlockPackage.added_at))
    found: dict[str, str] = {}
    for row in rows:  # of two of one version, what came last
        is_offered = bool(row.signers) or row.digest in mine
        if not is_offered or precedence(row.version) < highest.get(row.block_id, ()):
            continue
        if not is_taken_back(row.digest, row.signers, row.vouched_in):
            highest[row.block_id], found[row.block_id] = precedence(row.version), row.digest
    there = {one.digest for one in installed}
    there |= kept_back(session, tenant_id, found.values(), now=now)
    shown = [offered(session, tenant_id, one) for one in found.values() if one not in there]
    return sorted(shown, key=lambda one: (one.manifest.title.lower(), one.manifest.id))


def parts_of(session: Session, tenant_id: UUID, digest: str) -> dict[str, Any]:
    """List what a package that the tenant may see is made of, as CycloneDX; as `offered` raises."""
    from blocks.packages.sbom import bill_of_materials  # few ask, and it takes long to load

    offered(session, tenant_id, digest)
    return bill_of_materials(package_of(session, digest))


def package_of(session: Session, digest: str) -> Package:
    """Give a package that is kept here; its digest is checked again."""
    return read_package(session.get_one(BlockPackage, digest).archive)


def installed_rows(session: Session, tenant_id: UUID, block_id: str = "") -> list[BlockInstall]:
    """List what a tenant has installed, by id, the version installed last first."""
    wanted = select(BlockInstall).where(BlockInstall.tenant_id == tenant_id)
    if block_id:
        wanted = wanted.where(BlockInstall.block_id == block_id)
    order = (BlockInstall.block_id, BlockInstall.installed_at.desc())
    return list(session.scalars(wanted.order_by(*order)))


def _keep(  # noqa: PLR0913  what it is, who vouches for it, since when
    session: Session,
    package: Package,
    manifest: Manifest,
    data: bytes,
    own: Sequence[str],
    words: Mapping[str, Sequence[str]],
    *,
    now: datetime,
) -> None:
    """Keep a package once, with all that vouches for it."""
    row = {
        "digest": package.digest,
        "block_id": manifest.id,
        "version": manifest.version,
        "manifest": dict(package.manifest),
        "archive": data,
        "signers": list(own),
        "vouched_in": {},
        "added_at": now,
    }
    kept = _locked(session, row)
    if own:
        kept.archive = data  # never one without its signature in the place of one that has it
    kept.vouched_in = {**kept.vouched_in, **words}
    kept.signers = sorted({*kept.signers, *own}.union(*words.values()))
    session.flush()


def _locked(session: Session, row: dict[str, object]) -> BlockPackage:
    """Write a package unless it is here; give it locked, for what is said of it more now."""
    session.execute(insert_into(session, BlockPackage).values(**row).on_conflict_do_nothing())
    return session.get_one(
        BlockPackage, row["digest"], populate_existing=True, with_for_update=True
    )
