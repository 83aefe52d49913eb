"""Installations with a trust of their own, listings in them, and folders between them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from blocks.packages.mirrored import own_fingerprint
from blocks.packages.package import read_package
from blocks.packages.trusted import add_publisher, add_release, found_trust, known_root
from kernel.acting import Acting
from kernel.db import make_sessions
from marketplace.mirror import exporting, importing
from marketplace.releases.publishers import owner_of_namespace
from marketplace.releases.reviewing import list_publicly
from marketplace.releases.store import ReleaseView
from runtime.moving.receiving import snapshot
from tenancy.audit.trail import Actor
from tenancy.organisations import OrganisationView, find_by_slug
from tenancy.scope import as_tenant, guarded
from tests.factories.packages import KEY, ROOT_KEY
from tests.factories.releases import (
    approve,
    make_integrator,
    make_publisher,
    make_release,
    make_signed,
    make_vendor,
    pass_checks,
)
from tests.factories.tenancy import NOON

VERA = Actor(name="Vera")


def make_listed(
    session: Session,
    *,
    root: Ed25519PrivateKey = ROOT_KEY,
    key: Ed25519PrivateKey = KEY,
    namespace: str = "acme",
    now: datetime = NOON,
    **said: Any,
) -> ReleaseView:
    """List a release in the index and on the marketplace, with all that it takes before."""
    owner = f"{namespace.capitalize()} Integration"
    found = find_by_slug(session, owner.lower().replace(" ", "-"))
    organisation = found or make_integrator(session, owner)
    if known_root(session) is None:
        found_trust(session, root, now=now)
    if owner_of_namespace(session, namespace) is None:
        make_publisher(session, organisation, namespace, key=key)
        add_publisher(session, root, namespace, key.public_key(), now=now)
    data = make_signed(key=key, **{"id": f"{namespace}.say", "publisher": namespace, **said})
    add_release(session, root, read_package(data), now=now)
    with as_tenant(session, organisation.id):
        release = pass_checks(session, make_release(session, organisation, data=data))
    vendor = make_vendor(session)
    with as_tenant(session, vendor.id):
        release = approve(session, release)
        return list_publicly(session, vendor.id, release.id, by=VERA, now=now)


def acting_for(vendor: OrganisationView) -> Acting:
    """Give who acts as the vendor on the command line."""
    return Acting(
        tenant_id=vendor.id,
        tenant_slug=vendor.slug,
        tenant_name=vendor.name,
        tenant_kind="vendor",
        person_id=None,
        person_name="the command line",
        role="admin",
        permissions=frozenset(),
    )


def export(
    sessions: sessionmaker[Session], folder: Path, *, key: Ed25519PrivateKey = ROOT_KEY,
    now: datetime = NOON, **said: Any,
) -> exporting.Written:  # fmt: skip
    """Export a whole marketplace."""
    wish = exporting.Wish(source="The main one", key=key, **said)
    with snapshot(reading(sessions)) as session:
        vendor = find_by_slug(session, "vendor")
        assert vendor is not None
        return exporting.export_whole(sessions, session, vendor.id, folder, wish, now=now)


def import_(
    sessions: sessionmaker[Session], folder: Path, *, now: datetime = NOON, **said: Any
) -> importing.Taken:
    """Import it into another installation, which begins its own trust where it has none."""
    with sessions.begin() as session:
        vendor = make_vendor(session)
        if known_root(session) is None:
            found_trust(session, Ed25519PrivateKey.from_private_bytes(b"h" * 32), now=NOON)
    wish = importing.Wish(**said)
    return importing.import_whole(sessions, acting_for(vendor), folder, wish, now=now)


def reading(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """Give sessions on the same database that only read, which on SQLite take no lock."""
    engine: Engine = sessions.kw["bind"]
    return guarded(make_sessions(engine.execution_options(garland_read_only=True)))


def fingerprint(sessions: sessionmaker[Session]) -> str:
    """Give the fingerprint of an installation's root."""
    with sessions() as session:
        return own_fingerprint(session)
