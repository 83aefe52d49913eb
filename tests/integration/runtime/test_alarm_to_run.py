"""From an event in the journal to a finished run, through every layer but the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.correlation import correlate_batch
from runtime.rules.firings import firings_of_alarm
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.runs.drain import Drain
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.query import RunFilter, list_runs, steps_of
from tenancy.scope import as_tenant, bind, system
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_customer

CRITICAL = {"field": "perceived_severity", "op": "is", "value": "critical"}


@pytest.fixture
def matcher() -> Iterator[Matcher]:
    with Matcher() as matcher:
        yield matcher


@pytest.fixture
def drain(sessions: sessionmaker[Session]) -> Drain:
    return Drain(
        sessions=sessions,
        reading=sessions,
        programs=Programs(),
        brokers=Brokers(http=HttpBroker(), mail=MailBroker()),
        wake_next=lambda: None,
    )


def make_rule(session: Session, tenant_id: UUID, **parts: Any) -> None:
    document = {"rule": 1, "name": "Rule", "when": CRITICAL, **parts}
    rule = create_rule(session, tenant_id, document=document, by="test", now=NOON)
    publish_rule(session, tenant_id, rule.id, mode=Mode.LIVE, by="test", now=NOON)


def send(session: Session, tenant_id: UUID, *events: dict[str, Any]) -> None:
    parsed = [
        parse_event({"managed_object": "link-7", "perceived_severity": "critical", **event})
        for event in events
    ]
    append(session, tenant_id, parsed, now=NOON)


def test_a_critical_alarm_starts_a_workflow_that_acknowledges_it(
    sessions: sessionmaker[Session], matcher: Matcher, drain: Drain
) -> None:
    with sessions() as session, session.begin():
        tenant = make_customer(session)
        with as_tenant(session, tenant.id):
            steps = {
                "bad": step("branch", config={"when": "trigger.alarm.managed_object == 'link-7'"}),
                "ack": step(
                    "acknowledge-alarm",
                    config={"comment": "seen"},
                    input={"alarm_id": "= trigger.alarm.id"},
                ),
            }
            document = flow_document(steps, ["rule > bad", "bad:yes > ack"], name="Take care")
            make_flow(session, tenant.id, document)
            make_rule(session, tenant.id, then=[{"do": "start", "flow": "take-care"}])
            send(session, tenant.id, {}, {})

    with sessions() as session, session.begin():
        assert correlate_batch(session, matcher=matcher, now=NOON) == 2
    assert drain.advance_batch(now=NOON) == 1

    with sessions() as session:
        bind(session, tenant.id)
        (alarm,) = list_alarms(session, tenant.id, AlarmFilter())
        (run,) = list_runs(session, tenant.id, RunFilter())
        assert (alarm.count, alarm.is_acknowledged) == (2, True)
        assert (run.state.value, run.error) == ("succeeded", None)
        assert [one.port for one in steps_of(session, tenant.id, run.id)] == ["yes", "done"]
        assert len(firings_of_alarm(session, tenant.id, alarm.id)) == 1


def test_a_counting_rule_fires_once_for_a_burst_in_a_group(
    sessions: sessionmaker[Session], matcher: Matcher
) -> None:
    with sessions() as session, session.begin():
        tenant = make_customer(session)
        with as_tenant(session, tenant.id):
            pattern = {
                "kind": "count",
                "at_least": 3,
                "within_s": 300,
                "group_by": ["attributes.site"],
            }
            make_rule(
                session,
                tenant.id,
                pattern=pattern,
                then=[{"do": "derive", "alarm": {"specific_problem": "Site degraded"}}],
            )
            events = [
                {"managed_object": f"link-{n}", "attributes": {"site": site}}
                for n, site in enumerate(["bern", "bern", "basel", "bern", "bern", "basel"])
            ]
            send(session, tenant.id, *events)

    with sessions() as session, session.begin():
        correlate_batch(session, matcher=matcher, now=NOON)
    with sessions() as session, session.begin():
        correlate_batch(session, matcher=matcher, now=NOON)

    with sessions() as session:
        bind(session, tenant.id)
        found = list_alarms(session, tenant.id, AlarmFilter(q="Site degraded"))
        assert [alarm.managed_object for alarm in found] == ["link-3"]


def test_a_batch_that_was_not_committed_is_done_again_with_the_same_result(
    sessions: sessionmaker[Session], matcher: Matcher
) -> None:
    with sessions() as session, session.begin():
        tenant = make_customer(session)
        with as_tenant(session, tenant.id):
            make_rule(session, tenant.id, then=[{"do": "acknowledge"}])
            send(session, tenant.id, {})

    with sessions() as session:
        correlate_batch(session, matcher=matcher, now=NOON)
        session.rollback()
    with sessions() as session, session.begin():
        assert correlate_batch(session, matcher=matcher, now=NOON) == 1
        assert correlate_batch(session, matcher=matcher, now=NOON) == 0

    with sessions() as session, system(session):
        (alarm,) = list_alarms(session, tenant.id, AlarmFilter())
        assert (alarm.count, alarm.is_acknowledged) == (1, True)
