"""A table that a rule or workflow names stays, and who publishes holds what is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, InvalidError
from runtime.calendars._tables import CalendarRow
from runtime.calendars.store import create_calendar, delete_calendar
from runtime.flows.decisions import DECISIONS
from runtime.flows.uses import flows_using
from runtime.flows.versions import publish_flow
from runtime.inventory._tables import LookupTable
from runtime.inventory.lookups.store import USERS, create_table, delete_table
from runtime.rules._tables import RuleRow
from runtime.rules.history import delete_rule
from runtime.rules.model import Mode
from runtime.rules.published import PublishedTables
from runtime.rules.store import create_rule, publish_rule
from runtime.rules.uses import users_of_look_up_table
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.rules import make_rule_document
from tests.factories.schedules import hours_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON, make_customer
from tests.support.at_once import Deed, at_once

ENRICH = {"do": "enrich", "table": "sites", "key": "x", "fields": {"text": "city"}}


@pytest.fixture
def tenant_id(sessions: sessionmaker[Session]) -> UUID:
    sessions.configure(info={DECISIONS: PublishedTables(), USERS: users_of_look_up_table})
    with sessions.begin() as session:
        return make_customer(session).id


def in_tenant(sessions: sessionmaker[Session], tenant_id: UUID, deed: Deed) -> Any:
    with sessions.begin() as session, as_tenant(session, tenant_id):
        return deed(session, tenant_id)


def make_sites(session: Session, tenant_id: UUID) -> UUID:
    return create_table(session, tenant_id, name="sites", columns=["city"]).id


def make_hours(session: Session, tenant_id: UUID) -> UUID:
    return create_calendar(session, tenant_id, document=hours_document(), by="t", now=NOON).id


def make_decision(session: Session, tenant_id: UUID) -> UUID:
    document = make_table_document()
    made = create_rule(session, tenant_id, document=document, by="t", now=NOON).id
    publish_rule(session, tenant_id, made, mode=Mode.OFF, by="t", now=NOON)
    return made


def drop_sites(session: Session, tenant_id: UUID) -> None:
    delete_table(session, tenant_id, session.scalars(select(LookupTable.id)).one())


def drop_hours(session: Session, tenant_id: UUID) -> None:
    calendar_id = session.scalars(select(CalendarRow.id)).one()
    name = hours_document()["name"]
    users = lambda: flows_using(session, tenant_id, name)  # noqa: E731  asked when it is locked
    delete_calendar(session, tenant_id, calendar_id, used_by=users)


def drop_decision(session: Session, tenant_id: UUID) -> None:
    delete_rule(session, tenant_id, session.scalars(select(RuleRow.id)).one(), now=NOON)


def looking_up(_made: UUID) -> dict[str, Any]:
    return flow_document(
        {"site": step("look-up-table", config={"table": "sites"}, input={"key": "x"})},
        ["hand > site"],
        name="Look",
    )


def waiting(_made: UUID) -> dict[str, Any]:
    config = {"calendar": hours_document()["name"], "moment": "open"}
    return flow_document({"wait": step("wait", config=config)}, ["hand > wait"], name="Wait")


def deciding(made: UUID) -> dict[str, Any]:
    ask = step("decide", config={"table": str(made)}, input={"values": {}})
    return flow_document({"ask": ask}, ["hand > ask"], name="Decide")


def start_with(document: Callable[[UUID], dict[str, Any]]) -> Callable[[UUID], Deed]:
    """Make a workflow's draft of what was made, and publish it when called."""

    def begin(made: UUID) -> Deed:
        def publish(session: Session, tenant_id: UUID) -> None:
            flow = make_flow(session, tenant_id, document(made), publish=False)
            publish_flow(session, tenant_id, flow.id, by="t", now=NOON)

        return publish

    return begin


def enriching(_made: UUID) -> Deed:
    def publish(session: Session, tenant_id: UUID) -> None:
        document = make_rule_document(then=[ENRICH])
        rule = create_rule(session, tenant_id, document=document, by="t", now=NOON)
        publish_rule(session, tenant_id, rule.id, mode=Mode.LIVE, by="t", now=NOON)

    return publish


CASES = [
    pytest.param(make_sites, drop_sites, start_with(looking_up), id="a table of a workflow"),
    pytest.param(make_sites, drop_sites, enriching, id="a table of a rule"),
    pytest.param(make_decision, drop_decision, start_with(deciding), id="a decision table"),
    pytest.param(make_hours, drop_hours, start_with(waiting), id="a calendar"),
]


@pytest.mark.parametrize(("make", "drop", "uses"), CASES)
def test_what_is_used_stays_and_who_uses_it_is_named(
    sessions: sessionmaker[Session],
    tenant_id: UUID,
    make: Deed,
    drop: Deed,
    uses: Callable[[UUID], Deed],
) -> None:
    made = in_tenant(sessions, tenant_id, make)
    in_tenant(sessions, tenant_id, uses(made))

    with pytest.raises(ConflictError, match=r"Look|Critical|Wait|Decide"):
        in_tenant(sessions, tenant_id, drop)


@pytest.mark.parametrize(("make", "drop", "uses"), CASES)
def test_who_removes_it_while_its_use_is_published_waits_and_is_refused(
    sessions: sessionmaker[Session],
    tenant_id: UUID,
    make: Deed,
    drop: Deed,
    uses: Callable[[UUID], Deed],
) -> None:
    made = in_tenant(sessions, tenant_id, make)

    refused = at_once(sessions, tenant_id, uses(made), drop)

    assert isinstance(refused, ConflictError)


@pytest.mark.parametrize(("make", "drop", "uses"), CASES)
def test_who_publishes_its_use_while_it_is_removed_waits_and_is_refused(
    sessions: sessionmaker[Session],
    tenant_id: UUID,
    make: Deed,
    drop: Deed,
    uses: Callable[[UUID], Deed],
) -> None:
    made = in_tenant(sessions, tenant_id, make)

    refused = at_once(sessions, tenant_id, drop, uses(made))

    assert isinstance(refused, InvalidError)


def test_a_table_that_nothing_names_is_removed(
    sessions: sessionmaker[Session], tenant_id: UUID
) -> None:
    in_tenant(sessions, tenant_id, make_sites)

    in_tenant(sessions, tenant_id, drop_sites)

    found = in_tenant(sessions, tenant_id, lambda one, _: one.scalars(select(LookupTable)).all())
    assert found == []
