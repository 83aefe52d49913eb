"""What a provider decided about a block's settings is what its customers' steps run with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs import offering, store
from blocks.installs.deciding import DECISIONS_ON_SETTINGS, note_decisions
from blocks.installs.registry import SHELF, Shelf, registry_of
from blocks.packages.package import sign_package
from marketplace.catalogue import curating
from marketplace.catalogue.deciding import CatalogueDecides
from runtime.runs._tables import StepRecord
from tenancy.customers.moving import MOVED, move_customer
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.http_blocks import closed, http_document
from tests.factories.installs import make_package
from tests.factories.market import begin_trust, bring, install
from tests.factories.organisations import admin_of, make_below
from tests.factories.packages import KEY
from tests.factories.tenancy import NOON, make_csp
from tests.integration.runtime.engine.bench import Bench, answer

TICKETS, CANARY, OTHER = "acme.get-ticket", "https://canary.example", "https://other.example"
STEP: dict[str, Any] = {"block": TICKETS, "version": "1.0.0", "input": {"id": "7"}}
TEXT = {"type": "string"}
CONFIG = closed(("server",), server={**TEXT, "format": "uri"}, desk={**TEXT, "default": "first"})


@pytest.fixture
def csp(sessions: sessionmaker[Session], tmp_path: Path) -> OrganisationView:
    known = {DECISIONS_ON_SETTINGS: CatalogueDecides(), MOVED: note_decisions}
    sessions.configure(info={SHELF: Shelf(tmp_path / "blocks"), **known})
    with sessions.begin() as session:
        return make_csp(session)


@pytest.fixture
def bench(sessions: sessionmaker[Session], csp: OrganisationView) -> Bench:
    """A customer of the CSP that has the block."""
    with sessions.begin() as session:
        customer = make_below(session, csp)
        begin_trust(session)
        install(session, customer.id, bring(session, csp.id, signed()))
    return Bench(sessions=sessions, tenant_id=customer.id)


def signed(**changes: Any) -> bytes:
    document = http_document(config=CONFIG, **changes)
    return sign_package(make_package(files={"block.py": b""}, **document), KEY)


def decide(
    bench: Bench, who: OrganisationView, *presets: dict[str, Any], listing: str = TICKETS
) -> None:
    with bench.sessions.begin() as session, as_tenant(session, who.id):
        document = {"presets": list(presets)}
        curating.set_offer(session, admin_of(who), listing, document, now=NOON)


def server(hold: str, value: str = CANARY) -> dict[str, Any]:
    return {"name": "server", "hold": hold, "value": value}


def settings_of(bench: Bench, tenant_id: UUID) -> set[str]:
    with bench.sessions() as session, as_tenant(session, tenant_id):
        block = registry_of(session, tenant_id).find(TICKETS, "1.0.0")
    return {*block.manifest.config["properties"]} if block is not None else set()


def all_of(bench: Bench, run_id: UUID) -> str:
    """Give all that is kept of a run, as text."""
    with bench.sessions() as session, system(session):
        rows = session.scalars(select(StepRecord).where(StepRecord.run_id == run_id)).all()
        kept = [{name: repr(one) for name, one in vars(row).items()} for row in rows]
    return json.dumps([kept, repr(bench.view(run_id)), repr(bench.steps(run_id))])


def test_a_step_runs_with_what_is_hidden_and_tells_nothing_of_it(
    bench: Bench, csp: OrganisationView
) -> None:
    decide(bench, csp, server("hidden"))
    flow_id = bench.publish({"ask": STEP}, ["hand > ask"])
    bench.http.answers = [answer(500, {"a": 1})]

    run_id = bench.run(flow_id)

    assert bench.http.calls[0].url == f"{CANARY}/tickets/7"
    assert "canary" not in all_of(bench, run_id)
    assert bench.steps(run_id)[0].config == {"desk": "first"}


def test_a_step_whose_settings_say_otherwise_runs_with_what_is_fixed(
    bench: Bench, csp: OrganisationView
) -> None:
    flow_id = bench.publish({"ask": {**STEP, "config": {"server": OTHER}}}, ["hand > ask"])
    decide(bench, csp, server("fixed"))

    run_id = bench.run(flow_id)

    assert bench.http.calls[0].url == f"{CANARY}/tickets/7"
    assert bench.steps(run_id)[0].config["server"] == CANARY


def test_what_is_suggested_fills_a_gap_alone(bench: Bench, csp: OrganisationView) -> None:
    decide(bench, csp, {"name": "desk", "hold": "suggested", "value": "second"})
    steps = {"a": {**STEP, "config": {"server": OTHER}}}
    steps["b"] = {**STEP, "config": {"server": OTHER, "desk": "mine"}}

    run_id = bench.run(bench.publish(steps, ["hand > a", "hand > b"]))

    assert {one.step: one.config["desk"] for one in bench.steps(run_id)} == {
        "a": "second",
        "b": "mine",
    }


def test_a_change_holds_at_once_without_publishing_and_not_for_an_attempt_that_was_made(
    bench: Bench, csp: OrganisationView
) -> None:
    decide(bench, csp, server("hidden"))
    flow_id = bench.publish({"ask": STEP}, ["hand > ask"])
    bench.start(flow_id)
    bench.drain.advance_batch(now=bench.now)
    decide(bench, csp, server("hidden", OTHER))

    bench.go()
    bench.run(flow_id)

    assert [one.url for one in bench.http.calls] == [f"{CANARY}/tickets/7", f"{OTHER}/tickets/7"]


def test_another_worker_goes_on_with_what_the_first_one_had(
    bench: Bench, csp: OrganisationView
) -> None:
    decide(bench, csp, server("hidden"))
    bench.start(bench.publish({"ask": STEP}, ["hand > ask"]))
    bench.drain.advance_batch(now=bench.now)
    assert bench.pool.claim(now=bench.now) is not None  # its worker dies
    decide(bench, csp)

    bench.go(after_s=60)

    assert [one.url for one in bench.http.calls] == [f"{CANARY}/tickets/7"]


def test_only_those_below_are_bound_and_a_reseller_lays_its_own_over_that(
    bench: Bench, csp: OrganisationView
) -> None:
    with bench.sessions.begin() as session:
        reseller = make_below(session, csp, "reseller")
        theirs, stranger = make_below(session, reseller), make_below(session, make_csp(session))
        digest = bring(session, csp.id, signed(), is_new=False)
        for one in (csp, reseller, theirs, stranger):
            install(session, one.id, digest)
    decide(bench, csp, server("hidden"))
    decide(bench, reseller, {"name": "desk", "hold": "hidden", "value": "third"})

    assert settings_of(bench, bench.tenant_id) == {"desk"}
    assert settings_of(bench, theirs.id) == set()
    assert settings_of(bench, reseller.id) == {"desk"}
    assert settings_of(bench, csp.id) == settings_of(bench, stranger.id) == {"server", "desk"}


def test_who_is_moved_below_another_provider_is_bound_by_that_one(
    bench: Bench, csp: OrganisationView
) -> None:
    with bench.sessions.begin() as session:
        reseller = make_below(session, csp, "reseller")
    decide(bench, reseller, server("hidden"))
    assert settings_of(bench, bench.tenant_id) == {"server", "desk"}

    with bench.sessions.begin() as session, as_tenant(session, csp.id):
        move_customer(session, admin_of(csp), bench.tenant_id, reseller.id, now=NOON)

    assert settings_of(bench, bench.tenant_id) == {"desk"}


def test_what_a_tenant_wrote_itself_under_that_name_is_told_nothing(
    bench: Bench, csp: OrganisationView
) -> None:
    decide(bench, csp, server("hidden"))
    mine = make_package(
        files={"block.py": b""}, **http_document(config=CONFIG, version="9.0.0", title="Mine")
    )
    with bench.writing() as session:
        who: dict[str, Any] = {"by": "Eve", "now": NOON}
        found = offering.upload(session, bench.tenant_id, mine, **who)
        store.install(session, bench.tenant_id, found.digest, consents=True, **who)
        block = registry_of(session, bench.tenant_id).find(TICKETS, "9.0.0")

    assert block is not None
    assert block.decided is None
