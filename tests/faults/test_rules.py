"""A correlator that is killed again and again gives the firings of one that was left alone.

So does a backtest of what it left behind, and one whose process is killed is done by the next.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant
from kernel.db import make_engine, make_sessions
from runtime.alarms._tables import AlarmRow, JournalEntry
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.backtests.running import backtest_rule
from runtime.maintenance.windows import plan_window
from runtime.rules._tables import Firing, RuleNotice, RuleRow, RuleTimer
from runtime.rules.backtest.report import Recorded
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant, guarded, system
from tests.factories.maintenance import window_document
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document
from tests.factories.tables import make_row, make_table_document
from tests.factories.tenancy import NOON, make_customer, make_member
from tests.support import killed_correlator
from tests.support.apart import survives

pytestmark = pytest.mark.fault

KILLS = 8
EVENTS = 160
DAY = timedelta(days=1)
LINK, FAN = make_leaf("text", "is", "link"), make_leaf("text", "is", "fan")
PAIR = {"a": LINK, "b": FAN, "within_s": 20, "group_by": ["attributes.site"]}
RAISE = {"do": "derive", "alarm": {"specific_problem": "{managed_object} again"}}
MAIL = {"do": "notify", "to": ["role:operator"], "subject": "Look", "every_s": 1}
GROUP = {"do": "correlate", "parent": "first"}
TABLE = "table"
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
                _publish(session, tenant_id, _document(name, pattern))
            _publish(session, tenant_id, _table())
            plan_window(session, tenant_id, document=_planned(), by="test", now=NOON)
            _send(session, tenant_id, random.Random(7))  # noqa: S311  no secret


def _planned() -> dict[str, Any]:
    """Plan work on everything for a part of the stream."""
    begins, ends = (NOON + timedelta(seconds=after_s) for after_s in (60, 120))
    return window_document(starts_at=format_instant(begins), ends_at=format_instant(ends))


def _table() -> dict[str, Any]:
    rows = [
        make_row([">= critical", "-"], ["core", ""]),
        make_row([">= major", "-"], ["", "acknowledge"]),
    ]
    return make_table_document(name=TABLE, cooldown_s=5, rows=rows)


def _document(name: str, pattern: dict[str, Any]) -> dict[str, Any]:
    is_group = name in ("count", "sequence", "together")
    return make_rule_document(
        name=name,
        pattern=pattern,
        when=make_leaf("source", "missing"),
        then=[{"do": "acknowledge"}, RAISE, MAIL, *([GROUP] if is_group else [])],
        cooldown_s=5,
    )


def _publish(session: Session, tenant_id: UUID, document: dict[str, Any]) -> None:
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
    return survives(killed_correlator.main, url, dies_before)


class CameOf(NamedTuple):
    """Every firing with what it did, and how many of what else there is."""

    fired: Counter[Any]
    derived: int
    mails: int
    timers: int
    grouped: int
    held: int


def came_of(url: str) -> CameOf:
    """Give what came of the stream."""
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
        alarms = select(func.count(AlarmRow.id))
        counts = [
            alarms.where(AlarmRow.source.startswith("rule:")),
            select(func.count(RuleNotice.id)),
            select(func.count(RuleTimer.seq)),
            alarms.where(AlarmRow.parent_id.is_not(None)),
            select(func.count(JournalEntry.seq)).where(JournalEntry.held.is_(True)),
        ]
        return CameOf(fired, *(session.scalar(one) or 0 for one in counts))


def backtests(url: str) -> dict[str, Recorded | None]:
    """Backtest every rule over what was left behind; give what it finds of what was recorded."""
    with opened(url) as sessions, sessions() as session:
        with system(session):
            tenant_id = session.scalars(select(RuleRow.tenant_id)).first()
            assert tenant_id is not None
        with as_tenant(session, tenant_id):
            return {
                row.name: backtest_rule(
                    session, tenant_id, row.id, since=NOON, now=NOON + DAY, most=10_000
                ).recorded
                for row in session.scalars(select(RuleRow)).all()
            }


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
    assert {name for name, *_ in expected.fired} == {*PATTERNS, TABLE}
    assert min(expected.derived, expected.mails, expected.grouped, expected.held) > 0
    assert expected.timers == 0
    assert came_of(disturbed) == expected
    assert {
        name: (found.found, found.others) for name, found in backtests(disturbed).items() if found
    } == {
        name: (sum(n for one, n in expected.fired.items() if one[0] == name), 0)
        for name in (*PATTERNS, TABLE)
    }
