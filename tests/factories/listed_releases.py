"""Releases that went the whole way: submitted, checked, approved, in the index, and listed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from blocks.packages.package import read_package
from blocks.packages.trusted import add_publisher, add_release, found_trust, known_root
from marketplace.releases.publishers import owner_of_namespace
from marketplace.releases.reviewing import list_publicly
from marketplace.releases.store import ReleaseView, archive_of
from tenancy.organisations import get_organisation
from tenancy.scope import system
from tests.factories.packages import KEY, ROOT_KEY
from tests.factories.releases import (
    ANNA,
    approve,
    make_integrator,
    make_publisher,
    make_release,
    make_vendor,
    pass_checks,
)
from tests.factories.tenancy import NOON


def make_listed_release(session: Session, **said: Any) -> ReleaseView:
    """List a release of a block of `acme`, whose publisher is made with the first."""
    with system(session):
        if known_root(session) is None:
            found_trust(session, ROOT_KEY, now=NOON)
            add_publisher(session, ROOT_KEY, "acme", KEY.public_key(), now=NOON)
            make_publisher(session, make_integrator(session))
        owner = owner_of_namespace(session, "acme")
        publisher = get_organisation(session, owner) if owner else make_integrator(session)
        release = approve(session, pass_checks(session, make_release(session, publisher, **said)))
        package = read_package(archive_of(session, release))
        add_release(session, ROOT_KEY, package, now=NOON)
        vendor = make_vendor(session)
        return list_publicly(session, vendor.id, release.id, by=ANNA, now=NOON)
