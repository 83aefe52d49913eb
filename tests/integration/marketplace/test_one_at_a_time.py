"""Of a block one roll-out is under way, and the later one is taken back first."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from kernel.errors import ConflictError
from kernel.ids import new_id
from marketplace.rollouts import store
from marketplace.rollouts._tables import RolloutRow
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant, system
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON
from tests.integration.marketplace.conftest import Market
from tests.integration.marketplace.test_rollouts import PLAN, begin, go, pins, steer


def test_only_one_roll_out_of_a_block_is_under_way(few: Market) -> None:
    begin(few)

    with pytest.raises(ConflictError, match="under way"):
        begin(few, "2.0.0")


def test_the_database_itself_keeps_two_that_begin_at_once_apart(few: Market) -> None:
    begin(few)
    with few.sessions() as session, system(session):
        there = session.scalars(select(RolloutRow)).one()
        told = {one.name: getattr(there, one.name) for one in RolloutRow.__table__.columns}
        with pytest.raises(IntegrityError):
            session.execute(insert(RolloutRow).values(**{**told, "id": new_id()}))


def test_a_later_roll_out_is_taken_back_before_an_earlier_one(few: Market) -> None:
    before = pins(few)
    first = begin(few, rings=[100])
    go(few)
    steer(few, first, "finish")
    later = begin(few, "2.0.0", rings=[100])
    go(few)
    steer(few, later, "halt")

    with pytest.raises(ConflictError, match=r"2\.0\.0 moved workflows"):
        steer(few, first, "roll-back")
    for one in (later, first):
        steer(few, one, "roll-back")
        go(few)
    assert pins(few) == before


def test_a_version_stays_that_the_roll_out_of_another_provider_goes_back_to(few: Market) -> None:
    with few.sessions.begin() as session:
        vendor = get_organisation(session, few.csp.parent_id)  # type: ignore[arg-type]
        with as_tenant(session, vendor.id):
            plan = {**PLAN, "rings": [100]}
            made = store.begin_rollout(
                session, admin_of(vendor), few.digests["1.1.0"], plan, now=NOON
            )
    go(few)
    live = pins(few)["flows"]
    own = begin(few, "2.0.0", rings=[100])
    go(few)
    with few.sessions.begin() as session, as_tenant(session, vendor.id):
        store.steer(session, admin_of(vendor), made.id, "roll-back", now=NOON)
    go(few)
    steer(few, own, "roll-back")
    go(few)

    assert {k: v[0] for k, v in pins(few)["flows"].items()} == {k: v[0] for k, v in live.items()}
