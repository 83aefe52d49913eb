"""A version that nobody signed goes into the workflows of others on two people's word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs import offering, store
from blocks.installs.curated import CURATION
from blocks.installs.registry import SHELF, Shelf
from marketplace.catalogue import curating
from marketplace.catalogue.keeping_back import CatalogueKeepsBack
from marketplace.catalogue.own import reviewing
from marketplace.impact.finding import candidate
from marketplace.releases._tables import Verdict
from marketplace.releases.reviewing import Decision
from marketplace.releases.verdicts import CHECKLIST
from marketplace.rollouts import store as rollouts
from marketplace.rollouts._tables import RolloutMember
from marketplace.rollouts.model import MemberState
from marketplace.rollouts.moving import move
from marketplace.rollouts.words import ONE_ALONE
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.installs import make_package
from tests.factories.market import publish
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON, make_csp

WHO: dict[str, Any] = {"by": "Ann", "now": NOON}
OWN = "north.say"
WORD = {"type": "string", "title": "Word", "default": "x"}
CONFIG = {"type": "object", "additionalProperties": False, "properties": {"word": WORD}}


@pytest.fixture
def known(sessions: sessionmaker[Session], tmp_path: Path) -> sessionmaker[Session]:
    sessions.configure(info={CURATION: CatalogueKeepsBack(), SHELF: Shelf(tmp_path / "blocks")})
    return sessions


def lend(
    sessions: sessionmaker[Session], *, is_approved: bool
) -> tuple[OrganisationView, OrganisationView, str]:
    """Make a CSP that lends two versions, and a customer whose workflow uses the older one."""
    with sessions.begin() as session:
        csp = make_csp(session)
        customer = make_below(session, csp)
        with as_tenant(session, csp.id):
            old, new = (bring(session, csp, version) for version in ("1.0.0", "1.1.0"))
            curating.set_private(session, admin_of(csp), OWN, {"digests": [old, new]}, now=NOON)
            if is_approved:
                approve(session, csp, new)
        with as_tenant(session, customer.id):
            store.install(session, customer.id, old, consents=True, **WHO)
        publish(session, customer.id, {"say": {"block": OWN, "version": "1.0.0", "config": {}}})
    return csp, customer, new


def bring(session: Session, csp: OrganisationView, version: str) -> str:
    said: dict[str, Any] = {
        "id": OWN,
        "publisher": "north",
        "config": CONFIG,
        "examples": [],
        "version": version,
    }
    return offering.upload(session, csp.id, make_package(**said), **WHO).digest


def approve(session: Session, csp: OrganisationView, digest: str) -> None:
    nora, ola, ida = (replace(admin_of(csp), vouched_by=uuid4()) for _ in range(3))
    reviewing.set_eyes(session, nora, 2, now=NOON)
    own_id = reviewing.submit(session, nora, digest, "It says more.", now=NOON)
    yes = Decision(verdict=Verdict.APPROVE, checklist=tuple(CHECKLIST))
    for one in (ola, ida):
        reviewing.decide(session, one, own_id, yes, now=NOON)


def moved(
    sessions: sessionmaker[Session], csp: OrganisationView, digest: str
) -> tuple[MemberState, str]:
    with sessions.begin() as session, as_tenant(session, csp.id):
        rollouts.begin_rollout(session, admin_of(csp), digest, {}, now=NOON)
        member = session.scalars(select(RolloutMember)).one()
        move(session, member, candidate(session, csp.id, digest), digest, now=NOON)
        return member.state, member.told


@pytest.mark.parametrize(
    ("is_approved", "came"),
    [
        pytest.param(False, (MemberState.KEPT_BACK, ONE_ALONE), id="nobody else looked at it"),
        pytest.param(True, (MemberState.MOVED, ""), id="two approved it"),
    ],
)
def test_a_lent_version_is_rolled_out_once_two_people_approved_it(
    known: sessionmaker[Session], is_approved: bool, came: tuple[MemberState, str]
) -> None:
    csp, _, new = lend(known, is_approved=is_approved)

    assert moved(known, csp, new) == came


def test_who_installed_it_by_hand_is_moved_without(known: sessionmaker[Session]) -> None:
    csp, customer, new = lend(known, is_approved=False)
    with known.begin() as session, as_tenant(session, customer.id):
        store.install(session, customer.id, new, consents=True, **WHO)

    assert moved(known, csp, new) == (MemberState.MOVED, "")
