"""A CSP's own blocks are looked at by its own people before its customers are offered them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from blocks.installs import offering
from kernel.acting import Acting, acting_as
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from marketplace.catalogue import curating, store
from marketplace.catalogue._tables import MarketOverlay, PartKind
from marketplace.catalogue.own import reviewing
from marketplace.catalogue.own._tables import OwnState
from marketplace.releases._tables import Verdict
from marketplace.releases.reviewing import Decision
from marketplace.releases.verdicts import CHECKLIST
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.catalogue import make_own
from tests.factories.installs import make_package
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON, make_csp

YES = Decision(verdict=Verdict.APPROVE, checklist=tuple(CHECKLIST))


def somebody(csp: OrganisationView, name: str) -> Acting:
    return replace(admin_of(csp), person_name=name, vouched_by=uuid4())


def submitted(session: Session, who: Acting, *, eyes: int) -> UUID:
    reviewing.set_eyes(session, who, eyes, now=NOON)
    digest = make_own(session, who.tenant_id)
    return reviewing.submit(session, who, digest, "The first one.", now=NOON)


def test_where_two_have_to_approve_neither_of_them_brought_it_in(session: Session) -> None:
    csp = make_csp(session)
    nora, ola, ida = (somebody(csp, name) for name in ("Nora", "Ola", "Ida"))
    with as_tenant(session, csp.id):
        own_id = submitted(session, nora, eyes=2)
        with pytest.raises(ForbiddenError):
            reviewing.decide(session, nora, own_id, YES, now=NOON)

        states = [reviewing.decide(session, one, own_id, YES, now=NOON) for one in (ola, ida)]

    assert states == [OwnState.IN_REVIEW, OwnState.APPROVED]


def test_where_two_have_to_approve_who_uploaded_it_is_neither_whoever_submitted_it(
    session: Session,
) -> None:
    csp = make_csp(session)
    ada, nora = (somebody(csp, name) for name in ("Ada", "Nora"))
    with as_tenant(session, csp.id):
        reviewing.set_eyes(session, nora, 2, now=NOON)
        with acting_as(session, ada):
            package = make_package(id="north.say", publisher="north")
            digest = offering.upload(session, csp.id, package, by="Ada", now=NOON).digest
        own_id = reviewing.submit(session, nora, digest, "The first one.", now=NOON)

        for one in (ada, nora):
            with pytest.raises(ForbiddenError, match="you brought it in"):
                reviewing.decide(session, one, own_id, YES, now=NOON)


def test_where_one_is_enough_it_may_be_who_brought_it_in(session: Session) -> None:
    csp = make_csp(session)
    nora = somebody(csp, "Nora")
    with as_tenant(session, csp.id):
        own_id = submitted(session, nora, eyes=1)
        reviewing.decide(session, nora, own_id, YES, now=NOON)

        reviewing.offer(session, nora, own_id, now=NOON)

        assert store.find_part(session, nora, PartKind.PRIVATE, "acme.own") is not None


def test_of_two_that_are_offered_at_once_neither_is_lost(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    csp = make_csp(session)
    nora = somebody(csp, "Nora")
    lock = store.touched

    def waits_for_another(session: Session, who: Acting, *, now: datetime) -> MarketOverlay:
        monkeypatch.setattr(store, "touched", lock)
        curating.set_private(session, who, "acme.own", {"digests": [other]}, now=now)
        return lock(session, who, now=now)

    with as_tenant(session, csp.id):
        own_id = submitted(session, nora, eyes=1)
        other = make_own(session, csp.id, version="2.0.0")
        reviewing.decide(session, nora, own_id, YES, now=NOON)
        monkeypatch.setattr(store, "touched", waits_for_another)
        reviewing.offer(session, nora, own_id, now=NOON)
        part = store.find_part(session, nora, PartKind.PRIVATE, "acme.own")

    assert part is not None
    assert len(part.document["digests"]) == 2


def test_what_is_not_approved_is_not_offered(session: Session) -> None:
    csp = make_csp(session)
    nora = somebody(csp, "Nora")
    with as_tenant(session, csp.id):
        own_id = submitted(session, nora, eyes=2)
        with pytest.raises(ConflictError):
            reviewing.offer(session, nora, own_id, now=NOON)

        digest = make_own(session, csp.id, version="2.0.0")
        with pytest.raises(InvalidError) as refused:
            curating.set_private(session, nora, "acme.own", {"digests": [digest]}, now=NOON)

    assert "two people have to approve" in refused.value.problems[0].message


def test_what_one_rejects_is_rejected_and_may_be_submitted_again(session: Session) -> None:
    csp = make_csp(session)
    nora, ola = somebody(csp, "Nora"), somebody(csp, "Ola")
    with as_tenant(session, csp.id):
        digest = make_own(session, csp.id)
        own_id = reviewing.submit(session, nora, digest, "The first one.", now=NOON)
        no = Decision(verdict=Verdict.REJECT, reasons="Its page promises too much.")
        assert reviewing.decide(session, ola, own_id, no, now=NOON) is OwnState.REJECTED

        assert reviewing.submit(session, nora, digest, "Its page is true.", now=NOON) == own_id
        state = reviewing.decide(session, ola, own_id, YES, now=NOON)

    assert state is OwnState.APPROVED


@pytest.mark.parametrize("is_approved", [False, True])
def test_what_one_was_enough_for_may_be_submitted_again_once_two_have_to(
    session: Session, *, is_approved: bool
) -> None:
    csp = make_csp(session)
    nora, ola, ida = (somebody(csp, name) for name in ("Nora", "Ola", "Ida"))
    with as_tenant(session, csp.id):
        digest = make_own(session, csp.id)
        own_id = reviewing.submit(session, nora, digest, "The first one.", now=NOON)
        if is_approved:
            reviewing.decide(session, nora, own_id, YES, now=NOON)
        reviewing.set_eyes(session, nora, 2, now=NOON)

        assert reviewing.submit(session, nora, digest, "For two.", now=NOON) == own_id
        with pytest.raises(ConflictError):
            reviewing.submit(session, nora, digest, "Once more.", now=NOON)
        for one in (ola, ida):
            reviewing.decide(session, one, own_id, YES, now=NOON)
        reviewing.offer(session, nora, own_id, now=NOON)

        assert store.find_part(session, nora, PartKind.PRIVATE, "acme.own") is not None


def test_what_is_offered_is_not_submitted_again(session: Session) -> None:
    csp = make_csp(session)
    nora = somebody(csp, "Nora")
    with as_tenant(session, csp.id):
        digest = make_own(session, csp.id)
        own_id = reviewing.submit(session, nora, digest, "The first one.", now=NOON)
        reviewing.decide(session, nora, own_id, YES, now=NOON)
        reviewing.offer(session, nora, own_id, now=NOON)
        reviewing.set_eyes(session, nora, 2, now=NOON)

        with pytest.raises(ConflictError):
            reviewing.submit(session, nora, digest, "For two.", now=NOON)


def test_nobody_else_can_ask_for_it(session: Session) -> None:
    csp, other = make_csp(session), make_csp(session)
    reseller = make_below(session, csp, "reseller", "Reseller")
    with as_tenant(session, csp.id):
        own_id = submitted(session, somebody(csp, "Nora"), eyes=1)

    for one in (other, reseller):
        with as_tenant(session, one.id), pytest.raises(NotFoundError):
            reviewing.decide(session, somebody(one, "Olga"), own_id, YES, now=NOON)
