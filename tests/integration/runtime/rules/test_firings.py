"""A rule's firings: listed page by page, counted by day, and compared with other rules'."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from runtime.rules.firings import count_alarms_of, fired_by_day, firings_of_rule, overlaps_of
from runtime.rules.firings import place_of as place_of_firing
from tenancy.scope import as_tenant
from tests.factories.rules import make_leaf
from tests.factories.tenancy import NOON, make_customer
from tests.integration.runtime.judged import LINK, Send, publish, sender


@pytest.fixture
def tenant_id(session: Session) -> UUID:
    return make_customer(session).id


@pytest.fixture
def send(session: Session, tenant_id: UUID) -> Send:
    return sender(session, tenant_id)


def test_firings_are_listed_newest_first_page_by_page(
    session: Session, tenant_id: UUID, send: Send
) -> None:
    rule_id = publish(session, tenant_id)
    send(*(LINK | {"managed_object": f"link-{number}"} for number in range(5)))

    with as_tenant(session, tenant_id):
        where = (session, tenant_id, rule_id)
        first = firings_of_rule(*where, limit=3)
        rest = firings_of_rule(*where, limit=3, after=list(place_of_firing(first[-1])))

    names = [one.alarm.managed_object for one in (*first, *rest)]
    assert names == [f"link-{number}" for number in reversed(range(5))]


def test_days_without_a_firing_are_counted_too(
    session: Session, tenant_id: UUID, send: Send
) -> None:
    rule_id = publish(session, tenant_id)
    send(LINK)

    with as_tenant(session, tenant_id):
        found = fired_by_day(session, tenant_id, rule_id, now=NOON, days=3)

    assert [number for _, number in found] == [0, 0, 1]


def test_rules_that_fire_for_the_same_alarms_are_counted(
    session: Session, tenant_id: UUID, send: Send
) -> None:
    one = publish(session, tenant_id, name="all")
    publish(session, tenant_id, name="some", when=make_leaf("text", "contains", "fan"))
    publish(session, tenant_id, name="none", when=make_leaf("text", "contains", "laser"))
    send(LINK, LINK | {"managed_object": "other", "text": "rain"})

    with as_tenant(session, tenant_id):
        where = (session, tenant_id, one)
        found = [(other.name, other.shared) for other in overlaps_of(*where)]
        looked_at = count_alarms_of(*where)

    assert (found, looked_at) == ([("some", 1)], 2)
