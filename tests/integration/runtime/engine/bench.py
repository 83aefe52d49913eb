"""A workbench: a tenant whose workflows run on the test's database, at the test's pace."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.mail import MailBroker
from blocks.sdk import HttpRequest, HttpResponse
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.flows.versions import get_flow, publish_flow, save_draft
from runtime.runs._tables import Run
from runtime.runs.drain import Drain
from runtime.runs.leased import LeasedSteps
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.query import RunView, StepView, get_run, steps_of
from runtime.runs.start import Start, start_run
from runtime.runs.tasks import StepPool
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.flows import flow_document, make_flow
from tests.factories.tenancy import NOON


class ScriptedHttp:
    """Answers calls from a list, 200 when it is used up, and remembers them."""

    def __init__(self) -> None:
        self.answers: list[HttpResponse | Exception] = []
        self.calls: list[HttpRequest] = []
        self.hold: threading.Event | None = None

    def send(self, request: HttpRequest, /) -> HttpResponse:
        """Give the next answer."""
        self.calls.append(request)
        if self.hold is not None:
            self.hold.wait(10)
        answer = self.answers.pop(0) if self.answers else HttpResponse(status=200, body=b"{}")
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Bench:
    """Publishes, starts and advances; `now` is the time of everything it does."""

    sessions: sessionmaker[Session]
    tenant_id: UUID
    now: datetime = NOON
    http: ScriptedHttp = field(default_factory=ScriptedHttp)

    def __post_init__(self) -> None:
        programs = Programs()
        brokers = Brokers(http=self.http, mail=MailBroker())
        self.drain = Drain(
            sessions=self.sessions,
            reading=self.sessions,
            programs=programs,
            brokers=brokers,
            wake_next=lambda: None,
        )
        leased = LeasedSteps(sessions=self.sessions, programs=programs, clock=lambda: self.now)
        self.pool = StepPool(leased=leased, brokers=brokers)

    def publish(
        self, steps: Mapping[str, Any], wires: list[str], *, name: str = "Flow", **parts: Any
    ) -> UUID:
        """Publish a workflow."""
        document = {**flow_document(steps, wires, name=name), **parts}
        with self.writing() as session:
            return make_flow(session, self.tenant_id, document).id

    def republish(
        self, flow_id: UUID, steps: Mapping[str, Any], wires: list[str], **parts: Any
    ) -> None:
        """Publish another version of a workflow."""
        with self.writing() as session:
            before = get_flow(session, self.tenant_id, flow_id)
            save_draft(
                session,
                self.tenant_id,
                flow_id,
                document={**flow_document(steps, wires, name=before.name), **parts},
                expected_revision=before.draft_revision,
                by="Ann",
                now=self.now,
            )
            publish_flow(session, self.tenant_id, flow_id, by="Ann", now=self.now)

    def start(self, flow_id: UUID, trigger: Mapping[str, Any] | None = None) -> UUID:
        """Start a run by hand."""
        started = self.try_start(flow_id, trigger)
        assert started is not None
        return started

    def try_start(self, flow_id: UUID, trigger: Mapping[str, Any] | None = None) -> UUID | None:
        """Start a run by hand, if the workflow lets it."""
        start = Start(trigger={"kind": "manual", "input": {}, **(trigger or {})}, started_by="Ann")
        with self.writing() as session:
            return start_run(session, self.tenant_id, flow_id, start, now=self.now)

    def run(self, flow_id: UUID, trigger: Mapping[str, Any] | None = None) -> UUID:
        """Start a run and let everything due happen."""
        run_id = self.start(flow_id, trigger)
        self.go()
        return run_id

    def go(self, *, after_s: float = 0.0) -> None:
        """Let time pass and do whatever is due, until nothing is."""
        self.now += timedelta(seconds=after_s)
        for _ in range(1_000):
            claim = self.pool.claim(now=self.now)
            if claim is not None:
                self.pool.perform(claim)
            elif not self.drain.advance_batch(now=self.now):
                return
        raise AssertionError("it never comes to rest")

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait, in real time, for what other threads do."""
        ends = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < ends, "it did not happen"
            time.sleep(0.05)

    def perform_one(self) -> None:
        """Perform the step that has been due for longest."""
        claim = self.pool.claim(now=self.now)
        assert claim is not None
        self.pool.perform(claim)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a transaction as the tenant."""
        with self.sessions.begin() as session, as_tenant(session, self.tenant_id):
            yield session

    def view(self, run_id: UUID) -> RunView:
        """Give a run."""
        with self.writing() as session:
            return get_run(session, self.tenant_id, run_id)

    def runs_of(self, flow_id: UUID) -> list[RunView]:
        """List the runs of a workflow."""
        with self.writing() as session:
            keys = session.scalars(select(Run.id).where(Run.flow_id == flow_id)).all()
            return [get_run(session, self.tenant_id, key) for key in keys]

    def alarm_of(self, managed_object: str) -> UUID:
        """Give the alarm of a managed object."""
        with self.writing() as session:
            found = list_alarms(session, self.tenant_id, AlarmFilter(q=managed_object, state=""))
            return found[0].id

    def token(self) -> dict[str, str]:
        """Give the headers of a new API token of the tenant."""
        with self.writing() as session:
            secret = create_token(session, self.tenant_id, name="test", role="admin", now=self.now)
        return {"Authorization": f"Bearer {secret}"}

    def steps(self, run_id: UUID) -> list[StepView]:
        """List a run's attempts."""
        with self.writing() as session:
            return list(steps_of(session, self.tenant_id, run_id))

    def states(self, run_id: UUID) -> dict[str, str]:
        """Give the last state of each step by its path."""
        return {one.step: one.state.value for one in self.steps(run_id)}

    def output(self, run_id: UUID, step: str) -> Any:
        """Give what a step gave last."""
        return next(one.output for one in reversed(self.steps(run_id)) if one.step == step)


def answer(status: int = 200, body: Any = None, retry_after_s: float | None = None) -> HttpResponse:
    content = json.dumps(body or {}).encode()
    return HttpResponse(status=status, body=content, retry_after_s=retry_after_s)
