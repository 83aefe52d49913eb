"""From a step that ran to four statements: days charged once, months closed, handed over."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs._tables import BlockInstall, BlockPackage
from blocks.installs.registry import registry_of
from blocks.registry import Registry, Standing, standard_registry
from kernel.ids import new_id
from marketplace.money import payments, rounds
from marketplace.money._tables import MarketEntry, MarketStatement
from marketplace.money.charging import Use, charge_use
from marketplace.money.due import uses_needed_from
from marketplace.money.exports import as_bills
from marketplace.money.rounds import MoneyRounds
from marketplace.money.statements import statement_of
from marketplace.search.store import get_entry, index
from runtime.packs._tables import PackInstall, PackOffer
from runtime.runs.start import Start, start_trial
from runtime.use._tables import BlockUse
from runtime.use.of_blocks import is_somebodys, record_block_uses
from runtime.use.rounds import UseRounds
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.flows import step
from tests.factories.listings import make_entry
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
from tests.factories.use import nowhere
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

    def __init__(self, *, refuses: UUID | None = None, refuses_all: bool = False) -> None:
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.asked: list[str] = []
        self.refuses, self.refuses_all = str(refuses), refuses_all

    def collect(self, statement: dict[str, Any], *, key: str) -> str:
        """Take a statement, or not."""
        self.asked.append(key)
        if self.refuses_all or statement["organisation_id"] == self.refuses:
            raise ConnectionError("nobody answers")
        self.taken.append((key, statement))
        return f"bill {len(self.taken)}"


def go_round(sessions: Sessions, at: datetime, provider: Provider | None = None) -> None:
    rounds = MoneyRounds(sessions, sessions, provider=lambda: provider)
    rounds.round(now=at)
    rounds.hand_over(now=at)


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
    ("signers", "is_use"),
    [pytest.param([], False, id="unsigned"), pytest.param(["k"], True, id="signed")],
)
def test_what_runs_finish_with_once_it_is_held_counts_by_who_signed_it(
    sessions: Sessions, market: Market, signers: list[str], is_use: bool
) -> None:
    put_lamp_on_shelf(sessions, Standing.HELD)
    with sessions.begin() as session, as_tenant(session, market.customer.id):
        session.add(
            BlockPackage(
                digest="", block_id=LISTING, version="1.0.0", manifest={}, archive=b"",
                signers=signers, vouched_in={}, added_at=later(0),
            )
        )  # fmt: skip
        session.flush()
        held = registry_of(session, market.customer.id).find(LISTING, "1.0.0")

        assert held is not None
        assert is_somebodys(session, held) is is_use


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


def broken_for(customer: OrganisationView) -> Callable[..., bool]:
    """Give a charging of uses that breaks for one organisation."""

    def charge_some(session: Session, use: Use, *, now: datetime) -> bool:
        if use.used_by == customer.id:
            raise RuntimeError("cannot be charged")
        return charge_use(session, use, now=now)

    return charge_some


def test_what_broke_for_one_holds_up_no_other_and_is_charged_by_itself(
    sessions: Sessions, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_lamp(sessions, market)
    with sessions.begin() as session, as_tenant(session, market.other.id):
        for day in (later(1), later(2)):
            uses = [(f"{day}", f"{LISTING}@1.0.0")]
            record_block_uses(session, market.other.id, uses, now=day)
    with monkeypatch.context() as broken:
        broken.setattr(rounds, "charge_use", broken_for(market.customer))
        go_round(sessions, later(3))
        went_on = balances(sessions, market.customer, market.publisher)
        go_round(sessions, later(10))  # the month is over
        waits = statements_there(sessions)

    for _ in range(2):
        go_round(sessions, later(10))

    assert went_on == [0, 10]  # 14, less the vendor's quarter
    assert waits == 0
    assert balances(sessions, market.customer, market.publisher) == [-12, 15]
    assert statements_there(sessions) > 0


def test_uses_are_kept_until_they_are_charged_however_long_that_takes(
    sessions: Sessions, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_lamp(sessions, market)
    with monkeypatch.context() as broken:
        broken.setattr(rounds, "due_on", lambda *_: 1 / 0)
        go_round(sessions, later(60))
        let_old_uses_go(sessions, later(60))
        kept = uses_there(sessions)

    go_round(sessions, later(60))
    let_old_uses_go(sessions, later(61))

    assert kept == 1
    assert uses_there(sessions) == 0
    assert balances(sessions, market.customer) == [-12]


def test_uses_are_let_go_where_nothing_ever_had_a_price(sessions: Sessions) -> None:
    with sessions.begin() as session:
        market = make_market(session)
        with as_tenant(session, market.customer.id):
            uses = [("one", f"{LISTING}@1.0.0")]
            record_block_uses(session, market.customer.id, uses, now=later(0))

    let_old_uses_go(sessions, later(60))

    assert uses_there(sessions) == 0


def let_old_uses_go(sessions: Sessions, at: datetime) -> None:
    UseRounds(sessions, sessions, nowhere(), needed_from=uses_needed_from).round(now=at)


def uses_there(sessions: Sessions) -> int:
    with sessions() as session, system(session):
        return session.scalar(select(func.count()).select_from(BlockUse)) or 0


def statements_there(sessions: Sessions) -> int:
    with sessions() as session, system(session):
        return session.scalar(select(func.count()).select_from(MarketStatement)) or 0


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
    early = statements_there(sessions)
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


def test_what_is_refused_again_and_again_keeps_no_other_from_its_turn(
    sessions: Sessions, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_lamp(sessions, market)
    go_round(sessions, later(10))
    monkeypatch.setattr(payments, "A_ROUND", 1)
    provider = Provider(refuses_all=True)
    for hours in range(8):
        at = later(11) + timedelta(hours=hours)
        MoneyRounds(sessions, sessions, provider=lambda: provider).hand_over(now=at)

    assert len(set(provider.asked[:4])) == 4
    assert provider.asked[4:] == provider.asked[:4]


def test_the_search_tells_of_the_wholesale_price_from_the_day_on_that_it_holds(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        index(session, make_entry(listing_id=LISTING), now=later(0))
    rounds = MoneyRounds(sessions, sessions, provider=lambda: None)
    with sessions.begin() as session:
        price_it(session, market.publisher, by_month(5), now=later(1))  # from the next day on

    told = []
    for days in (0, 1, 2):
        rounds.round(now=later(days))
        with sessions() as session:
            entry = get_entry(session, LISTING)
            told.append(entry and entry.price.value)

    assert told == ["free", "per_use", "per_month"]


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
