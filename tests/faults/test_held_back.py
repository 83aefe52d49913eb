"""What is held back is let go once, though scheduler and correlator are killed all the time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms._tables import AlarmHistory, AlarmRow
from runtime.alarms.holding._tables import AlarmHold
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.alarms.store import shelve
from runtime.alarms.storms import SUMMARY_SOURCE
from runtime.maintenance.windows import plan_window
from runtime.quieting._tables import StormScope
from runtime.quieting.storms import save_protection
from runtime.rules._tables import Firing, RuleRow
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant, system
from tests.factories.maintenance import window_document
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import NOON, make_customer
from tests.faults.test_rules import opened
from tests.support import killed_clock
from tests.support.apart import survives

pytestmark = pytest.mark.fault

KILLS = 4
STORM, PLANNED, SHELVED = 24, 5, 4
PROTECTION = {"window_s": 10, "source": {"begin_per_s": 1, "end_per_s": 0.5}}
ANY = make_leaf("managed_object", "exists")
RULES: dict[str, dict[str, Any]] = {
    "each": {"pattern": {"kind": "each"}, "on": ["raised"]},
    "persists": {"pattern": {"kind": "persists", "after_s": 60}},
}
STORMY = NOON + timedelta(seconds=21)
LATER = NOON + timedelta(hours=5)


def prepare(url: str) -> None:
    """Make a tenant with rules, a storm's events, planned work, and alarms on the shelf."""
    with opened(url) as sessions, sessions() as session, session.begin():
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            for name, said in RULES.items():
                document = make_rule_document(name=name, when=ANY, **said)
                made = create_rule(session, tenant_id, document=document, by="test", now=NOON)
                publish_rule(session, tenant_id, made.id, mode=Mode.LIVE, by="test", now=NOON)
            save_protection(session, tenant_id, PROTECTION, now=NOON)
            scope = {"kind": "condition", "when": make_leaf("text", "is", "planned")}
            window = window_document(scope=scope)
            plan_window(session, tenant_id, document=window, by="Ann", now=NOON)
            for number in range(SHELVED):
                _send(session, tenant_id, f"shelved-{number}", number)
            for number in range(PLANNED):
                _send(session, tenant_id, f"planned-{number}", number)
            for number in range(STORM):
                _send(session, tenant_id, f"storm-{number}", 12 + number / 10)
            for name in ("planned-0", "storm-20"):
                _send(session, tenant_id, name, 20, perceived_severity="cleared")


def _send(session: Session, tenant_id: Any, name: str, second: float, **said: Any) -> None:
    at = NOON + timedelta(seconds=second)
    source = "noisy" if name.startswith("storm") else "calm"
    text = "planned" if name.startswith("planned") else ""
    event = {
        "managed_object": name,
        "perceived_severity": "major",
        "raised_at": format_instant(at),
        "source": source,
        "text": text,
    }
    append(session, tenant_id, [parse_event(event | said)], now=at)


def put_aside(url: str) -> None:
    """Shelve some of the alarms for an hour."""
    with opened(url) as sessions, sessions() as session, session.begin():
        with system(session):
            wanted = AlarmRow.managed_object.startswith("shelved")
            rows = session.execute(select(AlarmRow.tenant_id, AlarmRow.id).where(wanted)).all()
        for tenant_id, alarm_id in rows:
            until = NOON + timedelta(hours=1)
            with as_tenant(session, tenant_id):
                shelve(session, tenant_id, alarm_id, until=until, reason="x", by="Ann", now=NOON)


def run(url: str, now: datetime, dies_before: int) -> bool:
    """Do what is due; tell whether it ended well."""
    return survives(killed_clock.main, url, now, dies_before)


def came_of(url: str) -> dict[str, Any]:
    """Give every alarm with its history, every firing, and what is still held."""
    with opened(url) as sessions, sessions() as session, system(session):
        alarms = {
            row.managed_object: (row.source, row.is_active, row.suppressed_at, row.shelved_until)
            for row in session.scalars(select(AlarmRow))
        }
        told = session.execute(
            select(AlarmRow.managed_object, AlarmHistory.kind).join(
                AlarmHistory, AlarmHistory.alarm_id == AlarmRow.id
            )
        )
        fired = session.execute(
            select(RuleRow.name, AlarmRow.managed_object, Firing.at)
            .join(RuleRow, RuleRow.id == Firing.rule_id)
            .join(AlarmRow, AlarmRow.id == Firing.alarm_id)
        )
        return {
            "alarms": alarms,
            "history": Counter(map(tuple, told)),
            "fired": Counter(map(tuple, fired)),
            "holds": session.scalar(select(func.count(AlarmHold.id))),
            "storms": session.scalar(select(func.count(StormScope.storm_id))),
        }


def play(url: str, *, kills: int, seed: int) -> int:
    """Live through the storm, then through all ends, killed so often in each; give the kills."""
    chance = random.Random(seed)  # noqa: S311  no secret
    prepare(url)
    killed = 0
    for now in (STORMY, LATER):
        for _ in range(kills):
            killed += not run(url, now, chance.randint(2, 150))
        assert run(url, now, 0)
        if now != LATER:
            put_aside(url)
    return killed


def test_everything_held_back_is_let_go_and_judged_once(
    new_database: Callable[[], str],
) -> None:
    undisturbed, disturbed = new_database(), new_database()

    play(undisturbed, kills=0, seed=0)
    killed = play(disturbed, kills=KILLS, seed=3)

    expected = came_of(undisturbed)
    assert killed > KILLS
    assert came_of(disturbed) == expected
    assert (expected["holds"], expected["storms"]) == (0, 0)
    standing = [key for key, (_, active, *held) in expected["alarms"].items() if active]
    assert all(held == [None, None] for _, _, *held in expected["alarms"].values())
    assert len(standing) == STORM + PLANNED + SHELVED - 2
    fired = Counter(name for rule, name, _ in expected["fired"].elements() if rule == "each")
    assert {fired[name] for name in standing} == {1}
    assert sum(source == SUMMARY_SOURCE for source, *_ in expected["alarms"].values()) == 1
