"""How fast an alarm becomes a run: intake, correlation, and the whole way.

Prints a table each. Intake and correlation are measured in one process; the whole way in a whole
Garland, by alarms sent one after the other. Run by `make bench`; `runs.py` measures the runs.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from _setup import database, log_to_nowhere, new_tenant, open_sessions, row, title
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import parse_instant, utc_now
from runtime.alarms.intake.taking import take_from_api
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant
from tests.support.running import running_garland, wait_for

ALARMS = 5_000
INTAKE_BATCH = 500
RULES = 20
SENT_ONE_BY_ONE = 100
REPEATS = 3


def main() -> int:
    """Measure and print."""
    log_to_nowhere()
    for kind in ("sqlite", "postgresql"):
        intake, correlation = zip(*(measure_alarms(kind) for _ in range(REPEATS)), strict=True)
        both = [1 / (1 / one + 1 / other) for one, other in zip(intake, correlation, strict=True)]
        title(f"alarms through {RULES} rules, {kind}, one process", "alarms/s", "least")
        row("intake", intake, min(intake))
        row("correlator", correlation, min(correlation))
        row("both, one after the other", both, min(both))
    waits = measure_latency()
    title("from alarm sent to finished run, whole Garland at rest, ms", "p50", "p95", "p99")
    row("demo workflow", *(statistics.quantiles(waits, n=100)[at - 1] for at in (50, 95, 99)))
    return 0


def measure_alarms(kind: str) -> tuple[float, float]:
    """Give alarms a second through intake, and through the correlator."""
    with database(kind) as url:
        sessions = open_sessions(url)
        return _measure_alarms(sessions, new_tenant(sessions))


def _measure_alarms(sessions: sessionmaker[Session], tenant_id: UUID) -> tuple[float, float]:
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


if __name__ == "__main__":
    sys.exit(main())
