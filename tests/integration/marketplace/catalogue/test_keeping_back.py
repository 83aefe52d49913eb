"""Installing asks the catalogue: what is kept back is neither installed nor shown as waiting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage
from blocks.installs.curated import CURATION, NotOfferedError, kept_back, require_offered
from blocks.manifest import kept_manifest
from marketplace.catalogue import curating
from marketplace.catalogue.keeping_back import CatalogueKeepsBack
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.catalogue import make_listed, make_own
from tests.factories.organisations import admin_of, make_below
from tests.factories.packages import make_manifest
from tests.factories.tenancy import NOON, make_csp

HELD = {"ceiling": "1.0.0"}


@pytest.fixture(autouse=True)
def asked(session: Session) -> Iterator[None]:
    session.info[CURATION] = CatalogueKeepsBack()
    yield
    del session.info[CURATION]


@pytest.fixture
def csp(session: Session) -> OrganisationView:
    return make_csp(session)


def hold(session: Session, who: OrganisationView) -> None:
    with as_tenant(session, who.id):
        curating.set_offer(session, admin_of(who), "acme.lamp", HELD, now=NOON)


def back(session: Session, tenant_id: UUID, *digests: str) -> set[str]:
    with as_tenant(session, tenant_id):
        return {*kept_back(session, tenant_id, digests, now=NOON)}


def test_a_version_that_is_held_is_kept_from_customers_alone(
    session: Session, csp: OrganisationView
) -> None:
    customer, stranger = make_below(session, csp), make_below(session, make_csp(session))
    old, new = make_listed(session, "1.0.0"), make_listed(session, "1.1.0")
    hold(session, csp)

    assert back(session, customer.id, old, new) == {new}
    assert back(session, csp.id, old, new) == set()
    assert back(session, stranger.id, old, new) == set()


def test_of_two_packages_of_one_version_each_is_judged_by_itself(
    session: Session, csp: OrganisationView
) -> None:
    customer = make_below(session, csp)
    asks = [{"name": "ssh", "reason": "To ask"}]
    digests = [make_listed(session, permissions=one) for one in (asks, [], asks, [])]
    for number, digest in enumerate(digests):
        session.get_one(BlockPackage, digest).added_at = NOON + timedelta(minutes=number)
    rule = {"effect": "refuse", "about": "permission", "values": ["ssh"]}
    with as_tenant(session, csp.id):
        curating.set_rule(session, admin_of(csp), "no-ssh", rule, now=NOON)

    assert back(session, customer.id, *digests) == {digests[0], digests[2]}


def test_where_no_provider_decided_anything_nothing_is_kept_back(
    session: Session, csp: OrganisationView
) -> None:
    customer, beta = make_below(session, csp), make_listed(session, "2.0.0-rc.1")

    assert back(session, customer.id, beta) == set()


def test_what_a_tenant_wrote_itself_is_not_the_catalogues(
    session: Session, csp: OrganisationView
) -> None:
    customer = make_below(session, csp)
    make_listed(session, "1.0.0")
    hold(session, csp)

    own = make_own(session, customer.id, id="acme.lamp", version="9.0.0")

    assert back(session, customer.id, own) == set()


def test_the_refusal_says_whom_to_ask(session: Session, csp: OrganisationView) -> None:
    customer = make_below(session, csp)
    make_listed(session, "1.0.0")
    new = make_listed(session, "1.1.0")
    hold(session, csp)
    manifest = kept_manifest(make_manifest(version="1.1.0"))

    with as_tenant(session, customer.id), pytest.raises(NotOfferedError, match=r"ask them for it"):
        require_offered(session, customer.id, new, manifest, now=NOON)
