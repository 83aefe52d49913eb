"""From a step that ran to four statements: days charged once, months closed, handed over."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs._tables import BlockInstall, BlockPackage
from blocks.registry import Registry, Standing, standard_registry
from kernel.ids import new_id
from marketplace.money import rounds
from marketplace.money._tables import MarketEntry, MarketStatement
from marketplace.money.exports import as_bills
from marketplace.money.rounds import MoneyRounds
from marketplace.money.statements import statement_of
from runtime.packs._tables import PackInstall, PackOffer
from runtime.runs.start import Start, start_trial
from runtime.use._tables import BlockUse
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.flows import step
from tests.factories.money import (
    LISTING,
    Market,
    by_month,
    by_use,
    later,
    make_market,
    price_it,
    share_it,
)
from tests.integration.runtime.engine.bench import Bench
from tests.support.shelves import put_on_shelf

Sessions = sessionmaker[Session]
MONTH = "2026-11"


@pytest.fixture
def market(sessions: Sessions) -> Market:
    put_lamp_on_shelf(sessions, Standing.INSTALLED)
    with sessions.begin() as session:
        market = make_market(session)
        price_it(session, market.publisher, by_use(7))
        price_it(session, market.csp, by_use(12))
        share_it(session, market, 2_500)
    return market


def put_lamp_on_shelf(sessions: Sessions, standing: Standing) -> None:
    lamp = standard_registry().find("garland.set-data", "1.0.0")
    assert lamp is not None
    lamp = replace(lamp, manifest=replace(lamp.manifest, id=LISTING), standing=standing)
    put_on_shelf(sessions, Registry([*standard_registry().all(), lamp]))


class Provider:
    """Takes statements, but for those of an organisation that it does not know yet."""

    def __init__(self, *, refuses: UUID | None = None) -> None:
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.asked: list[str] = []
        self.refuses = str(refuses)

    def collect(self, statement: dict[str, Any], *, key: str) -> str:
        """Take a statement, or not."""
        self.asked.append(key)
        if statement["organisation_id"] == self.refuses:
            raise ConnectionError("nobody answers")
        self.taken.append((key, statement))
        return f"bill {len(self.taken)}"


def go_round(sessions: Sessions, at: datetime, provider: Provider | None = None) -> None:
    MoneyRounds(sessions, sessions, provider=lambda: provider).round(now=at)


def run_lamp(sessions: Sessions, market: Market, times: int = 1) -> Bench:
    bench = Bench(sessions=sessions, tenant_id=market.customer.id, now=later(1))
    values = {"config": {"values": {"n": 1}}}
    steps = {
        "lamp": {"block": LISTING, "version": "1.0.0", **values},
        "own": step("set-data", **values),
    }
    flow_id = bench.publish(steps, ["hand > lamp", "lamp > own"])
    for _ in range(times):
        bench.run(flow_id)
    with bench.writing() as session:
        trial = Start(trigger={"kind": "manual", "input": {}})
        start_trial(session, market.customer.id, flow_id, trial, allow_effects=True, now=bench.now)
    bench.go()
    bench.pool.close(within_s=0)
    return bench


def balances(sessions: Sessions, *ones: OrganisationView, month: str = MONTH) -> list[int]:
    found = []
    for one in ones:
        with sessions() as session, as_tenant(session, one.id):
            totals = statement_of(session, one.id, month).totals
            found.append(sum(total.balance for total in totals))
    return found


def all_sides(market: Market) -> tuple[OrganisationView, ...]:
    return market.customer, market.csp, market.publisher, market.vendor


def install_since(session: Session, tenant_id: UUID, block_id: str, at: datetime) -> None:
    digest = "sha256:" + block_id.encode().hex().ljust(64, "0")[:64]
    session.add(
        BlockPackage(
            digest=digest, block_id=block_id, version="1.0.0", manifest={}, archive=b"",
            signers=[], vouched_in={}, added_at=at,
        )
    )  # fmt: skip
    session.flush()
    said = {"consented_at": at, "installed_at": at, "consented_by": "Ann", "installed_by": "Ann"}
    with as_tenant(session, tenant_id):
        session.add(
            BlockInstall(
                tenant_id=tenant_id, block_id=block_id, version="1.0.0", digest=digest,
                state=Standing.INSTALLED, permissions=[], **said,
            )
        )  # fmt: skip


def test_what_workflows_used_is_on_the_statements_of_all_four_after_its_day(
    sessions: Sessions, market: Market
) -> None:
    run_lamp(sessions, market, times=3)
    go_round(sessions, later(1))
    before = balances(sessions, *all_sides(market))

    for _ in range(2):
        go_round(sessions, later(2))

    assert before == [0, 0, 0, 0]
    assert balances(sessions, *all_sides(market)) == [-36, 15, 16, 5]


def test_trials_and_the_products_own_blocks_are_no_use(sessions: Sessions, market: Market) -> None:
    run_lamp(sessions, market, times=2)

    with sessions() as session, system(session):
        assert session.scalars(select(BlockUse.block_id)).all() == [LISTING, LISTING]


def test_a_block_in_development_is_no_use_of_whose_name_it_has(
    sessions: Sessions, market: Market
) -> None:
    put_lamp_on_shelf(sessions, Standing.IN_DEVELOPMENT)
    run_lamp(sessions, market, times=2)

    with sessions() as session, system(session):
        assert session.scalars(select(BlockUse.block_id)).all() == []


@pytest.mark.parametrize(
    ("signers", "had"),
    [pytest.param([], 0, id="unsigned"), pytest.param(["ed25519:1"], -900, id="signed")],
)
def test_a_pack_that_nobody_signed_is_charged_by_nobody(
    sessions: Sessions, market: Market, signers: list[str], had: int
) -> None:
    with sessions.begin() as session:
        price_it(session, market.csp, by_month(900), listing_id="baubleworks.kit")
        with as_tenant(session, market.customer.id):
            said = {
                "pack_id": "baubleworks.kit", "version": "1.0.0",
                "digest": "sha256:" + "0" * 64, "manifest": {},
            }  # fmt: skip
            session.add(
                PackOffer(
                    id=new_id(), archive=b"", signers=signers, added_at=later(0), added_by="Ann",
                    tenant_id=market.customer.id, **said,
                )
            )  # fmt: skip
            session.add(
                PackInstall(
                    id=new_id(), installed_at=later(0), installed_by="Ann",
                    tenant_id=market.customer.id, **said,
                )
            )  # fmt: skip
            session.flush()

    go_round(sessions, later(2))

    assert balances(sessions, market.customer) == [had]


def test_a_day_that_broke_half_way_is_charged_again_and_nothing_twice(
    sessions: Sessions, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_lamp(sessions, market)
    with sessions.begin() as session:
        price_it(session, market.csp, by_month(900), listing_id="baubleworks.star")
        install_since(session, market.customer.id, "baubleworks.star", later(0))
    with monkeypatch.context() as broken:
        broken.setattr(rounds, "charge_month", lambda *_, **__: 1 / 0)
        go_round(sessions, later(2))
    half_way = balances(sessions, market.customer)

    go_round(sessions, later(2))

    assert half_way == [-12]
    assert balances(sessions, market.customer) == [-912]


def test_an_install_is_charged_by_the_month_and_once_in_each(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        price_it(session, market.csp, by_month(900), listing_id="baubleworks.star")
        price_it(session, market.publisher, by_month(500), listing_id="baubleworks.star")
        install_since(session, market.customer.id, "baubleworks.star", later(0))
    for days in (2, 3, 9):
        go_round(sessions, later(days))

    assert balances(sessions, *all_sides(market)) == [-900, 400, 375, 125]
    assert balances(sessions, market.customer, month="2026-12") == [-900]


def test_a_month_closes_three_days_after_its_end_with_a_statement_for_each_side(
    sessions: Sessions, market: Market
) -> None:
    run_lamp(sessions, market)
    go_round(sessions, later(9))  # 3 December
    with sessions() as session, system(session):
        early = session.scalar(select(func.count()).select_from(MarketStatement))
    go_round(sessions, later(10))

    with sessions() as session, system(session):
        rows = session.execute(select(MarketStatement.to_pay, MarketStatement.to_receive))
        assert early == 0
        assert sorted(tuple(row) for row in rows) == [(0, 2), (0, 5), (7, 12), (12, 0)]


def test_a_provider_is_handed_each_statement_until_it_took_it_by_one_key(
    sessions: Sessions, market: Market
) -> None:
    run_lamp(sessions, market)
    go_round(sessions, later(10))
    provider = Provider(refuses=market.vendor.id)
    go_round(sessions, later(10), provider)
    refused = [key for key in provider.asked if key not in dict(provider.taken)]
    provider.refuses = ""

    for _ in range(2):
        go_round(sessions, later(11), provider)

    assert len(refused) == 1
    assert sorted(key for key, _ in provider.taken) == sorted(set(provider.asked))
    assert provider.taken[-1][0] == refused[0]
    assert len(provider.taken) == 4


def test_bills_of_both_ends_say_the_same(sessions: Sessions, market: Market) -> None:
    run_lamp(sessions, market, times=3)
    go_round(sessions, later(2))

    bills: dict[str, set[str]] = {}
    for one in all_sides(market):
        with sessions() as session, as_tenant(session, one.id):
            for bill in json.loads(as_bills(statement_of(session, one.id, MONTH)))["customerBill"]:
                bills.setdefault(bill["id"], set()).add(json.dumps(bill, sort_keys=True))
    assert len(bills) == 3
    assert all(len(said) == 1 for said in bills.values())


def test_accounts_outlive_the_customer_they_are_about(sessions: Sessions, market: Market) -> None:
    run_lamp(sessions, market)
    go_round(sessions, later(2))
    with sessions.begin() as session, system(session):
        session.execute(delete(MarketEntry).where(MarketEntry.tenant_id == market.customer.id))
        lines = statement_of(session, market.csp.id, MONTH).lines

    assert {(one.hop, one.amount) for one in lines} == {
        ("retail", 12),
        ("wholesale", -5),
        ("share", -2),
    }
