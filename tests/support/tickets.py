"""A workflow that opens a ticket for an alarm, put into a running Garland's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from runtime.flows.versions import create_flow, publish_flow
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.organisations import find_by_slug
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, step


def ticket_document(address: str) -> dict[str, Any]:
    """Make a workflow of six steps, one of them a call to a ticket system."""
    steps = {
        "facts": step("set-data", config={"values": {"what": "= trigger.alarm.managed_object"}}),
        "bad": step("branch", config={"when": "trigger.alarm.perceived_severity == 'critical'"}),
        "ticket": step(
            "http-request",
            config={"method": "POST", "url": address},
            input={"body": {"title": "= steps.facts.output.what"}},
        ),
        "note": step(
            "set-alarm",
            config={"attributes": {"ticket": "= steps.ticket.output.body.ticket"}},
            input={"alarm_id": "= trigger.alarm.id"},
        ),
        "ack": step("acknowledge-alarm", input={"alarm_id": "= trigger.alarm.id"}),
        "log": step("write-log", config={"message": "done"}),
    }
    wires = [
        "rule > facts",
        "facts:done > bad",
        "bad:yes > ticket",
        "ticket:done > note",
        "note:done > ack",
        "ack:done > log",
        "bad:no > log",
    ]
    rule = {"rule": {"kind": "rule"}}
    return flow_document(steps, wires, name="Open a ticket", triggers=rule)


def add_ticket_workflow(data_dir: Path, address: str, *, database_url: str = "") -> None:
    """Publish the workflow for Acme with a rule that starts it for alarms whose site is `test`."""
    with as_acme(data_dir, database_url) as (session, tenant_id):
        _add(session, tenant_id, address)


@contextmanager
def as_acme(data_dir: Path, database_url: str = "") -> Iterator[tuple[Session, UUID]]:
    """Give a transaction in the database of a running Garland, as the demo's customer."""
    settings = Settings(
        data_dir=data_dir, database_url=database_url, encryption_keys="unused", secret_key="unused"
    )
    services = Services(settings)
    with services.sessions() as session, session.begin():
        acme = find_by_slug(session, "acme")
        assert acme is not None
        with as_tenant(session, acme.id):
            yield session, acme.id
    services.engine.dispose()


def _add(session: Session, tenant_id: Any, address: str) -> None:
    now = utc_now()
    document = ticket_document(address)
    flow = create_flow(
        session, tenant_id, name="Open a ticket", document=document, now=now, by="test"
    )
    publish_flow(session, tenant_id, flow.id, by="test", now=now)
    rule = {
        "rule": 1,
        "name": "Tickets for tests",
        "when": {"all": [{"field": "attributes.site", "op": "is", "value": "test"}]},
        "then": [{"do": "start", "flow": flow.slug}],
    }
    made = create_rule(session, tenant_id, document=rule, by="test", now=now)
    publish_rule(session, tenant_id, made.id, mode=Mode.LIVE, by="test", now=now)
