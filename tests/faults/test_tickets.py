"""A worker that is killed between opening a ticket and recording it opens no second one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from runtime.runs.leased import LEASE_S
from runtime.runs.outside import Brokers
from runtime.runs.tasks import StepPool
from tests.factories.flows import step
from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench
from tests.support import killed_ticketer
from tests.support.apart import survives
from tests.support.tmf_contracts import PROBLEMS, TICKETS, TICKETS_V4, Contract
from tests.support.trouble_tickets import TroubleTickets, running_trouble_tickets

pytestmark = pytest.mark.fault

ALARM = {"id": "a1", "managed_object": "BE-12", "perceived_severity": "major", "text": "Down"}


@pytest.fixture
def bench(sessions: sessionmaker[Session]) -> Bench:
    with sessions.begin() as session:
        tenant_id = make_customer(session, "Acme").id
    bench = Bench(sessions, tenant_id)
    brokers = Brokers(http=HttpBroker(allow_private=True), mail=MailBroker())
    bench.pool = StepPool(leased=bench.pool.leased, brokers=brokers)
    return bench


@pytest.fixture
def served(contract: Contract, shared_data: Path) -> Iterator[TroubleTickets]:
    with running_trouble_tickets(shared_data, contract=contract) as found:
        found.heeds_keys = False  # looking first is all that helps
        yield found


@pytest.mark.parametrize(
    ("contract", "method", "port"),
    [
        pytest.param(TICKETS, "GET", "done", id="before it is opened"),
        pytest.param(TICKETS, "POST", "done", id="right after"),
        pytest.param(TICKETS_V4, "POST", "existing", id="version 4"),
        pytest.param(PROBLEMS, "POST", "done", id="a problem"),
    ],
)
def test_a_worker_killed_while_it_opens_a_ticket_leaves_one(
    bench: Bench, served: TroubleTickets, database_url: str, method: str, port: str
) -> None:
    is_problem = served.contract is PROBLEMS
    config = {"server": served.url, "version": "4" if served.contract is TICKETS_V4 else "5"}
    block = "create-service-problem" if is_problem else "create-trouble-ticket"
    opens = step(block, config=config, input={"alarm": ALARM})
    run_id = bench.start(bench.publish({"open": opens}, ["hand > open"]))
    bench.drain.advance_batch(now=bench.now)

    survived = survives(killed_ticketer.main, database_url, bench.now, method)
    bench.go(after_s=LEASE_S + 1)

    assert not survived
    assert bench.view(run_id).state.value == "succeeded"
    assert [one for one, _ in served.seen].count("POST") == 1
    assert list(served.tickets) == ["1"]
    assert [(one.port, one.output["id"]) for one in bench.steps(run_id)[-1:]] == [(port, "1")]
