"""Fifty customers of one CSP, seeded with breakages that are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.registry import SHELF, Shelf
from tenancy.organisations import OrganisationView
from tests.factories.flows import step
from tests.factories.market import (
    begin_trust,
    breaking,
    bring,
    customers_of,
    install,
    publish,
    reads,
    release,
    say,
)
from tests.factories.tenancy import make_csp

Seeded = tuple[UUID, str, str, str]
"""An organisation, the name of its workflow, the step that breaks, and in which way."""

SEEDS: tuple[tuple[dict[str, Any], list[str], list[tuple[str, str]]], ...] = (
    ({"say": say()}, [], []),
    ({"say": say(tone="plain")}, [], []),
    ({"say": say(tone="loud")}, [], [("say", "settings")]),
    ({"say": say(), "next": reads("1")}, ["say:missing > next"], [("say", "port")]),
    (
        {"say": say(), "next": reads("steps.say.output.state")},
        ["say:done > next"],
        [("next", "field")],
    ),
    (
        {"say": say(), "next": reads('"it is " + steps.say.output.state')},
        ["say:done > next"],
        [("next", "field")],
    ),
    ({"say": say(), "next": reads("steps.say.output.text")}, ["say:done > next"], []),
    (
        {
            "each": step(
                "for-each",
                config={"items": [1]},
                body={"steps": {"inner": say(tone="loud")}, "wires": []},
            )
        },
        [],
        [("inner", "settings")],
    ),
    ({"other": reads("2")}, [], []),
    (
        {"say": say(tone="loud"), "next": reads("steps.say.output.state")},
        ["say:done > next", "say:missing > next"],
        [("say", "settings"), ("say", "port"), ("next", "field")],
    ),
)


@dataclass
class Market:
    """The CSP, its customers, what was seeded, and the releases by version."""

    sessions: sessionmaker[Session]
    csp: OrganisationView
    customers: list[OrganisationView]
    digests: dict[str, str] = field(default_factory=dict)
    seeded: set[Seeded] = field(default_factory=set)
    touched: set[tuple[UUID, str]] = field(default_factory=set)


@pytest.fixture
def shelved(sessions: sessionmaker[Session], tmp_path: Path) -> sessionmaker[Session]:
    sessions.configure(info={SHELF: Shelf(tmp_path / "blocks")})
    return sessions


def make_market(sessions: sessionmaker[Session], number: int) -> Market:
    """Make customers who all have version 1.0.0, and bring three releases after it."""
    old, packages = release("1.0.0"), {"1.1.0": release("1.1.0"), "2.0.0": breaking()}
    with sessions.begin() as session:
        csp = make_csp(session)
        market = Market(sessions=sessions, csp=csp, customers=customers_of(session, csp, number))
        begin_trust(session)
        market.digests["1.0.0"] = bring(session, csp.id, old)
        for version, package in packages.items():
            market.digests[version] = bring(session, csp.id, package)
        for one in market.customers:
            install(session, one.id, market.digests["1.0.0"])
    return market


def seed(market: Market) -> None:
    """Publish one kind of workflow after the other, to each customer the next one."""
    with market.sessions.begin() as session:
        for number, one in enumerate(market.customers):
            steps, wires, wrong = SEEDS[number % len(SEEDS)]
            publish(session, one.id, steps, *wires, name=f"Flow {number:02}")
            market.seeded |= {(one.id, f"Flow {number:02}", *found) for found in wrong}
            if "other" not in steps:
                market.touched.add((one.id, f"Flow {number:02}"))


@pytest.fixture
def market(shelved: sessionmaker[Session]) -> Market:
    """Make fifty customers with one workflow each."""
    made = make_market(shelved, 50)
    seed(made)
    return made


@pytest.fixture
def ten(shelved: sessionmaker[Session]) -> Market:
    """Make ten customers, one with each kind of workflow."""
    made = make_market(shelved, 10)
    seed(made)
    return made


@pytest.fixture
def few(shelved: sessionmaker[Session]) -> Market:
    """Make six customers whose one workflow fits every release."""
    made = make_market(shelved, 6)
    with shelved.begin() as session:
        for one in made.customers:
            publish(session, one.id, {"say": say()})
    return made
