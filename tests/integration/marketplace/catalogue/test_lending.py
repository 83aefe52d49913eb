"""A provider's own blocks, which nobody signed, are installed by those below it and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs import offering, store
from blocks.installs.curated import CURATION
from blocks.installs.forgetting import KEPT_FOR, forget_packages
from blocks.installs.loader import Run
from blocks.installs.model import InstallView
from blocks.installs.registry import SHELF, Shelf, registry_of
from blocks.manifest import Manifest
from blocks.packages.signing import NotTrustedError
from blocks.packages.trusted import found_trust, revoke_package
from blocks.registry import Standing
from blocks.sdk import Context, Emit, Outcome
from kernel.errors import NotFoundError
from marketplace.catalogue import curating
from marketplace.catalogue.keeping_back import CatalogueKeepsBack
from marketplace.catalogue.lending import lends_package
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.installs import REACHES_OUT, make_package
from tests.factories.organisations import admin_of, make_below
from tests.factories.packages import ROOT_KEY
from tests.factories.tenancy import NOON, make_csp

WHO: dict[str, Any] = {"by": "Ann", "now": NOON}
OWN = "north.say"


@pytest.fixture(autouse=True)
def asked(session: Session) -> Iterator[None]:
    session.info[CURATION] = CatalogueKeepsBack()
    yield
    del session.info[CURATION]


@pytest.fixture
def csp(session: Session) -> OrganisationView:
    return make_csp(session)


def bring(session: Session, who: OrganisationView, **changes: Any) -> str:
    package = make_package(**{"id": OWN, "publisher": "north", **changes})
    with as_tenant(session, who.id):
        return offering.upload(session, who.id, package, **WHO).digest


def lend(session: Session, who: OrganisationView, *digests: str) -> None:
    with as_tenant(session, who.id):
        document = {"digests": list(digests)}
        curating.set_private(session, admin_of(who), OWN, document, now=NOON)


def decide(session: Session, who: OrganisationView, **document: Any) -> None:
    with as_tenant(session, who.id):
        curating.set_offer(session, admin_of(who), OWN, document, now=NOON)


def install(session: Session, who: OrganisationView, digest: str, **said: Any) -> InstallView:
    with as_tenant(session, who.id):
        return store.install(session, who.id, digest, **{"consents": True, **WHO, **said})


def waiting(session: Session, who: OrganisationView) -> set[str]:
    with as_tenant(session, who.id):
        return {one.digest for one in offering.waiting(session, who.id, now=NOON)}


def test_a_customer_installs_what_its_csp_offers_and_it_is_not_in_development(
    session: Session, csp: OrganisationView
) -> None:
    customer, digest = make_below(session, csp), bring(session, csp)
    lend(session, csp, digest)

    assert waiting(session, customer) == {digest}
    made = install(session, customer, digest)

    assert (made.state, made.is_signed, made.digest) == (Standing.INSTALLED, False, digest)


def test_it_is_agreed_to_like_any_other(session: Session, csp: OrganisationView) -> None:
    customer = make_below(session, csp)
    digest = bring(session, csp, permissions=REACHES_OUT, behaviour={"effects": "read"})
    lend(session, csp, digest)

    with pytest.raises(store.ConsentError):
        install(session, customer, digest, consents=False)
    assert list(install(session, customer, digest).asks_for) == REACHES_OUT


def test_a_customer_of_a_reseller_below_the_csp_installs_it_too(
    session: Session, csp: OrganisationView
) -> None:
    customer = make_below(session, make_below(session, csp, "reseller"))
    digest = bring(session, csp)
    lend(session, csp, digest)

    assert install(session, customer, digest).state is Standing.INSTALLED


@pytest.mark.parametrize("who", ["a customer of another CSP", "another CSP", "a stranger's child"])
def test_nobody_beside_the_csp_does(session: Session, csp: OrganisationView, who: str) -> None:
    other = make_csp(session)
    beside = {
        "a customer of another CSP": lambda: make_below(session, other),
        "another CSP": lambda: other,
        "a stranger's child": lambda: make_below(session, make_below(session, other, "reseller")),
    }[who]()
    digest = bring(session, csp)
    lend(session, csp, digest)

    assert waiting(session, beside) == set()
    with pytest.raises(NotFoundError):
        install(session, beside, digest)


def test_what_a_sibling_wrote_is_nobody_elses(session: Session, csp: OrganisationView) -> None:
    customer, sibling = make_below(session, csp), make_below(session, csp)
    lend(session, csp, bring(session, csp))
    theirs = bring(session, sibling, version="2.0.0")

    with pytest.raises(NotFoundError):
        install(session, customer, theirs)


def test_who_is_not_in_its_audience_does_not(session: Session, csp: OrganisationView) -> None:
    meant, other, digest = make_below(session, csp), make_below(session, csp), bring(session, csp)
    lend(session, csp, digest)
    decide(session, csp, audience={"whom": "named", "customer_ids": [str(meant.id)]})

    assert install(session, meant, digest).digest == digest
    with pytest.raises(NotFoundError):
        install(session, other, digest)


def test_the_digest_has_to_be_the_one_that_is_offered(
    session: Session, csp: OrganisationView
) -> None:
    customer, meant = make_below(session, csp), bring(session, csp)
    other = bring(session, csp, summary="Says another word.")
    lend(session, csp, meant)

    with pytest.raises(NotFoundError):
        install(session, customer, other)


def test_the_version_has_to_be_one_that_is_offered(session: Session, csp: OrganisationView) -> None:
    customer = make_below(session, csp)
    old, new = bring(session, csp), bring(session, csp, version="2.0.0")
    lend(session, csp, old, new)
    decide(session, csp, ceiling="1.0.0")

    assert install(session, customer, old).digest == old
    with pytest.raises(NotFoundError):
        install(session, customer, new)


def test_what_was_withdrawn_is_not_installed_any_more_and_stays_where_it_is(
    session: Session, csp: OrganisationView
) -> None:
    early, late, digest = make_below(session, csp), make_below(session, csp), bring(session, csp)
    lend(session, csp, digest)
    made = install(session, early, digest)
    with as_tenant(session, csp.id):
        curating.remove_private(session, admin_of(csp), OWN, now=NOON)

    with pytest.raises(NotFoundError):
        install(session, late, digest)
    with as_tenant(session, early.id):
        assert store.get_install(session, early.id, made.id).state is Standing.INSTALLED


def test_what_was_held_and_let_go_on_is_not_in_development_either(
    session: Session, csp: OrganisationView
) -> None:
    customer, digest = make_below(session, csp), bring(session, csp)
    lend(session, csp, digest)
    made = install(session, customer, digest)

    with as_tenant(session, customer.id):
        where = (session, customer.id, made.id)
        store.hold(*where, reason="", lets_finish=True, now=NOON)
        assert store.release(*where, now=NOON).state is Standing.INSTALLED


def test_another_package_does_not_take_the_place_of_what_a_provider_lends(
    session: Session, csp: OrganisationView
) -> None:
    customer, digest = make_below(session, csp), bring(session, csp)
    lend(session, csp, digest)
    install(session, customer, digest)
    mine = bring(session, customer, summary="Says what I want.")

    with pytest.raises(store.OtherDigestError):
        install(session, customer, mine)


def test_what_was_revoked_is_lent_to_nobody(session: Session, csp: OrganisationView) -> None:
    customer, digest = make_below(session, csp), bring(session, csp)
    lend(session, csp, digest)
    found_trust(session, ROOT_KEY, now=NOON)
    revoke_package(session, ROOT_KEY, digest, reason="It leaks.", now=NOON)

    with pytest.raises(NotTrustedError):
        install(session, customer, digest)


def test_its_package_stays_as_long_as_it_is_offered(
    session: Session, csp: OrganisationView
) -> None:
    def forget() -> int:
        later = NOON + KEPT_FOR * 2
        with system(session):
            return forget_packages(session, now=later, goes_back=lends_package)

    lend(session, csp, bring(session, csp))
    bring(session, csp, version="2.0.0")
    gone_while_offered = forget()
    with as_tenant(session, csp.id):
        curating.remove_private(session, admin_of(csp), OWN, now=NOON)

    assert (gone_while_offered, forget()) == (1, 1)


def test_its_code_runs_in_the_sandbox_of_the_tenant(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    asked: list[tuple[UUID, str, str]] = []

    def sandbox(tenant_id: UUID, manifest: Manifest, _folder: Path, digest: str, /) -> Run:
        asked.append((tenant_id, manifest.id, digest))
        return _nothing

    known = {CURATION: CatalogueKeepsBack(), SHELF: Shelf(tmp_path / "blocks", sandbox)}
    sessions.configure(info=known)
    with sessions.begin() as session:
        csp = make_csp(session)
        customer, digest = make_below(session, csp), bring(session, csp)
        lend(session, csp, digest)
        install(session, customer, digest)
    with sessions() as session, as_tenant(session, customer.id):
        block = registry_of(session, customer.id).find(OWN, "1.0.0")

    assert block is not None
    assert block.run is _nothing
    assert asked == [(customer.id, OWN, digest)]


def _nothing(_: Context) -> Outcome:
    return Emit("done", {})
