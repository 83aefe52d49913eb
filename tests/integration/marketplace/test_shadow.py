"""A new version is tried on what steps were given: nobody's data leaves, nothing is claimed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.loader import Run
from blocks.installs.registry import SHELF, Shelf
from blocks.manifest import Manifest
from blocks.outcomes import Emit
from blocks.sdk import BlockError, Context
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from marketplace.shadow import store
from marketplace.shadow._tables import ShadowRow, ShadowStep
from marketplace.shadow.doing import LEASE_S, TRIES_MAX, do_next_shadow
from marketplace.shadow.model import ShadowState
from runtime.flows._tables import FlowRow
from runtime.runs._tables import Run as RunRow
from runtime.runs._tables import RunState, StepRecord, StepState
from tenancy._tables import Organisation
from tenancy.scope import as_tenant, system
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON, make_csp
from tests.integration.marketplace.conftest import Market, make_market, seed

Behaviour = Callable[[Context], Any]


def as_before(_: Context) -> Emit:
    return Emit("done", {"text": "x", "state": "up"})


def otherwise(_: Context) -> Emit:
    return Emit("done", {"text": "x", "state": "down"})


def fails(_: Context) -> Emit:
    raise BlockError("acme.broken", "It cannot")


@pytest.fixture
def behaviours() -> dict[str, Behaviour]:
    """What each version does when it is run; changed by the tests."""
    return {"1.0.0": as_before, "1.1.0": as_before}


@pytest.fixture
def tried(
    sessions: sessionmaker[Session], tmp_path: Path, behaviours: dict[str, Behaviour]
) -> Market:
    """Make two customers who use the block, the second with five recorded steps."""

    def sandbox(_: UUID, manifest: Manifest, _folder: Path, _digest: str) -> Run:
        return behaviours[manifest.version]

    sessions.configure(info={SHELF: Shelf(tmp_path / "blocks", sandbox)})
    market = make_market(sessions, 2)
    seed(market)
    for _ in range(5):
        record(market, 1)
    return market


def record(market: Market, which: int, **changes: Any) -> None:
    """Keep a run of a customer's workflow whose step worked with 1.0.0."""
    tenant_id = market.customers[which].id
    with market.sessions.begin() as session, as_tenant(session, tenant_id):
        flow = session.scalars(select(FlowRow)).one()
        assert flow.live_version_id is not None
        run = RunRow(id=new_id(), tenant_id=tenant_id, flow_id=flow.id)
        run.version_id, run.trigger_id, run.trigger_kind = flow.live_version_id, "by-hand", "manual"
        run.state, run.trigger, run.started_at = RunState.SUCCEEDED, {"kind": "manual"}, NOON
        run.ended_at = NOON
        session.add(run)
        session.flush()
        said: dict[str, Any] = {
            "step": "say",
            "attempt": 1,
            "block": "acme.say@1.0.0",
            "state": StepState.SUCCEEDED,
            "config": {"word": "hi"},
            "input": {},
            "output": {"text": "x", "state": "up"},
            "port": "done",
        }
        times = {"queued_at": NOON, "started_at": NOON, "ended_at": NOON}
        mine = {"id": new_id(), "tenant_id": tenant_id, "run_id": run.id}
        session.add(StepRecord(**mine, **{**said, **changes}, **times))


def shadow(market: Market, *, below: bool = True) -> store.ShadowView:
    """Ask for a shadow run of 1.1.0 and do it; give what came of it."""
    asker = market.csp if below else market.customers[1]
    with market.sessions.begin() as session, as_tenant(session, asker.id):
        digest = market.digests["1.1.0"]
        made = store.ask_shadow(session, admin_of(asker), digest, below=below, now=NOON)
    assert do_next_shadow(market.sessions, clock=lambda: NOON)
    with market.sessions() as session, as_tenant(session, asker.id):
        return store.get_shadow(session, asker.id, made.id, below=below)


@pytest.mark.parametrize(
    ("does", "came"),
    [
        pytest.param(as_before, {"same": 5}, id="the same"),
        pytest.param(otherwise, {"differs": 5}, id="differs"),
        pytest.param(fails, {"fails": 5}, id="fails"),
    ],
)
def test_what_a_version_makes_of_what_was_recorded_is_counted(
    tried: Market, behaviours: dict[str, Behaviour], does: Behaviour, came: dict[str, int]
) -> None:
    behaviours["1.1.0"] = does

    found = shadow(tried)

    assert (found.state, found.counts) == (ShadowState.DONE, came)
    assert (found.flows_done, found.flows_total) == (2, 2)


