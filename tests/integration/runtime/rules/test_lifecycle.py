"""What rules see of an alarm's life beyond raise and clear: the shelf, and escalation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.clock import do_due
from runtime.alarms.policy.store import change_policy
from runtime.alarms.store import shelve
from runtime.rules.matcher import Matcher
from tenancy.scope import as_tenant, system
from tests.factories.tenancy import NOON
from tests.integration.runtime.rules.conftest import Bench


@pytest.fixture
def bench(session: Session, matcher: Matcher) -> Bench:
    return Bench(session, matcher)


def test_no_rule_fires_for_a_shelved_alarm(bench: Bench) -> None:
    bench.rule(name="all", on=["raised", "changed", "cleared"])
    bench.send()
    bench.fired()
    with as_tenant(bench.session, bench.tenant_id):
        row = bench.session.scalars(select(AlarmRow)).one()
        until = NOON + timedelta(hours=1)
        shelve(bench.session, bench.tenant_id, row.id, until=until, reason="r", by="Anna", now=NOON)

    bench.send(perceived_severity="critical")
    bench.send(perceived_severity="cleared")

    assert len(bench.fired()) == 1


def test_a_rule_sees_an_alarm_escalate(bench: Bench) -> None:
    with as_tenant(bench.session, bench.tenant_id):
        change_policy(
            bench.session, bench.tenant_id, {"escalate_after_min": [1]}, by="Anna", now=NOON
        )
    level = {"field": "escalation_level", "op": "at_least", "value": 1}
    bench.rule(name="loud", on=["escalated"], when=level)
    bench.send()
    before = bench.fired()

    with system(bench.session):
        do_due(bench.session, now=NOON + timedelta(minutes=1))

    assert before == []
    assert [name for name, _ in bench.fired()] == ["loud"]
