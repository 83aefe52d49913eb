"""How fast alarms are: through intake, journal and correlator, for 1 to 1,000 rules.

Intake and correlator are measured one after the other in one process, with alarms that are all new
(the dearest) and as networks send them (each raised, repeated, made worse and cleared); then in two
processes at once, from the first request to the last commit. The ceiling stands beside: what
durable_rules alone does with the same rules and events, keeping nothing. Then how long an event
takes from being sent to standing in the list, and to the end of the run it starts, in a whole
Garland.

`--quick` measures less of everything, `--only sqlite|postgresql|raw|waits` one part. Run by
`make bench`; `alarm_list.py` measures the list itself and `alarms_size.py` memory.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from _alarms import (
    BATCH,
    add_rules,
    alarm_event,
    as_networks_send,
    correlate,
    new_alarms,
    take_in,
)
from _setup import database, log_to_nowhere, new_tenant, open_sessions, row, title
from sqlalchemy.orm import Session, sessionmaker

from garland.memory import settle
from runtime.rules.matcher import Matcher
from tenancy.scope import as_tenant
from tests.support.running import Running, running_garland

QUICK = "--quick" in sys.argv
RULES = (1, 20, 100, 1_000)
EVENTS = 4_000 if QUICK else 20_000
REPEATS = 1 if QUICK else 3
KINDS = ("sqlite", "postgresql")
ONLY = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
RAW_WITHIN_S = 60
SENT_ONE_BY_ONE = 50 if QUICK else 300
STEADY = 100  # events in each of ten requests a second, while single ones are timed
SHOWN_WITHIN_S = 30

Stream = Callable[..., Iterator[dict[str, Any]]]
STREAMS: dict[str, Stream] = {"all new": new_alarms, "as networks send": as_networks_send}


def main() -> int:
    """Measure and print."""
    log_to_nowhere()
    for kind in KINDS:
        if ONLY in ("", kind):
            for rules in RULES:
                _through(kind, rules)
    if ONLY in ("", "raw"):
        _ceilings()
    if ONLY in ("", "waits"):
        _from_sent()
    return 0


def _from_sent() -> None:
    with tempfile.TemporaryDirectory() as folder, running_garland(Path(folder)) as garland:
        title("from event sent, whole Garland, ms", "p50", "p95", "p99")
        row("to alarm in the list, at rest", *_waits(garland, _is_listed))
        row("to end of the run, at rest", *_waits(garland, _is_run))
        with _steady_stream(garland):
            row(f"to alarm in the list, {STEADY * 10:,} others/s", *_waits(garland, _is_listed))


# through intake and correlator


def _through(kind: str, rules: int) -> None:
    title(f"{rules:,} rule(s), {kind}, events/s", "median", "least", "us CPU")
    with database(kind) as url:
        sessions, tenant_id = _tenant_with_rules(url, rules)
        first = BATCH
        with Matcher() as matcher:
            take_in(sessions, tenant_id, new_alarms(BATCH, rules))
            correlate(sessions, matcher)
            settle()
            for name, stream in STREAMS.items():
                taken, correlated = [], []
                for _ in range(REPEATS):
                    events = list(stream(EVENTS, rules, first=first))
                    first += EVENTS
                    taken.append(_timed(lambda e=events: take_in(sessions, tenant_id, e)))
                    correlated.append(_timed(lambda: correlate(sessions, matcher)))
                _row(f"intake, {name}", taken)
                _row(f"correlator, {name}", correlated)
    at_once = [_at_once(kind, rules) for _ in range(REPEATS)]
    row("both at once in two processes, all new", at_once, min(at_once))


def _tenant_with_rules(url: str, rules: int) -> tuple[sessionmaker[Session], UUID]:
    sessions = open_sessions(url)
    tenant_id = new_tenant(sessions)
    with sessions() as session, session.begin(), as_tenant(session, tenant_id):
        add_rules(session, tenant_id, rules)
    return sessions, tenant_id


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Give events a second, and microseconds of this process's CPU for each."""
    began, cpu = time.perf_counter(), time.process_time()
    work()
    spent = time.perf_counter() - began
    return EVENTS / spent, (time.process_time() - cpu) / EVENTS * 1e6


