"""How fast an alarm becomes a run: intake and correlation, light runs, and the whole way.

Prints a table each. The first two measure in one process on a fresh SQLite database; the third
starts a whole Garland and times alarms sent one after the other. Run by `make bench`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from blocks.registry import standard_registry
from garland.database import upgrade
from kernel.clock import parse_instant, utc_now
from kernel.db import make_engine, make_sessions
from runtime.alarms.intake.taking import take_from_api
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.runs.drain import Drain
from runtime.runs.programs import Programs
from runtime.runs.services import Brokers
from runtime.runs.start import Start, start_run
from tenancy.scope import as_tenant, guarded
from tests.factories.flows import chain_document, make_flow
from tests.factories.tenancy import make_customer
from tests.support.running import running_garland, wait_for

ALARMS = 5_000
INTAKE_BATCH = 500
RULES = 20
RUNS = 2_000
STEPS = 5
SENT_ONE_BY_ONE = 100
REPEATS = 3


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        intake, correlation = zip(
            *(measure_alarms(Path(folder) / f"a{number}.db") for number in range(REPEATS)),
            strict=True,
        )
        runs = [measure_runs(Path(folder) / f"r{number}.db") for number in range(REPEATS)]
    _print(f"alarms/s, {RULES} rules, SQLite, one process", "alarms/s")
    _row("intake", intake)
    _row("correlator", correlation)
    both = [1 / (1 / one + 1 / other) for one, other in zip(intake, correlation, strict=True)]
    _row("both, one after the other", both)
    _print(f"runs/s, {STEPS} light steps, SQLite, one process", "runs/s")
    _row("advance", runs)
    waits = measure_latency()
    _print("from alarm sent to finished run, whole Garland, idle", "ms")
    print(f"{'p50':<40}{statistics.median(waits):>10.0f}")
    print(f"{'p99':<40}{sorted(waits)[int(len(waits) * 0.99) - 1]:>10.0f}")
    return 0


def measure_alarms(path: Path) -> tuple[float, float]:
    """Give alarms a second through intake, and through the correlator."""
    sessions, tenant_id = _fresh(path)
    with sessions() as session, session.begin(), as_tenant(session, tenant_id):
        for number in range(RULES):
            _add_rule(session, tenant_id, number)
    began = time.perf_counter()
    for first in range(0, ALARMS, INTAKE_BATCH):
        events = [_event(number) for number in range(first, first + INTAKE_BATCH)]
        with sessions() as session, session.begin(), as_tenant(session, tenant_id):
            take_from_api(session, tenant_id, {"events": events}, now=utc_now())
    taken = time.perf_counter()
    with Matcher() as matcher:
        done = 0
        while done < ALARMS:
            with sessions() as session, session.begin():
                done += correlate_batch(session, matcher=matcher, now=utc_now())
    return ALARMS / (taken - began), ALARMS / (time.perf_counter() - taken)


def measure_runs(path: Path) -> float:
    """Give runs a second of a workflow of light steps."""
    sessions, tenant_id = _fresh(path)
    with sessions() as session, session.begin(), as_tenant(session, tenant_id):
        flow = make_flow(session, tenant_id, chain_document(STEPS))
        for _ in range(RUNS):
            start = Start(trigger={"kind": "manual", "input": {}})
            start_run(session, tenant_id, flow.id, start, now=utc_now())
    drain = Drain(
        sessions=sessions,
        programs=Programs(standard_registry()),
        brokers=Brokers(http=HttpBroker(), mail=MailBroker()),
        wake_next=lambda: None,
    )
    began = time.perf_counter()
    done = 0
    while done < RUNS:
        done += drain.advance_batch(now=utc_now())
    return RUNS / (time.perf_counter() - began)


def measure_latency() -> list[float]:
    """Give milliseconds from sending a critical alarm to the end of the run it started."""
    waits = []
    with tempfile.TemporaryDirectory() as folder, running_garland(Path(folder)) as garland:
        for number in range(SENT_ONE_BY_ONE):
            name = f"bench-{number:04}"
            sent = utc_now()
            garland.send(
                {
                    "managed_object": name,
                    "perceived_severity": "critical",
                    "event_type": "communicationsAlarm",
                    "attributes": {"site": "ZRH"},
                }
            )
            ended = wait_for(
                lambda wanted=name: _ended(garland.api("/runs", q=wanted)["items"]),
                within_s=30,
                what="the run",
            )
            waits.append((parse_instant(ended) - sent).total_seconds() * 1000)
    return waits


def _ended(runs: list[dict[str, Any]]) -> str | None:
    return runs[0]["ended_at"] if runs else None


def _fresh(path: Path) -> tuple[sessionmaker[Session], UUID]:
    url = f"sqlite:///{path}"
    upgrade(url)
    sessions = guarded(make_sessions(make_engine(url)))
    with sessions() as session, session.begin():
        return sessions, make_customer(session).id


def _add_rule(session: Session, tenant_id: UUID, number: int) -> None:
    """Add a rule that one alarm in a hundred matches, with three conditions."""
    document = {
        "rule": 1,
        "name": f"Rule {number}",
        "when": {
            "all": [
                {"field": "event_type", "op": "is", "value": "communicationsAlarm"},
                {"field": "perceived_severity", "op": "at_least", "value": "major"},
                {"field": "attributes.code", "op": "is", "value": f"c{number * 5}"},
            ]
        },
        "then": [{"do": "acknowledge"}],
    }
    rule = create_rule(session, tenant_id, document=document, by="bench", now=utc_now())
    publish_rule(session, tenant_id, rule.id, mode=Mode.LIVE, by="bench", now=utc_now())


def _event(number: int) -> dict[str, Any]:
    return {
        "managed_object": f"port-{number}",
        "perceived_severity": "major",
        "event_type": "communicationsAlarm",
        "specific_problem": "Loss of signal",
        "attributes": {"code": f"c{number % 100}", "site": f"s{number % 50}"},
    }


def _print(title: str, unit: str) -> None:
    print(f"\n{title}\n{'':<40}{unit:>10}")


def _row(name: str, figures: Any) -> None:
    print(f"{name:<40}{statistics.median(figures):>10.0f}   {min(figures):.0f}-{max(figures):.0f}")


if __name__ == "__main__":
    sys.exit(main())
