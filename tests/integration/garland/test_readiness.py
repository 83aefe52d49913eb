"""Is Garland ready, and is anybody at work: what `/readyz` and `garland doctor` say of it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from rq import Queue, SimpleWorker
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from garland import redis_server
from garland.operations import at_work
from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.secrets import new_key
from runtime.alarms.intake.taking import take_from_api
from runtime.leases import hold_lease
from runtime.worker import served_groups
from tenancy.scope import as_tenant
from tests.factories.flows import step
from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench

EVENT = {"managed_object": "olt-7", "perceived_severity": "major"}
CALL = step("http-request", config={"method": "GET", "url": "http://x.example"})


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    process = subprocess.Popen(redis_server.prepare_server(tmp_path))
    ends = time.monotonic() + 5
    while not redis_server.is_answering(redis_server.socket_path(tmp_path)):
        assert time.monotonic() < ends
        time.sleep(0.02)
    yield Redis.from_url(redis_server.server_url(tmp_path))
    process.kill()
    process.wait()


@pytest.fixture
def services(tmp_path: Path, database_url: str) -> Iterator[Services]:
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        redis_url=redis_server.server_url(tmp_path),
        secret_key="a secret of tests",
        encryption_keys=new_key(),
    )
    found = Services(settings)
    yield found
    found.engine.dispose()


def receive(sessions: sessionmaker[Session], *, ago_s: float) -> None:
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            take_from_api(session, tenant_id, EVENT, now=utc_now() - timedelta(seconds=ago_s))


def lead(sessions: sessionmaker[Session], part: str, *, for_s: float) -> None:
    with sessions.begin() as session:
        hold_lease(session, part, "me", now=utc_now(), for_s=for_s)


def queue_step_of(sessions: sessionmaker[Session], group: str) -> None:
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
    bench = Bench(sessions=sessions, tenant_id=tenant_id, now=utc_now())
    bench.start(bench.publish({"call": {**CALL, "worker_group": group}}, ["hand > call"]))
    bench.drain.advance_batch(now=bench.now)


def register(redis: Redis, *queues: str) -> None:
    """Register a worker as RQ does at its start."""
    worker = SimpleWorker([Queue(name, connection=redis) for name in queues])
    worker.register_birth()  # type: ignore[no-untyped-call]


def test_readiness_tells_how_far_alarms_lag(app: Flask, sessions: sessionmaker[Session]) -> None:
    receive(sessions, ago_s=120)

    found: Any = app.test_client().get("/readyz").json

    assert found["checks"]["database"] == "ok"
    assert found["checks"]["correlator"].endswith("s behind")
    assert 119 < found["correlator_lag_s"] < 180


def test_a_lag_alone_makes_no_web_unready(
    redis: Redis, services: Services, sessions: sessionmaker[Session]
) -> None:
    from garland.app import create_app

    redis.ping()
    receive(sessions, ago_s=120)
    app = create_app(services.settings)

    assert app.test_client().get("/readyz").status_code == 200
    app.extensions["garland.services"].engine.dispose()


def test_a_lag_is_named(services: Services, sessions: sessionmaker[Session]) -> None:
    before = at_work.lag(services)
    receive(sessions, ago_s=120)

    found = at_work.lag(services)

    assert (before.ok, found.ok) == (True, False)
    assert found.message.startswith("1 events wait, the oldest for 12")


def test_a_part_nobody_leads_is_named(services: Services, sessions: sessionmaker[Session]) -> None:
    never = at_work.leaders(services)
    lead(sessions, "correlator", for_s=10)
    lead(sessions, "scheduler", for_s=-5)

    found = at_work.leaders(services)

    assert (never.ok, found.ok) == (True, False)
    assert found.message == "nobody leads: scheduler (since 5 s)"
    assert "garland scheduler" in found.remedy


def test_no_worker_at_all_is_named_once_something_was_started(
    redis: Redis, services: Services, sessions: sessionmaker[Session]
) -> None:
    redis.ping()
    never = at_work.workers(services)
    lead(sessions, "scheduler", for_s=10)

    found = at_work.workers(services)

    assert (never.ok, found.ok, found.remedy) == (True, False, "Start `garland worker`.")


def test_steps_of_a_group_that_nobody_serves_are_named_with_the_group(
    redis: Redis, services: Services, sessions: sessionmaker[Session]
) -> None:
    register(redis, "garland.runs", "garland.steps", "garland.steps.site-b")
    queue_step_of(sessions, "site-a")

    found = at_work.workers(services)

    assert not found.ok
    assert "1 steps wait for the group site-a" in found.message
    assert "garland worker --group site-a" in found.remedy


def test_steps_of_a_group_that_is_served_are_right(
    redis: Redis, services: Services, sessions: sessionmaker[Session]
) -> None:
    register(redis, "garland.steps.site-a")
    queue_step_of(sessions, "site-a")

    found = at_work.workers(services)

    assert (found.ok, found.message) == (True, "1 for site-a")


def test_rqs_register_tells_which_groups_are_served(redis: Redis) -> None:
    register(redis, "garland.runs", "garland.steps")
    register(redis, "garland.steps.site-a", "garland.steps")
    register(redis, "another")

    assert served_groups(redis) == {"": 2, "site-a": 1}


def test_rqs_own_command_lists_the_workers(redis: Redis, tmp_path: Path) -> None:
    register(redis, "garland.steps.site-a")
    rq = Path(sys.executable).with_name("rq")

    url = redis_server.server_url(tmp_path)
    told = subprocess.check_output([rq, "info", "--raw", "--url", url], text=True)

    assert "garland.steps.site-a" in told


def test_a_web_stays_ready_when_a_newer_release_has_migrated(app: Flask, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'newer'"))

    checks = json.loads(app.test_client().get("/readyz").text)["checks"]

    assert checks["database"] == "ok"
