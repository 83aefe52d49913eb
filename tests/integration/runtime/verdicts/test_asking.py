"""Every rule that is judged says what it makes of an alarm, and what decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.rules.model import Mode
from runtime.rules.store import create_rule
from runtime.verdicts.asking import Outcome, Verdict, explain
from tenancy.scope import as_tenant, bind
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import NOON, make_customer
from tests.integration.runtime.judged import BEFORE, LINK, Send, publish, sender


@pytest.fixture
def tenant_id(session: Session) -> UUID:
    return make_customer(session).id


@pytest.fixture
def send(session: Session, tenant_id: UUID) -> Send:
    return sender(session, tenant_id)


def ask(session: Session, tenant_id: UUID) -> list[Verdict]:
    with as_tenant(session, tenant_id):
        (alarm,) = list_alarms(session, tenant_id, AlarmFilter(state=""))
        return list(explain(session, tenant_id, alarm.id).verdicts)


def test_a_rule_that_fired_tells_when_and_why(
    session: Session, tenant_id: UUID, send: Send
) -> None:
    publish(session, tenant_id, when=make_leaf("text", "contains", "fan"))
    send(LINK)

    (verdict,) = ask(session, tenant_id)

    assert (verdict.outcome, verdict.fired_at) == (Outcome.FIRED, NOON)
    assert verdict.decided == ("text contains fan: it was fan stopped",)


def test_a_rule_that_does_not_hold_names_the_condition_in_the_way(
    session: Session, tenant_id: UUID, send: Send
) -> None:
    conditions = [make_leaf("text", "contains", "fan"), make_leaf("attributes.site", "is", "ZRH")]
    publish(session, tenant_id, when={"all": conditions})
    send(LINK)

    (verdict,) = ask(session, tenant_id)

    assert verdict.outcome is Outcome.NOT_HELD
    assert verdict.decided == ("site is not ZRH: it was not there",)


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        pytest.param({"at": NOON + timedelta(hours=1)}, "published after", id="published later"),
        pytest.param({"on": ["cleared"]}, "when they are cleared", id="waits for the clear"),
    ],
)
def test_a_rule_that_holds_and_did_not_fire_tells_what_else_it_asks_for(
    session: Session, tenant_id: UUID, send: Send, changes: dict[str, Any], note: str
) -> None:
    send(LINK)
    publish(session, tenant_id, **changes)

    (verdict,) = ask(session, tenant_id)

    assert verdict.outcome is Outcome.HELD
    assert note in " ".join(verdict.notes)


def test_a_rule_of_a_pair_looks_at_what_may_be_either_of_them(
    session: Session, tenant_id: UUID, send: Send
) -> None:
    send(LINK)
    for name, words in (("one of them", ("rain", "fan")), ("neither", ("rain", "snow"))):
        first, second = (make_leaf("text", "contains", word) for word in words)
        pair = {"kind": "sequence", "a": first, "b": second, "within_s": 60}
        publish(session, tenant_id, name=name, pattern=pair)

    found = {one.name: one for one in ask(session, tenant_id)}

    assert found["one of them"].outcome is Outcome.HELD
    assert found["neither"].decided == (
        "text does not contain rain: it was fan stopped",
        "text does not contain snow: it was fan stopped",
    )


def test_a_cleared_alarm_is_asked_about_as_it_was_while_it_stood(
    session: Session, tenant_id: UUID, send: Send
) -> None:
    send(LINK, LINK | {"perceived_severity": "cleared"})
    publish(session, tenant_id, when=make_leaf("perceived_severity", "is", "major"))

    (verdict,) = ask(session, tenant_id)

    assert verdict.outcome is Outcome.HELD


def test_rules_are_listed_in_the_order_they_act_and_only_those_that_are_judged(
    session: Session, tenant_id: UUID, send: Send
) -> None:
    send(LINK)
    publish(session, tenant_id, name="later")
    publish(session, tenant_id, name="first", priority=1, mode=Mode.OBSERVE)
    with as_tenant(session, tenant_id):
        draft = make_rule_document(name="draft")
        create_rule(session, tenant_id, document=draft, by="Ann", now=BEFORE)

    assert [one.name for one in ask(session, tenant_id)] == ["first", "later"]


def test_an_alarm_of_another_tenant_is_not_found(
    session: Session, tenant_id: UUID, send: Send
) -> None:
    send(LINK)
    with as_tenant(session, tenant_id):
        (alarm,) = list_alarms(session, tenant_id, AlarmFilter(state=""))
    other = make_customer(session).id
    bind(session, other)

    with pytest.raises(NotFoundError):
        explain(session, other, alarm.id)
    with pytest.raises(NotFoundError):
        explain(session, other, uuid4())
