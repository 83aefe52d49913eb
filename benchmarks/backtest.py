"""How fast is a backtest, and how much memory does it take? Over 200,000 events of a real history.

Events of 2,000 objects are dealt with by the lifecycle, with a deed of a person now and then; then
a rule that counts in a window is judged over them, with and without a look at the network. Its own
process is measured, in seconds of the processor: others may use the machine. `--events N` takes
fewer. Run by `make bench`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from _setup import database, log_to_nowhere
from sqlalchemy.orm import Session, sessionmaker

import garland.tables  # noqa: F401  completes the metadata
from kernel.clock import format_instant
from kernel.db import make_engine, make_sessions
from runtime.alarms.journal import append, mark_done, take
from runtime.alarms.model import AlarmEvent, parse_event
from runtime.alarms.store import acknowledge, apply_batch
from runtime.backtests.running import backtest_rule
from runtime.inventory.importing import apply_import, stage_import
from runtime.inventory.reading.files import Naming
from runtime.rules.store import create_rule
from tenancy.scope import as_tenant, guarded
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import NOON, make_customer

EVENTS = 200_000
OBJECTS = 2_000
ABOVE = 100
BATCH = 500
SECOND = timedelta(seconds=1)
YES: Any = True
RULES = {
    "counts in a window": make_leaf("perceived_severity", "at_least", "major"),
    "looks at the network": make_leaf("topology.parent_down", "is", YES),
}


def main() -> int:
    """Print a line for each rule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=EVENTS)
    events = parser.parse_args().events
    log_to_nowhere()
    with database("sqlite") as url:
        with opened(url) as sessions:
            tenant_id = prepare(sessions, events)
        print(f"{'rule':24}{'events':>10}{'fired':>10}{'CPU s':>8}{'events/s':>12}{'MB':>8}")
        for name in RULES:
            with multiprocessing.get_context("spawn").Pool(1) as apart:
                done, fired, took_s, peak_mb = apart.apply(measure, (url, tenant_id, name))
            each_s = done / took_s
            print(f"{name:24}{done:>10,}{fired:>10,}{took_s:>8.1f}{each_s:>12,.0f}{peak_mb:>8.0f}")
    return 0


@contextmanager
def opened(url: str) -> Iterator[sessionmaker[Session]]:
    """Open the database for a while."""
    engine = make_engine(url)
    yield guarded(make_sessions(engine))
    engine.dispose()


def prepare(sessions: sessionmaker[Session], events: int) -> UUID:
    """Make a tenant with its history."""
    chance, now = random.Random(3), NOON  # noqa: S311  no secret
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            lay_out_network(session, tenant_id)
    for _ in range(events // BATCH):
        now += SECOND
        with sessions.begin() as session, as_tenant(session, tenant_id):
            append(session, tenant_id, [one(chance, now) for _ in range(BATCH)], now=now)
            rows = take(session, BATCH)
            changes = apply_batch(session, tenant_id, rows, now=now + SECOND / 2)
            mark_done(session, [row.seq for row in rows], now=now + SECOND / 2)
            acknowledge(session, tenant_id, changes[0].alarm.id, by="Ann", now=now)
    return tenant_id


def lay_out_network(session: Session, tenant_id: UUID) -> None:
    """Let every object depend on one of the first hundred."""
    names = [f"node-{number}" for number in range(OBJECTS)]
    nodes = "key,kind\n" + "".join(f"{name},node\n" for name in names)
    links = "from,to,relation\n" + "".join(
        f"{name},node-{number % ABOVE},depends_on\n"
        for number, name in enumerate(names)
        if number >= ABOVE
    )
    staged = stage_import(
        session,
        tenant_id,
        (nodes.encode(), links.encode()),
        origin="plan",
        naming=Naming(),
        by="Ann",
        now=NOON,
    )
    apply_import(session, tenant_id, staged.id, remove_gone=False, now=NOON)


def one(chance: random.Random, now: datetime) -> AlarmEvent:
    """Make an event: two of three are raises, one is a clear."""
    return parse_event(
        {
            "managed_object": f"node-{chance.randrange(OBJECTS)}",
            "perceived_severity": chance.choice(["minor", "major", "critical", "cleared"]),
            "raised_at": format_instant(now),
            "specific_problem": chance.choice(["Loss of signal", "High temperature"]),
            "attributes": {"site": f"site-{chance.randrange(100)}"},
        }
    )


def measure(url: str, tenant_id: UUID, name: str) -> tuple[int, int, float, float]:
    """Backtest a rule in this process; give events, firings, CPU seconds and peak memory."""
    pattern = {"kind": "count", "at_least": 5, "within_s": 300, "group_by": ["attributes.site"]}
    document = make_rule_document(name=name, when=RULES[name], pattern=pattern)
    with opened(url) as sessions:
        with sessions.begin() as session, as_tenant(session, tenant_id):
            rule = create_rule(session, tenant_id, document=document, by="Ann", now=NOON)
        with sessions() as session, as_tenant(session, tenant_id):
            began, now = time.process_time(), NOON + timedelta(days=1)
            report = backtest_rule(
                session, tenant_id, rule.id, since=NOON, now=now, most=EVENTS * 2
            )
            took_s = time.process_time() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return report.events, report.draft.fired, took_s, peak_mb


if __name__ == "__main__":
    sys.exit(main())
