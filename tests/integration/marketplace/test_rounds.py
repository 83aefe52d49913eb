"""A look at a roll-out deals with each organisation by itself, and with so many at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from marketplace.rollouts import rounds
from marketplace.rollouts._tables import RolloutMember
from marketplace.rollouts.model import MemberState
from marketplace.rollouts.stops import stop
from tenancy.scope import as_tenant
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON
from tests.integration.marketplace.conftest import Market
from tests.integration.marketplace.test_rollouts import MINUTE, begin, go, moved, see, steer


@pytest.mark.parametrize("what", ["move", "take_back"])
def test_one_whose_turn_breaks_keeps_no_other_from_theirs_and_is_tried_again(
    few: Market, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    rollout = begin(few, rings=[100])
    if what == "take_back":
        go(few)
        steer(few, rollout, "roll-back")
    does = getattr(rounds, what)

    def breaks_once(session: Any, member: RolloutMember, *rest: Any, now: datetime) -> None:
        does(session, member, *rest, now=now)
        if member.organisation_id == few.customers[0].id and now == NOON:
            raise RuntimeError("Bill Acme Ltd broke")

    monkeypatch.setattr(rounds, what, breaks_once)
    go(few)
    first = moved(few, rollout)
    go(few, now=NOON + 11 * MINUTE)

    broke = {few.customers[0].id}
    everybody = {one.id for one in few.customers}
    assert set(first) == (everybody - broke if what == "move" else broke)
    assert set(moved(few, rollout)) == (everybody if what == "move" else set())


def test_all_are_looked_at_however_few_at_once(
    few: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "LOOK_MAX", 2)
    with few.sessions.begin() as session:
        for one in few.customers[:3]:
            with as_tenant(session, one.id):
                stop(session, admin_of(one), "acme.say", now=NOON)
    rollout = begin(few, rings=[100])
    go(few)

    assert set(moved(few, rollout)) == {one.id for one in few.customers[3:]}
    assert see(few, rollout).members[MemberState.STOPPED] == 3
