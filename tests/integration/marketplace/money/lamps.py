"""A lamp that workflows use, what came of it on statements, and who is handed those."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs._tables import BlockInstall, BlockPackage
from blocks.registry import Registry, Standing, standard_registry
from marketplace.money._tables import MarketStatement
from marketplace.money.rounds import MoneyRounds
from marketplace.money.statements import statement_of
from runtime.runs.start import Start, start_trial
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.flows import step
from tests.factories.money import (
    LISTING,
    Market,
    later,
)
from tests.integration.runtime.engine.bench import Bench
from tests.support.shelves import put_on_shelf

Sessions = sessionmaker[Session]
MONTH = "2026-11"


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


def statements_there(sessions: Sessions) -> int:
    with sessions() as session, system(session):
        return session.scalar(select(func.count()).select_from(MarketStatement)) or 0
