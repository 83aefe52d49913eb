"""From a step that ran to statements: uses are recorded and charged, days once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage
from blocks.installs.registry import registry_of
from blocks.registry import Standing
from kernel.ids import new_id
from marketplace.money import rounds
from marketplace.money.charging import Use, charge_use
from marketplace.money.due import uses_needed_from
from runtime.packs._tables import PackInstall, PackOffer
from runtime.use._tables import BlockUse
from runtime.use.of_blocks import is_somebodys, record_block_uses
from runtime.use.rounds import UseRounds
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.money import (
    LISTING,
    Market,
    by_month,
    later,
    make_market,
    price_it,
)
from tests.factories.use import nowhere
from tests.integration.marketplace.money.lamps import (
    Sessions,
    all_sides,
    balances,
    go_round,
    install_since,
    put_lamp_on_shelf,
    run_lamp,
    statements_there,
)


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
