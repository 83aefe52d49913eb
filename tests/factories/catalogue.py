"""Packages of a block that the catalogue lists: signed, or a provider's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage, BlockUpload
from kernel.ids import new_id
from marketplace.releases._tables import MarketListing, MarketRelease
from marketplace.releases.states import Channel, ReleaseState
from tenancy.scope import as_tenant
from tests.factories.packages import make_manifest
from tests.factories.tenancy import NOON

CONFIG = {
    "type": "object",
    "additionalProperties": False,
    "required": ["host"],
    "properties": {
        "host": {"type": "string", "minLength": 1, "title": "Host"},
        "port": {"type": "integer", "minimum": 1, "maximum": 99, "default": 80},
        "token": {"type": "string", "x-garland": {"widget": "secret"}},
    },
}


def make_listed(session: Session, version: str = "1.0.0", **said: Any) -> str:
    """Keep a signed package of a block with settings; its digest is given."""
    return _keep(session, ["key"], {"version": version, "config": CONFIG, **said})


def make_known(session: Session, digest: str, **said: Any) -> None:
    """Let a listed package be a release on the marketplace, with what is said of it."""
    package = session.get_one(BlockPackage, digest)
    if session.get(MarketListing, package.block_id) is None:
        listing = MarketListing(listing_id=package.block_id, owner_id=UUID(int=9), kind="block")
        listing.namespace, listing.title, listing.summary = "acme", "Lamp", "Switches a lamp."
        listing.support, listing.changed_at, listing.changed_by = "", NOON, "Anna"
        session.add(listing)
        session.flush()
    facts = {"state": ReleaseState.LISTED, "channel": Channel.STABLE, "level": "bronze", **said}
    row = MarketRelease(id=new_id(), listing_id=package.block_id, version=package.version, **facts)
    row.owner_id, row.kind, row.digest = UUID(int=9), "block", digest
    row.manifest, row.archive, row.size_bytes = package.manifest, b"", 0
    row.changelog, row.submitted_at, row.submitted_by = "", NOON, "Anna"
    session.add(row)
    session.flush()


def make_own(
    session: Session, owner_id: UUID, *, now: datetime = NOON, **said: Any
) -> str:  # fmt: skip
    """Keep a package that nobody signed and one organisation brought; its digest is given."""
    digest = _keep(session, [], {"id": "acme.own", "title": "Own", **said})
    brought = BlockUpload(
        id=new_id(), tenant_id=owner_id, digest=digest, uploaded_at=now, uploaded_by="Nora"
    )
    with as_tenant(session, owner_id):
        session.add(brought)
    return digest


def _keep(session: Session, signers: list[str], said: dict[str, Any]) -> str:
    manifest = make_manifest(**said)
    digest = f"sha256:{new_id().hex}{new_id().hex}"
    session.add(
        BlockPackage(
            digest=digest,
            block_id=manifest["id"],
            version=manifest["version"],
            manifest=manifest,
            archive=b"",
            signers=signers,
            vouched_in={},
            added_at=NOON,
        )
    )
    session.flush()
    return digest
