"""A roll-out moves ring by ring what works with it, and gives everything back when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from blocks.installs._tables import BlockInstall
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from marketplace.rollouts import store
from marketplace.rollouts._tables import RolloutMember
from marketplace.rollouts.model import MemberState, RolloutState
from marketplace.rollouts.rounds import due_rollouts, look
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.versions import get_flow, publish_flow, save_draft
from runtime.runs._tables import Run, RunState, StepRecord, StepState
from tenancy.scope import as_tenant, system
from tests.factories.installs import make_package
from tests.factories.market import bring, install, publish, release, say
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON, make_csp
from tests.integration.marketplace.conftest import Market

MINUTE = timedelta(minutes=1)
PLAN = {"rings": [30, 100], "wait_s": 60, "samples_min": 3, "failures_max": 10}


def begin(market: Market, version: str = "1.1.0", **plan: Any) -> UUID:
    with market.sessions.begin() as session, as_tenant(session, market.csp.id):
        who = admin_of(market.csp)
        made = store.begin_rollout(
            session, who, market.digests[version], {**PLAN, **plan}, now=NOON
        )
    return made.id


def go(market: Market, *, now: datetime = NOON) -> None:
    """Do as the scheduler does."""
    with market.sessions() as session, system(session):
        due = due_rollouts(session, now=now)
    for one in due:
        is_more = True
        while is_more:
            with market.sessions.begin() as session, system(session):
                is_more = look(session, one, now=now)


def see(market: Market, rollout_id: UUID) -> store.RolloutView:
    with market.sessions() as session, as_tenant(session, market.csp.id):
        return store.get_rollout(session, market.csp.id, rollout_id)


def steer(market: Market, rollout_id: UUID, wish: str, *, now: datetime = NOON) -> None:
    with market.sessions.begin() as session, as_tenant(session, market.csp.id):
        store.steer(session, admin_of(market.csp), rollout_id, wish, now=now)


def pins(market: Market) -> dict[str, Any]:
    """Give all that says which version anybody uses: live versions, drafts, what is installed."""
    with market.sessions() as session, system(session):
        flows = session.execute(select(FlowRow.id, FlowRow.live_version_id, FlowRow.draft))
        installs = session.execute(
            select(BlockInstall.tenant_id, BlockInstall.version, BlockInstall.state)
        )
        return {
            "flows": {row.id: (row.live_version_id, row.draft) for row in flows},
            "installs": {tuple(row) for row in installs},
        }


def moved(market: Market, rollout_id: UUID) -> dict[UUID, int]:
    """Give the rings of those that were moved, by organisation."""
    with market.sessions() as session, system(session):
        rows = session.scalars(select(RolloutMember).where(RolloutMember.rollout_id == rollout_id))
        return {r.organisation_id: r.ring for r in rows if r.state is MemberState.MOVED}


def steps_end(
    market: Market, whose: Mapping[UUID, int], state: StepState, *, version: str = "1.1.0"
) -> None:
    """Record, for each of some organisations, a run of its workflow whose step ended so."""
    ended = RunState.FAILED if state is StepState.FAILED else RunState.SUCCEEDED
    with market.sessions.begin() as session:
        for tenant_id in whose:
            with as_tenant(session, tenant_id):
                flow = session.scalars(select(FlowRow)).first()
                assert flow is not None
                run = Run(
                    id=new_id(),
                    tenant_id=tenant_id,
                    flow_id=flow.id,
                    version_id=flow.live_version_id,
                    state=ended,
                    trigger_id="hand",
                    trigger_kind="manual",
                    trigger={},
                    started_at=NOON,
                    ended_at=NOON,
                )
                session.add(run)
                session.flush()
                times = {"queued_at": NOON, "started_at": NOON, "ended_at": NOON}
                record = StepRecord(
                    id=new_id(), tenant_id=tenant_id, run_id=run.id, step="say", attempt=1
                )
                record.block, record.state = f"acme.say@{version}", state
                record.config, record.input = {}, {}
                for name, value in times.items():
                    setattr(record, name, value)
                session.add(record)


def test_a_failing_release_never_leaves_the_first_ring_and_all_pins_come_back(
    market: Market,
) -> None:
    before = pins(market)
    rollout = begin(market)
    go(market)
    first = moved(market, rollout)
    steps_end(market, first, StepState.FAILED)

    seen = dict(first)
    for minutes in range(1, 6):
        go(market, now=NOON + minutes * 10 * MINUTE)
        seen |= moved(market, rollout)

    after = see(market, rollout)
    assert 5 < len(first) < 45
    assert set(seen.values()) == {1}
    assert (after.state, after.ring) == (RolloutState.ROLLED_BACK, 1)
    assert after.members[MemberState.BACK] == len(first)
    assert after.members[MemberState.WAITING] == 50 - len(first)
    assert pins(market) == before


def test_a_release_that_would_break_some_moves_the_others_alone(market: Market) -> None:
    rollout = begin(market, "2.0.0", rings=[100])
    go(market)

    broken = {tenant_id for tenant_id, *_ in market.seeded}
    assert {one.id for one in market.customers} - set(moved(market, rollout)) == broken


def test_a_good_release_reaches_all_ring_by_ring(few: Market) -> None:
    rollout = begin(few, rings=[50, 100], samples_min=1)
    go(few)
    first = moved(few, rollout)
    go(few, now=NOON + 2 * MINUTE)
    unproven = moved(few, rollout)
    steps_end(few, first or {few.customers[0].id: 1}, StepState.SUCCEEDED)
    steer_on = not first
    if steer_on:
        steer(few, rollout, "go-on", now=NOON + 3 * MINUTE)
    go(few, now=NOON + 4 * MINUTE)
    go(few, now=NOON + 8 * MINUTE)

    assert unproven == first
    assert len(moved(few, rollout)) == 6
    assert see(few, rollout).state is RolloutState.FINISHED


def test_what_is_moved_goes_live_with_its_draft_and_nothing_else_changed(few: Market) -> None:
    tenant_id = few.customers[0].id
    with few.sessions() as session, as_tenant(session, tenant_id):
        flow = session.scalars(select(FlowRow)).one().id
        before = get_flow(session, tenant_id, flow)
    begin(few, rings=[100])
    go(few)

    with few.sessions() as session, as_tenant(session, tenant_id):
        after = get_flow(session, tenant_id, flow)
        live = session.scalars(select(FlowVersionRow).where(FlowVersionRow.number == 2)).one()
    assert after.live_version_id == live.id
    assert live.document["steps"]["say"]["digest"] == few.digests["1.1.0"]
    changed = {**before.draft, "steps": {"say": say("1.1.0")}}
    assert after.draft == changed


def test_a_workflow_with_another_block_that_was_replaced_meanwhile_is_kept_back(
    few: Market,
) -> None:
    customer = few.customers[0].id
    other = {"block": "acme.other", "version": "1.0.0", "config": {"word": "hi"}}
    with few.sessions.begin() as session:
        for word in ("one", "another"):
            package = make_package(id="acme.other", summary=f"Says {word} word.")
            install(session, customer, bring(session, customer, package, is_new=False))
            if word == "one":
                steps = {"say": say(), "other": other}
                publish(session, customer, steps, "say:done > other", name="Two")
    rollout = begin(few, rings=[100])
    go(few)

    assert {one.id for one in few.customers} - set(moved(few, rollout)) == {customer}


def test_a_draft_that_people_work_on_stays_theirs(few: Market) -> None:
    customer = few.customers[0].id
    with few.sessions.begin() as session, as_tenant(session, customer):
        flow = session.scalars(select(FlowRow)).one()
        mine = {**flow.draft, "name": "Mine"}
        save_draft(
            session, customer, flow.id, document=mine, expected_revision=1, by="Ann", now=NOON
        )
        flow_id = flow.id
    begin(few, rings=[100])
    go(few)

    with few.sessions() as session, as_tenant(session, customer):
        after = get_flow(session, customer, flow_id)
    assert (after.draft, after.live_number) == (mine, 2)


def test_what_people_published_since_stays_when_it_is_taken_back(few: Market) -> None:
    customer = few.customers[0].id
    rollout = begin(few, rings=[100])
    go(few)
    with few.sessions.begin() as session, as_tenant(session, customer):
        flow = get_flow(session, customer, session.scalars(select(FlowRow)).one().id)
        mine = {**flow.draft, "name": "Mine"}
        where = (session, customer, flow.id)
        save_draft(*where, document=mine, expected_revision=flow.draft_revision, by="Ann", now=NOON)
        publish_flow(*where, by="Ann", now=NOON)
    steer(few, rollout, "roll-back")
    go(few)

    with few.sessions() as session, as_tenant(session, customer):
        assert get_flow(session, customer, flow.id).live_number == 3
    counts = see(few, rollout).members
    assert (counts[MemberState.GONE_ON], counts[MemberState.BACK]) == (1, 5)


def test_a_paused_one_moves_nobody_and_a_halted_one_is_only_taken_back(few: Market) -> None:
    rollout = begin(few, rings=[100])
    steer(few, rollout, "pause")
    go(few, now=NOON + MINUTE)
    paused = moved(few, rollout)
    steer(few, rollout, "halt")

    with pytest.raises(ConflictError, match="halted"):
        steer(few, rollout, "resume")
    go(few, now=NOON + 60 * MINUTE)
    assert paused == moved(few, rollout) == {}


def test_another_provider_neither_sees_nor_steers_it(few: Market) -> None:
    rollout = begin(few)
    with few.sessions.begin() as session:
        other = make_csp(session)
        with as_tenant(session, other.id), pytest.raises(NotFoundError):
            store.steer(session, admin_of(other), rollout, "halt", now=NOON)


def test_what_asks_for_more_waits_until_that_is_agreed_to(few: Market) -> None:
    wide = [{"name": "http", "reason": "To ask", "hosts": ["*.example"]}]
    customer = few.customers[0].id
    with few.sessions.begin() as session:
        package = release("1.2.0", permissions=wide)
        few.digests["1.2.0"] = bring(session, few.csp.id, package)
    rollout = begin(few, "1.2.0", rings=[100])
    go(few)
    before = moved(few, rollout)
    with few.sessions.begin() as session:
        install(session, customer, few.digests["1.2.0"])
    go(few, now=NOON + 11 * MINUTE)

    assert (before, set(moved(few, rollout))) == ({}, {customer})
