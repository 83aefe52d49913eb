"""A run that breaks its batch fails alone; the others of the batch go on."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from runtime.runs import drain as drain_module
from runtime.runs._rows import RunRow
from runtime.runs.carried import Carried, Segment
from runtime.runs.drain import Drain
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.query import RunFilter, list_runs, steps_of
from runtime.runs.segment import carry_on
from runtime.runs.start import Start, start_run
from tenancy.scope import as_tenant, bind
from tests.factories.flows import chain_document, make_flow
from tests.factories.tenancy import NOON, make_customer


@pytest.fixture
def drain(sessions: sessionmaker[Session]) -> Drain:
    return Drain(
        sessions=sessions,
        reading=sessions,
        programs=Programs(),
        brokers=Brokers(http=HttpBroker(), mail=MailBroker()),
        wake_next=lambda: None,
    )


def start_runs(sessions: sessionmaker[Session], number: int) -> tuple[UUID, list[UUID]]:
    with sessions() as session, session.begin():
        tenant = make_customer(session)
        with as_tenant(session, tenant.id):
            flow = make_flow(session, tenant.id, chain_document(3))
            started = [
                start_run(session, tenant.id, flow.id, Start(trigger={"kind": "manual"}), now=NOON)
                for _ in range(number)
            ]
            return tenant.id, [one for one in started if one is not None]


def test_the_runs_of_several_tenants_are_advanced_in_one_batch(
    sessions: sessionmaker[Session], drain: Drain
) -> None:
    first, _ = start_runs(sessions, 2)
    second, _ = start_runs(sessions, 1)

    assert drain.advance_batch(now=NOON) == 3

    for tenant_id, number in ((first, 2), (second, 1)):
        with sessions() as session:
            bind(session, tenant_id)
            runs = list_runs(session, tenant_id, RunFilter())
            assert [run.state.value for run in runs] == ["succeeded"] * number
            assert [len(steps_of(session, tenant_id, run.id)) for run in runs] == [3] * number


def test_a_run_that_breaks_its_batch_fails_alone(
    sessions: sessionmaker[Session], drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_id, (poison, *_) = start_runs(sessions, 3)

    def carry_on_or_break(run: RunRow, segment: Segment) -> Carried:
        found = carry_on(run, segment)
        if run.id == poison:
            raise RuntimeError("broken after it was half done")
        return found

    monkeypatch.setattr(drain_module, "carry_on", carry_on_or_break)

    assert drain.advance_batch(now=NOON) == 3

    with sessions() as session:
        bind(session, tenant_id)
        states = {run.id: run.state.value for run in list_runs(session, tenant_id, RunFilter())}
        assert states.pop(poison) == "failed"
        assert set(states.values()) == {"succeeded"}
        assert steps_of(session, tenant_id, poison) == []


def test_a_lost_connection_fails_no_run(
    sessions: sessionmaker[Session], drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_id, _ = start_runs(sessions, 3)

    def break_off(*_: object) -> Carried:
        raise OperationalError("UPDATE", {}, Exception("cut off"), connection_invalidated=True)

    with monkeypatch.context() as patched:
        patched.setattr(drain_module, "carry_on", break_off)
        with pytest.raises(OperationalError):
            drain.advance_batch(now=NOON)

    assert drain.advance_batch(now=NOON) == 3
    with sessions() as session:
        bind(session, tenant_id)
        states = [run.state.value for run in list_runs(session, tenant_id, RunFilter())]
        assert states == ["succeeded"] * 3
