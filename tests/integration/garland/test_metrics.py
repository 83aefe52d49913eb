"""`/metrics`: what it tells, in which words, to whom, and when things are broken."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from garland.metrics_port import serve_metrics
from garland.operations.gauges import (
    DATABASE_UP,
    GAUGES,
    SCHEDULES,
    TENANT_EVENTS,
    TENANT_RUNS,
    DatabaseGauges,
)
from garland.settings import Settings
from kernel.db import make_engine, make_sessions
from kernel.metrics import names
from runtime.alarms.intake.taking import take_from_api
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, guarded
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn
from tests.support.metrics import ACCEPT, Counting, counted, read_series, value
from tests.support.running import free_port

OPERATE = Path(__file__).parent.parent.parent.parent / "docs" / "operate"


def test_answers_in_openmetrics_though_redis_is_away(app: Flask) -> None:
    answer = app.test_client().get("/metrics", headers={"Accept": ACCEPT})

    series = read_series(answer.text)
    assert answer.content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")
    assert value(series, DATABASE_UP) == 1.0
    assert value(series, "garland_runs_under_way", state="waiting") == 0.0


def test_answers_in_prometheus_own_text_to_those_who_ask_for_nothing(app: Flask) -> None:
    answer = app.test_client().get("/metrics")

    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert "# EOF" not in answer.text


def test_is_not_for_other_machines(app: Flask) -> None:
    answer = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.7"})

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "GARLAND_METRICS_TOKEN" in answer.text


def test_is_for_whoever_has_the_token(app: Flask) -> None:
    app.extensions["garland.services"].settings.metrics_token = "s3cret"  # noqa: S105  of a test
    headers = {"Authorization": "Bearer s3cret"}

    allowed = app.test_client().get(
        "/metrics", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.7"}
    )

    assert allowed.status_code == 200
    assert app.test_client().get("/metrics").status_code == 401


def test_a_database_that_is_away_is_told_and_the_rest_stays() -> None:
    engine = make_engine("postgresql+psycopg://garland@127.0.0.1:1/garland")

    series = counted(DatabaseGauges(guarded(make_sessions(engine))))

    assert value(series, DATABASE_UP) == 0.0
    assert ("garland_journal_events", frozenset()) not in series
    assert ("garland_step_results_fenced_total", frozenset()) in series


def test_those_who_ask_at_once_share_a_look(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    gauges, looks = DatabaseGauges(sessions), []
    monkeypatch.setattr("garland.operations.gauges.look", lambda *_, **__: looks.append(1))

    for _ in range(3):
        list(gauges.collect())

    assert len(looks) == 1


def test_requests_are_counted_by_endpoint_and_status(app: Flask) -> None:
    counting, client = Counting(), app.test_client()

    client.get("/healthz")
    client.get(f"/{uuid4()}")
    client.get("/api/v1/runs")

    total = "garland_http_requests_total"
    assert counting.since(total, endpoint="operations.healthz", status="200") == 1
    assert counting.since(total, endpoint="unknown", status="404") == 1
    assert counting.since(total, endpoint="runs_api.list_runs", status="401") == 1
    assert counting.since("garland_http_request_seconds_count", endpoint="operations.healthz") == 1


def test_a_body_that_is_refused_whole_is_counted_by_status(app: Flask) -> None:
    counting = Counting()

    app.test_client().post(f"/in/{uuid4()}", json={})

    assert counting.since("garland_intake_refused_total", status="404") == 1


def test_a_wake_up_that_redis_does_not_take_is_counted(app: Flask) -> None:
    counting = Counting()

    app.extensions["garland.services"].waker.wake("runs")

    assert counting.since("garland_wake_ups_total", sleeper="runs") == 1
    assert counting.since("garland_wake_ups_lost_total", sleeper="runs") == 1


def test_no_person_address_or_key_is_in_a_label(
    app: Flask, acme: OrganisationView, signed_in: SignedIn
) -> None:
    signed_in().get(f"/t/{acme.slug}/runs")
    secret = f"src_{uuid4().hex}"
    app.test_client().post(f"/in/{secret}", json={"key": secret})

    text = app.test_client().get("/metrics").text

    assert secret not in text
    assert acme.slug not in re.sub(r"garland_\w+", "", text)
    assert set(re.findall(r'[{,](\w+)="', text)) <= {
        *("le", "endpoint", "status", "outcome", "trigger", "block", "group", "of", "sleeper"),
        *(
            "state",
            "part",
            "kind",
            "tenant",
            "implementation",
            "major",
            "minor",
            "patchlevel",
            "version",
        ),
    }


def test_a_process_serves_its_own_on_a_port_to_this_machine(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, metrics_port=free_port())

    server = serve_metrics(settings)
    assert server is not None
    command = ["curl", "-s", "-w", "%{http_code}", f"http://127.0.0.1:{settings.metrics_port}"]
    found = subprocess.check_output([*command[:-1], command[-1] + "/metrics"], text=True)
    through_proxy = subprocess.check_output(
        [*command[:-1], command[-1] + "/metrics", "-H", "X-Forwarded-For: 10.0.0.7"], text=True
    )
    again = serve_metrics(settings)
    server.shutdown()
    server.server_close()

    assert "garland_step_results_fenced_total" in found
    assert "process_resident_memory_bytes" in found
    assert through_proxy.endswith("401")
    assert again is None, "a port that is taken stops nothing"


@pytest.mark.usefixtures("app")
def test_every_metric_is_explained_and_nothing_else() -> None:
    page = (OPERATE / "metrics.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"`(garland_\w+?)(?:_total)?(?:\{[a-z,]+\})?`", page))

    others = {DATABASE_UP, SCHEDULES, TENANT_EVENTS, TENANT_RUNS}
    assert explained == {*names(), *(one.name for one in GAUGES), *others}


def test_every_alert_is_of_the_page_and_asks_for_what_there_is() -> None:
    page = (OPERATE / "metrics.md").read_text(encoding="utf-8")
    alerts = (OPERATE / "alerts.yml").read_text(encoding="utf-8")
    known = {*names(), *(f"{one}_total" for one in names()), *(one.name for one in GAUGES)}

    named = set(re.findall(r"alert: (\w+)", alerts)) - {"GarlandDown"}
    assert named == set(re.findall(r"`(Garland\w+)`", page))
    assert set(re.findall(r"garland_\w+", alerts)) <= known | {DATABASE_UP}


def test_prometheus_takes_the_configuration_the_alerts_and_the_metrics(app: Flask) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("Prometheus is not installed: `make test` installs it")
    metrics = app.test_client().get("/metrics").data

    checked = subprocess.run(
        [promtool, "check", "config", OPERATE / "prometheus.yml"], capture_output=True, check=False
    )
    linted = subprocess.run(
        [promtool, "check", "metrics"], input=metrics, capture_output=True, check=False
    )

    assert checked.returncode == 0, checked.stderr
    assert b"10 rules found" in checked.stdout
    ours = [line for line in linted.stderr.splitlines() if line.startswith(b"garland_")]
    assert ours == []


def test_few_tenants_are_named_and_the_sum_is_that_of_all(
    sessions: sessionmaker[Session],
) -> None:
    waiting = {"one": 1, "two": 3, "three": 2}
    slugs = {}
    for name, events in waiting.items():
        with sessions.begin() as session:
            customer = make_customer(session)
            slugs[name] = customer.slug
            for number in range(events):
                event = {"managed_object": f"olt-{number}", "perceived_severity": "major"}
                with as_tenant(session, customer.id):
                    take_from_api(session, customer.id, event, now=NOON)

    series = counted(DatabaseGauges(sessions, tenants=2))
    none = counted(DatabaseGauges(sessions))

    told = {
        dict(labels)["tenant"]: n for (name, labels), n in series.items() if name == TENANT_EVENTS
    }
    assert told == {slugs["two"]: 3.0, slugs["three"]: 2.0, "other": 1.0}
    assert not [name for name, _ in none if name in (TENANT_EVENTS, TENANT_RUNS)]
