"""The packs that a tenant may install: those that come with Garland, and those it was brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.installs.vouching import refuse_revoked, signers_of
from blocks.packages.package import Package, read_package
from blocks.packages.trust import Trusted
from blocks.versions import precedence
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from runtime.packs._tables import PackOffer
from runtime.packs.parts import parts_of
from runtime.packs.standard import standard_pack, standard_packs

log = structlog.get_logger(__name__)

OFFERS_MAX = 100
GARLAND = "garland"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """One version of a pack that may be installed."""

    pack_id: str
    version: str
    digest: str
    title: str
    summary: str
    publisher: str
    licence: str
    manifest: Mapping[str, Any]
    is_signed: bool
    signers: tuple[str, ...] = ()
    is_standard: bool = False
    added_at: datetime | None = None
    added_by: str = ""


def bring_pack(
    session: Session, tenant_id: UUID, data: bytes, *, by: str, now: datetime
) -> OfferView:
    """Take a pack that may be installed from now on; all of it is checked.

    One that nobody signed takes the place of the one before it of the same version.

    Raises:
        PackError: something in it does not fit; each problem names file and field.
        InvalidError: it is no package, or no pack, or has a name of Garland's own.
        NotTrustedError: it is signed, and its signature is not to be believed.
        ConflictError: its version was brought as another package that is signed, or there are as
            many packs as there may be.
    """
    package = read_package(data)
    _require_foreign_pack(package)
    signers = signers_of(session, package, now=now)
    parts_of(package)
    manifest = package.manifest
    row = session.scalar(_of(tenant_id, manifest["id"], manifest["version"]).with_for_update())
    if row is None:
        row = _new_row(session, tenant_id, manifest)
    elif row.signers and row.digest != package.digest:
        message = "another package was brought as this version: give this one another version"
        raise ConflictError(message, digest=row.digest)
    row.digest, row.manifest, row.archive = package.digest, dict(manifest), data
    row.signers, row.added_at, row.added_by = list(signers), now, by
    with or_taken(session, ConflictError("somebody brings this pack right now: look again")):
        session.add(row)
    log.info("pack_brought", pack=row.pack_id, version=row.version, digest=row.digest)
    return _view(row)


def list_offers(session: Session, tenant_id: UUID) -> list[OfferView]:
    """List every version that may be installed, of each pack the highest first."""
    rows = session.scalars(select(PackOffer).where(PackOffer.tenant_id == tenant_id))
    found = [_view(row) for row in rows]
    found += [_standard_view(one) for one in standard_packs()]
    return sorted(found, key=lambda one: precedence(one.version), reverse=True)


def get_offer(session: Session, tenant_id: UUID, pack_id: str, version: str = "") -> OfferView:
    """Give a version of a pack, the highest where none is named; raises NotFoundError."""
    for one in list_offers(session, tenant_id):
        if one.pack_id == pack_id and version in ("", one.version):
            return one
    message = f"there is no pack {pack_id} {version}".strip() + " here: bring it first"
    raise NotFoundError(message, pack=pack_id)


def package_of(
    session: Session, tenant_id: UUID, offer: OfferView, *, now: datetime
) -> tuple[Package, Trusted | None]:
    """Give the package of what is offered, and by whom it is vouched for still.

    Raises:
        NotTrustedError: somebody took back their word since it came.
    """
    if offer.is_standard:
        return standard_pack(offer.pack_id), None
    row = session.scalars(_of(tenant_id, offer.pack_id, offer.version)).one()
    package = read_package(row.archive)
    if not row.signers:
        refuse_revoked(session, row.digest, now=now)
    signers = signers_of(session, package, now=now)
    return package, Trusted(package.digest, signers) if signers else None


def drop_offer(session: Session, tenant_id: UUID, pack_id: str, version: str) -> None:
    """Take a version that was brought off the list; what is installed of it stays.

    Raises:
        NotFoundError: it was not brought, or comes with Garland.
    """
    row = session.scalar(_of(tenant_id, pack_id, version))
    if row is None:
        raise NotFoundError("no such pack was brought", pack=pack_id, version=version)
    session.delete(row)
    session.flush()


def _require_foreign_pack(package: Package) -> None:
    if package.kind != "pack":
        told = "this is a block: install it under Blocks"
        raise InvalidError(told, problems=[Problem("", told)])
    if package.manifest["publisher"] == GARLAND:
        told = "pack.json: publisher: this is the vendor's own name: use yours, in the id too"
        raise InvalidError(told, problems=[Problem("/pack.json/publisher", told)])


def _new_row(session: Session, tenant_id: UUID, manifest: Mapping[str, Any]) -> PackOffer:
    counted = select(func.count(PackOffer.id)).where(PackOffer.tenant_id == tenant_id)
    if (session.scalar(counted) or 0) >= OFFERS_MAX:
        raise ConflictError(f"{OFFERS_MAX} packs were brought already: take one off the list first")
    which = {"pack_id": manifest["id"], "version": manifest["version"]}
    return PackOffer(id=new_id(), tenant_id=tenant_id, **which)


def _of(tenant_id: UUID, pack_id: str, version: str) -> Any:
    return select(PackOffer).where(
        PackOffer.tenant_id == tenant_id,
        PackOffer.pack_id == pack_id,
        PackOffer.version == version,
    )


def _view(row: PackOffer) -> OfferView:
    return OfferView(
        digest=row.digest,
        is_signed=bool(row.signers),
        signers=tuple(row.signers),
        added_at=row.added_at,
        added_by=row.added_by,
        **_said(row.manifest),
    )


def _standard_view(package: Package) -> OfferView:
    said = _said(package.manifest)
    return OfferView(digest=package.digest, is_signed=False, is_standard=True, **said)


def _said(manifest: Mapping[str, Any]) -> dict[str, Any]:
    names = ("version", "title", "summary", "publisher", "licence")
    return {"pack_id": manifest["id"], "manifest": manifest} | {
        name: manifest[name] for name in names
    }