def _row(name: str, measured: list[tuple[float, float]]) -> None:
    rates, costs = zip(*measured, strict=True)
    row(name, rates, min(rates), costs)


def _at_once(kind: str, rules: int) -> float:
    with database(kind) as url:
        sessions, tenant_id = _tenant_with_rules(url, rules)
        context = multiprocessing.get_context("spawn")
        ready = context.Barrier(2)
        correlator = context.Process(target=_correlate_until, args=(url, ready, EVENTS))
        correlator.start()
        events = list(new_alarms(EVENTS, rules))
        ready.wait()
        began = time.perf_counter()
        take_in(sessions, tenant_id, events)
        correlator.join()
        return EVENTS / (time.perf_counter() - began)


def _correlate_until(url: str, ready: Any, events: int) -> None:
    """Correlate so many events: the body of the correlator's process."""
    log_to_nowhere()
    sessions = open_sessions(url)
    with Matcher() as matcher:
        settle()
        ready.wait()
        done = 0
        while done < events:
            done += correlate(sessions, matcher)


# the ceiling


def _ceilings() -> None:
    title("durable_rules alone, keeping nothing, events/s", "all rules", "without text")
    for rules in RULES:
        row(f"{rules:,} rule(s)", _ceiling(rules), _ceiling(rules, "--values"))


def _ceiling(rules: int, *options: str) -> float | str:
    """Give events a second, or what became of it: it may crash and hang."""
    script = Path(__file__).with_name("_raw_durable.py")
    command = [sys.executable, str(script), str(rules), str(EVENTS), *options]
    try:
        answer = subprocess.run(  # noqa: S603  our own file
            command, capture_output=True, timeout=RAW_WITHIN_S, check=True
        )
    except subprocess.TimeoutExpired:
        return f"> {RAW_WITHIN_S} s"
    except subprocess.CalledProcessError as error:
        return f"died ({error.returncode})"
    rate: float = json.loads(answer.stdout)["rate"]
    return rate


# from event to list


def _waits(garland: Running, is_there: Callable[[Running, httpx.Client, str], bool]) -> list[float]:
    """Give percentiles of milliseconds from sending an event to seeing what came of it."""
    waits = []
    headers = {"Authorization": f"Bearer {garland.demo['tokens']['acme']}"}
    with httpx.Client(headers=headers, timeout=SHOWN_WITHIN_S) as client:
        for _ in range(SENT_ONE_BY_ONE):
            name = f"timed-{time.monotonic_ns()}"
            event = {
                **alarm_event(1, 20, severity="critical"),
                "managed_object": name,
                "attributes": {"site": "ZRH"},
            }
            began = time.perf_counter()
            client.post(garland.demo["sources"]["json"], json={"events": [event]})
            while not is_there(garland, client, name):
                if time.perf_counter() - began > SHOWN_WITHIN_S:
                    raise TimeoutError(f"nothing came of {name}")
            waits.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(waits, n=100)
    return [cuts[at - 1] for at in (50, 95, 99)]


def _is_listed(garland: Running, client: httpx.Client, name: str) -> bool:
    return bool(client.get(f"{garland.url}/api/v1/alarms?q={name}").json()["items"])


def _is_run(garland: Running, client: httpx.Client, name: str) -> bool:
    runs = client.get(f"{garland.url}/api/v1/runs?q={name}").json()["items"]
    return bool(runs) and runs[0]["ended_at"] is not None


@contextmanager
def _steady_stream(garland: Running) -> Iterator[None]:
    """Let other alarms keep coming while single ones are timed."""
    ended = threading.Event()
    sender = threading.Thread(target=_send_until, args=(garland, ended))
    sender.start()
    yield
    ended.set()
    sender.join()


def _send_until(garland: Running, ended: threading.Event) -> None:
    first = 0
    with httpx.Client(timeout=SHOWN_WITHIN_S) as client:
        while not ended.wait(0.1):
            events = list(as_networks_send(STEADY, 20, first=first))
            first += STEADY
            client.post(garland.demo["sources"]["json"], json={"events": events})


if __name__ == "__main__":
    sys.exit(main())
