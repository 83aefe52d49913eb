"""What an operator sees of a running Garland: counts over processes, RQ's own view, a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from garland import redis_server
from tests.support.collector import Collector, running_collector
from tests.support.metrics import ACCEPT, Series, read_series, value
from tests.support.receiver import Receiver, running_receiver
from tests.support.running import Running, running_garland, wait_for
from tests.support.tickets import add_ticket_workflow

pytestmark = pytest.mark.journey

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
Observed = tuple[Running, Receiver, Collector]


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    data_dir = tmp_path_factory.mktemp("observed")
    with running_receiver() as tickets, running_collector() as collector:
        settings = {
            "GARLAND_ALLOW_PRIVATE_NETWORK": "true",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        with running_garland(data_dir, **settings) as garland:
            add_ticket_workflow(data_dir, tickets.url)
            yield garland, tickets, collector


def scrape(garland: Running) -> Series:
    answer = httpx.get(f"{garland.url}/metrics", headers={"Accept": ACCEPT})
    return read_series(answer.raise_for_status().text)


def send_alarm(garland: Running, **headers: str) -> None:
    event = {
        "managed_object": f"olt-{uuid4().hex}",
        "perceived_severity": "critical",
        "attributes": {"site": "test"},
    }
    answer = httpx.post(garland.demo["sources"]["json"], json={"events": [event]}, headers=headers)
    answer.raise_for_status()


def run_one(garland: Running, **headers: str) -> Series:
    """Send an alarm whose workflow calls the ticket system, and wait until it was counted."""
    ended = ("garland_step_attempts_total", "garland.http-request", "succeeded")
    before = value(scrape(garland), ended[0], block=ended[1], outcome=ended[2])
    send_alarm(garland, **headers)

    def is_counted() -> Series | None:
        series = scrape(garland)
        now = value(series, ended[0], block=ended[1], outcome=ended[2])
        return series if now > before else None

    found: Series = wait_for(is_counted, within_s=30, what="the counting of the run")
    return found


def test_one_scrape_tells_what_all_processes_counted(observed: Observed) -> None:
    garland, _, _ = observed
    before = scrape(garland)

    after = run_one(garland)

    def grew(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    assert grew("garland_intake_events_total", outcome="accepted") == 1  # web
    assert grew("garland_batch_rows_sum", of="events") == 1  # correlator
    assert grew("garland_runs_started_total", trigger="rule") >= 1
    assert grew("garland_step_queue_seconds_count", group="main") == 1  # worker
    assert value(after, "garland_leader_lease_seconds", part="scheduler") > 0
    assert value(after, "garland_database_up") == 1


def test_a_worker_that_was_killed_takes_no_counts_with_it(observed: Observed) -> None:
    garland, _, _ = observed
    before = run_one(garland)
    workers = garland.children("worker")
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    wait_for(
        lambda: len(set(garland.children("worker")) - set(workers)) == len(workers),
        within_s=30,
        what="the restart of the workers",
    )

    after = run_one(garland)

    attempts = {"block": "garland.http-request", "outcome": "succeeded"}
    name = "garland_step_attempts_total"
    assert value(after, name, **attempts) == value(before, name, **attempts) + 1


def test_rqs_own_monitoring_works_on_the_workers(observed: Observed) -> None:
    garland, _, _ = observed
    rq = Path(sys.executable).with_name("rq")
    url = redis_server.server_url(garland.data_dir)

    told = subprocess.check_output([rq, "info", "--raw", "--url", url], text=True)

    idle = [line for line in told.splitlines() if line.startswith("worker ")]
    assert len(idle) >= 2
    assert all("garland.runs, garland.steps" in line for line in idle)


def test_an_alarm_and_what_it_sets_off_are_one_trace(observed: Observed) -> None:
    garland, tickets, collector = observed
    trace = uuid4().hex

    run_one(garland, traceparent=f"00-{trace}-{SPAN}-01")
    names = ("POST /in/", "run Open a ticket", "step garland.http-request")
    found = wait_for(
        lambda: all(found := [collector.named(name, trace) for name in names]) and found,
        within_s=30,
        what="the export of request, run and step",
    )
    ((request,), (run,), (attempt,)) = found
    call = wait_for(
        lambda: [one for one in collector.named("POST", trace) if one.parent == attempt.id],
        within_s=30,
        what="the export of the call",
    )[0]
    assert (request.parent, run.parent, attempt.parent) == (SPAN, request.id, run.id)
    assert (request.service, run.service) == ("garland-web", "garland-worker")
    assert tickets.traceparents[-1] == f"00-{trace}-{call.id}-01"


def test_no_secret_is_in_a_span_or_a_metric(observed: Observed) -> None:
    garland, _, collector = observed
    run_one(garland)
    metrics = httpx.get(f"{garland.url}/metrics").text.encode()
    wait_for(lambda: collector.named("POST /in/"), within_s=10, what="the request's span")

    secrets = [
        garland.demo["sources"]["json"].rpartition("/")[2],
        *garland.demo["tokens"].values(),
        *(user["password"] for user in garland.demo["users"]),
    ]
    told = b"".join([metrics, *collector.bodies])
    assert [one for one in secrets if one.encode() in told] == []
    assert b"olt-" not in told, "what alarms say is in neither"
