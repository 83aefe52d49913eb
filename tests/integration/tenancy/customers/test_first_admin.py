"""Who looks after a customer makes a new link for its first admin, until somebody is one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, InvalidError, NotFoundError
from tenancy.audit._tables import AuditEntry
from tenancy.customers.adding import Wanted, add_customer
from tenancy.customers.first_admin import invite_admin_again, waiting_admins
from tenancy.invitations import accepting
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.scope import as_tenant
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON, PASSWORD, make_csp
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
LATER = NOON + timedelta(minutes=2)
ADA, BEA = "ada@example.com", "bea@example.com"


@pytest.fixture
def csp(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        return make_csp(session)


@pytest.fixture
def harbour(sessions: Sessions, csp: OrganisationView) -> tuple[OrganisationView, str]:
    """A new customer, and the key of its first admin's link."""
    with sessions.begin() as session:
        wanted = Wanted(name="Harbour", admin_email=ADA)
        added = add_customer(session, admin_of(csp), wanted, now=NOON)
        assert added.invited is not None
        return added.organisation, added.invited.key


def test_a_new_link_ends_the_one_that_was_lost(
    sessions: Sessions, csp: OrganisationView, harbour: tuple[OrganisationView, str]
) -> None:
    one, lost = harbour
    with sessions.begin() as session:
        new = invite_admin_again(session, admin_of(csp), one.id, now=LATER)

    with sessions.begin() as session, pytest.raises(NotFoundError):
        accepting.find_offer(session, lost, now=LATER)
    with sessions.begin() as session:
        offer = accepting.find_offer(session, new.key, now=LATER)

    assert (offer.email, offer.role, offer.invited_by) == (ADA, "admin", "Nora (CSP)")


def test_another_address_takes_the_first_ones_link_back(
    sessions: Sessions, csp: OrganisationView, harbour: tuple[OrganisationView, str]
) -> None:
    one, wrong = harbour
    with sessions.begin() as session:
        invite_admin_again(session, admin_of(csp), one.id, email=BEA, now=LATER)

    with sessions.begin() as session:
        waiting = waiting_admins(session, one.id, now=LATER)
        with as_tenant(session, csp.id):
            wanted = select(AuditEntry.action).where(AuditEntry.tenant_id == csp.id)
            actions = set(session.scalars(wanted))
        with pytest.raises(NotFoundError):
            accepting.find_offer(session, wrong, now=LATER)

    assert [each.email for each in waiting] == [BEA]
    assert actions == {"customer.added", "customer.admin_invited"}


def test_once_somebody_is_admin_there_only_they_invite(
    sessions: Sessions, csp: OrganisationView, harbour: tuple[OrganisationView, str]
) -> None:
    one, key = harbour
    with sessions.begin() as session:
        accepting.accept_as_new(session, key, name="Ada", password=PASSWORD, now=NOON)

    with sessions.begin() as session, pytest.raises(ConflictError, match="has an admin already"):
        invite_admin_again(session, admin_of(csp), one.id, now=LATER)


def test_without_anybody_invited_an_address_is_asked_for(
    sessions: Sessions, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        one = add_customer(session, admin_of(csp), Wanted(name="Pier"), now=NOON).organisation

        with pytest.raises(InvalidError, match="admin_email"):
            invite_admin_again(session, admin_of(csp), one.id, now=LATER)


def test_who_does_not_look_after_it_finds_nothing(
    sessions: Sessions, harbour: tuple[OrganisationView, str]
) -> None:
    with sessions.begin() as session, pytest.raises(NotFoundError):
        invite_admin_again(session, admin_of(make_csp(session)), harbour[0].id, now=LATER)


def test_the_page_shows_the_new_link_once_where_no_mail_is_sent(
    sessions: Sessions, signed_in: SignedIn, acme: OrganisationView
) -> None:
    with sessions() as session:
        csp = get_organisation(session, acme.parent_id or acme.id)
    nora: FlaskClient = signed_in("curator", csp)
    at = f"/t/{csp.slug}/customers/{acme.id}"

    before = nora.get(at).text
    made = nora.post(f"{at}/first-admin", data={"admin_email": ADA})
    refused = nora.post(f"{at}/first-admin", data={"admin_email": "nobody"})
    after = nora.get(at).text

    assert "Nobody is its admin, and nobody is invited" in before
    assert "/join/inv_" in made.text
    assert refused.status_code == 422
    assert "write an address" in refused.text
    assert ADA in after
    assert "/join/" not in after
