"""Lines of the log say whose they are, and which request, run or round they belong to."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import structlog
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from typing_extensions import override

from blocks.sdk import HttpRequest, HttpResponse
from garland.logs import set_up_logs
from garland.scheduler import Scheduler
from tenancy.organisations import OrganisationView
from tests.factories.flows import step
from tests.integration.conftest import client_of
from tests.integration.runtime.engine.bench import Bench, ScriptedHttp

log = structlog.get_logger(__name__)
CALL = {"one": step("http-request", config={"method": "GET", "url": "http://x.example"})}


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.root
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def line_of(event: str, captured: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Give the one line of an event."""
    lines = map(json.loads, captured.readouterr().out.splitlines())
    (found,) = (one for one in lines if one["event"] == event)
    return dict(found)


class SpeakingHttp(ScriptedHttp):
    """Logs while a step calls it."""

    @override
    def send(self, request: HttpRequest, /) -> HttpResponse:
        """Log, and answer."""
        log.info("called")
        return super().send(request)


def test_web_names_the_request_and_its_tenant(
    app: Flask,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    capsys: pytest.CaptureFixture[str],
) -> None:
    flow_id = Bench(sessions=sessions, tenant_id=acme.id).publish(CALL, ["hand > one"])
    client = client_of(app, sessions, acme, "admin")
    set_up_logs("json", process="web")

    assert client.post(f"/api/v1/flows/{flow_id}/runs", json={}).status_code in (201, 202)

    line = line_of("run_started", capsys)
    assert line["tenant_id"] == str(acme.id)
    assert UUID(line["request_id"]).version == 7


def test_a_worker_names_the_run_and_its_tenant_while_a_step_is_performed(
    sessions: sessionmaker[Session], acme: OrganisationView, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = Bench(sessions=sessions, tenant_id=acme.id, http=SpeakingHttp())
    set_up_logs("json", process="worker")

    run_id = bench.run(bench.publish(CALL, ["hand > one"]))

    line = line_of("called", capsys)
    assert (line["run_id"], line["tenant_id"]) == (str(run_id), str(acme.id))


def test_the_scheduler_names_each_round_of_a_job(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    def look() -> None:
        log.info("looked")

    set_up_logs("json", process="scheduler")
    Scheduler(app.extensions["garland.services"])._safely(look)  # noqa: SLF001  a round of it

    line = line_of("looked", capsys)
    assert line["job"] == "look"
    assert UUID(line["request_id"]).version == 7
    assert "job" not in structlog.contextvars.get_contextvars()