def test_an_older_version_that_gives_something_else_today_proves_nothing(
    tried: Market, behaviours: dict[str, Behaviour]
) -> None:
    behaviours |= {"1.0.0": otherwise, "1.1.0": otherwise}

    assert shadow(tried).counts == {"not_comparable": 5, "not_comparable:unsteady": 5}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"config": {"word": "hi", "password": "x"}}, "secret", id="a secret in it"),
        pytest.param({"input": {"$blob": "0" * 64, "bytes": 9}}, "gone", id="a value is gone"),
    ],
)
def test_a_record_that_cannot_be_handed_to_it_is_not_compared(
    tried: Market, behaviours: dict[str, Behaviour], changes: dict[str, Any], why: str
) -> None:
    seen: list[Any] = []

    def sees(context: Context) -> Emit:
        seen.append(context.config)
        return as_before(context)

    behaviours["1.1.0"] = sees
    with tried.sessions.begin() as session, system(session):
        for run in session.scalars(select(RunRow)):
            run.is_trial = True
    record(tried, 1, **changes)

    found = shadow(tried, below=False)
    assert found.counts == {"not_comparable": 1, f"not_comparable:{why}": 1}
    assert seen == []


def test_an_organisation_reads_where_its_steps_differ_and_a_provider_numbers_alone(
    tried: Market, behaviours: dict[str, Behaviour]
) -> None:
    behaviours["1.1.0"] = otherwise
    below, own = shadow(tried), shadow(tried, below=False)
    customer = tried.customers[1]

    with tried.sessions() as session, as_tenant(session, customer.id):
        [step] = store.steps_of(session, customer.id, own.id)
    with tried.sessions() as session, as_tenant(session, tried.csp.id):
        lines = store.lines_of(session, admin_of(tried.csp), below)
    with tried.sessions() as session, system(session):
        kept = session.scalars(select(ShadowStep)).all()
    assert (step.flow, step.step, step.paths) == ("Flow 01", "say", [("/state", 5)])
    assert [one.counts for one in lines] == [{}, {"differs": 5}]
    assert {one.shadow_id for one in kept} == {own.id}


def test_one_that_is_stopped_goes_no_further(tried: Market) -> None:
    csp = tried.csp
    with tried.sessions.begin() as session, as_tenant(session, csp.id):
        asked = (session, admin_of(csp), tried.digests["1.1.0"])
        made = store.ask_shadow(*asked, below=True, now=NOON)
        with pytest.raises(ConflictError, match="being tried"):
            store.ask_shadow(*asked, below=True, now=NOON)
        store.cancel_shadow(session, csp.id, made.id, below=True, now=NOON)

    assert not do_next_shadow(tried.sessions, clock=lambda: NOON)


def test_what_a_process_left_is_begun_anew_by_the_next_once_its_lease_is_over(
    tried: Market,
) -> None:
    csp = tried.csp
    with tried.sessions.begin() as session, as_tenant(session, csp.id):
        digest = tried.digests["1.1.0"]
        made = store.ask_shadow(session, admin_of(csp), digest, below=True, now=NOON)

    assert do_next_shadow(tried.sessions, goes_on=lambda: False, clock=lambda: NOON)
    assert not do_next_shadow(tried.sessions, clock=lambda: NOON)
    assert do_next_shadow(tried.sessions, clock=lambda: NOON + timedelta(seconds=LEASE_S))
    with tried.sessions() as session, as_tenant(session, csp.id):
        found = store.get_shadow(session, csp.id, made.id, below=True)
    assert (found.state, found.counts) == (ShadowState.DONE, {"same": 5})


def test_one_whose_process_dies_again_and_again_is_given_up(tried: Market) -> None:
    csp = tried.csp
    with tried.sessions.begin() as session, as_tenant(session, csp.id):
        digest = tried.digests["1.1.0"]
        made = store.ask_shadow(session, admin_of(csp), digest, below=True, now=NOON)
        session.get_one(ShadowRow, made.id).tries = TRIES_MAX

    assert not do_next_shadow(tried.sessions, clock=lambda: NOON)
    with tried.sessions() as session, as_tenant(session, csp.id):
        found = store.get_shadow(session, csp.id, made.id, below=True)
        with pytest.raises(NotFoundError):
            store.get_shadow(session, csp.id, made.id, below=False)
    assert (found.state, "died" in found.told) == (ShadowState.FAILED, True)


def test_who_moved_away_before_it_was_done_is_tried_no_more(tried: Market) -> None:
    with tried.sessions.begin() as session, as_tenant(session, tried.csp.id):
        digest = tried.digests["1.1.0"]
        made = store.ask_shadow(session, admin_of(tried.csp), digest, below=True, now=NOON)
    with tried.sessions.begin() as session:
        other = make_csp(session)
        session.get_one(Organisation, tried.customers[1].id).parent_id = other.id

    assert do_next_shadow(tried.sessions, clock=lambda: NOON)

    with tried.sessions() as session, as_tenant(session, tried.csp.id):
        found = store.get_shadow(session, tried.csp.id, made.id, below=True)
    assert (found.state, found.counts, found.flows_done) == (ShadowState.DONE, {}, 1)
