"""A correlator that is killed again and again gives the firings of one that was left alone."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant
from kernel.db import make_engine, make_sessions
from runtime.alarms._tables import AlarmRow
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.rules._tables import Firing, RuleNotice, RuleRow, RuleTimer
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant, guarded, system
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document
from tests.factories.tenancy import NOON, make_customer, make_member

pytestmark = pytest.mark.fault

KILLS = 8
EVENTS = 160
LINK, FAN = make_leaf("text", "is", "link"), make_leaf("text", "is", "fan")
PAIR = {"a": LINK, "b": FAN, "within_s": 20, "group_by": ["attributes.site"]}
RAISE = {"do": "derive", "alarm": {"specific_problem": "{managed_object} again"}}
MAIL = {"do": "notify", "to": ["role:operator"], "subject": "Look", "every_s": 1}
PATTERNS: dict[str, dict[str, Any]] = {
    "each": {"kind": "each", "group_by": ["attributes.site"]},
    "count": make_count_pattern(3, 30, "attributes.site"),
    "sequence": PAIR | {"kind": "sequence"},
    "absence": PAIR | {"kind": "absence"},
    "together": PAIR | {"kind": "together"},
    "flapping": {"kind": "flapping", "more_than": 2, "within_s": 40, "release_below": 1},
    "persists": {"kind": "persists", "after_s": 15},
}


@contextmanager
def opened(url: str) -> Iterator[sessionmaker[Session]]:
    """Open a database for a while."""
    engine = make_engine(url)
    yield guarded(make_sessions(engine))
    engine.dispose()


def prepare(url: str) -> None:
    """Make a tenant with a rule of each pattern, and a stream of events that waits."""
    with opened(url) as sessions, sessions() as session, session.begin():
        tenant = make_customer(session)
        make_member(session, tenant, role="operator")
        tenant_id = tenant.id
        with as_tenant(session, tenant_id):
            for name, pattern in PATTERNS.items():
                _publish(session, tenant_id, name, pattern)
            _send(session, tenant_id, random.Random(7))  # noqa: S311  no secret


def _publish(session: Session, tenant_id: UUID, name: str, pattern: dict[str, Any]) -> None:
    document = make_rule_document(
        name=name,
        pattern=pattern,
        when=make_leaf("source", "missing"),
        then=[{"do": "acknowledge"}, RAISE, MAIL],
        cooldown_s=5,
    )
    rule = create_rule(session, tenant_id, document=document, by="test", now=NOON)
    publish_rule(session, tenant_id, rule.id, mode=Mode.LIVE, by="test", now=NOON)


def _send(session: Session, tenant_id: UUID, chance: random.Random) -> None:
    now = NOON
    for _ in range(EVENTS):
        now += timedelta(seconds=chance.choice([0, 1, 1, 4, 9]))
        kind = chance.choice(["link", "link", "fan"])
        event = {
            "managed_object": f"{kind}-{chance.randint(1, 4)}",
            "text": kind,
            "perceived_severity": chance.choice(["major", "critical", "cleared"]),
            "raised_at": format_instant(now - timedelta(seconds=chance.choice([0, 0, 6]))),
            "attributes": {"site": chance.choice(["bern", "basel"])},
        }
        append(session, tenant_id, [parse_event(event)], now=now)


def run(url: str, dies_before: int) -> bool:
    """Run a correlator; tell whether it ended well."""
    command = [sys.executable, "-m", "tests.support.killed_correlator", url, str(dies_before)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode in (0, -9), done.stderr
    return done.returncode == 0


def came_of(url: str) -> tuple[Counter[Any], int, int, int]:
    """Give every firing with what it did, the derived alarms, the mails, and timers left."""
    with opened(url) as sessions, sessions() as session, system(session):
        rows = session.execute(
            select(RuleRow.name, Firing.at, AlarmRow.managed_object, Firing.did)
            .join(RuleRow, RuleRow.id == Firing.rule_id)
            .join(AlarmRow, AlarmRow.id == Firing.alarm_id)
        )
        fired = Counter(
            (name, at, where, tuple(sorted(one["do"] for one in did)))
            for name, at, where, did in rows
        )
        derived = session.scalar(
            select(func.count(AlarmRow.id)).where(AlarmRow.source.startswith("rule:"))
        )
        mails = session.scalar(select(func.count(RuleNotice.id)))
        timers = session.scalar(select(func.count(RuleTimer.seq)))
    return fired, derived or 0, mails or 0, timers or 0


def test_a_correlator_killed_at_random_points_doubles_and_loses_no_firing(
    new_database: Callable[[], str],
) -> None:
    undisturbed, disturbed = new_database(), new_database()
    prepare(undisturbed)
    prepare(disturbed)
    chance = random.Random(11)  # noqa: S311  no secret

    assert run(undisturbed, 0)
    kills = 0
    while kills < KILLS and not run(disturbed, chance.randint(3, 400)):
        kills += 1
    assert run(disturbed, 0)

    expected = came_of(undisturbed)
    assert kills == KILLS
    assert {name for name, *_ in expected[0]} == set(PATTERNS)
    assert expected[1] > 0
    assert expected[2] > 0
    assert expected[3] == 0
    assert came_of(disturbed) == expected
