"""Builders of organisations and people."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from tenancy.members import add_member
from tenancy.organisations import OrganisationView, create_organisation, find_by_slug
from tenancy.people import PersonView, create_person

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"  # noqa: S105  made up


def make_csp(session: Session) -> OrganisationView:
    """Make a CSP under the one vendor."""
    vendor = find_by_slug(session, "vendor") or create_organisation(
        session, kind="vendor", name="Vendor", slug="vendor"
    )
    return create_organisation(
        session, kind="csp", name="CSP", slug=f"csp-{uuid4().hex[:8]}", parent_id=vendor.id
    )


def make_customer(session: Session, name: str = "Customer") -> OrganisationView:
    """Make a customer under a CSP of its own."""
    csp = make_csp(session)
    slug = f"customer-{uuid4().hex[:8]}"
    return create_organisation(session, kind="customer", name=name, slug=slug, parent_id=csp.id)


def make_member(
    session: Session, organisation: OrganisationView, role: str = "admin", name: str = "Anna"
) -> PersonView:
    """Make a person with a role in an organisation; the password is PASSWORD."""
    email = f"person-{uuid4().hex[:8]}@example.com"
    person = create_person(session, email=email, name=name, password=PASSWORD, now=NOON)
    add_member(session, organisation.id, person.id, role, now=NOON)
    return person
