"""What Northwind's workspace holds, the template that it made of it, and the plan it goes with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from garland.demo.plans import keeper_of
from kernel.acting import acting_as
from kernel.secrets import Vault
from runtime.alarms.console.saved import save_view
from runtime.alarms.sources.store import create_source
from runtime.calendars.store import create_calendar
from runtime.flows.versions import create_flow, publish_flow
from runtime.inventory.lookup import put_table
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.tenant_templates.store import Wanted, change_template, make_template
from runtime.tenant_templates.taking import take
from runtime.tenant_templates.versions import Origin
from tenancy.connections.checking import Facts
from tenancy.connections.store import create_connection
from tenancy.customers.adding import Wanted as WantedCustomer
from tenancy.customers.adding import add_customer
from tenancy.organisations import get_organisation
from tenancy.plans.store import list_plans
from tenancy.scope import as_tenant

BY = "demo"
CHOSEN = (
    *("workflow/greet-a-critical-alarm", "workflow/open-a-ticket", "rule/critical alarms"),
    *("source/Monitoring", "alarm view/Worst first"),
)
HOURS = {
    "name": "Office hours",
    "timezone": "Europe/Zurich",
    "week": {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}


def _step(block: str, at: int, **parts: Any) -> dict[str, Any]:
    return {"block": f"garland.{block}", "version": "1.0.0", "position": [at, 120], **parts}


GREET: dict[str, Any] = {
    "flow": 1,
    "name": "Greet a critical alarm",
    "description": "Finds out whom it concerns, and notes it.",
    "triggers": {"rule": {"kind": "rule", "position": [0, 120]}},
    "steps": {
        "who": _step(
            "look-up-table",
            240,
            title="Whom it concerns",
            config={"table": "teams"},
            input={"key": "= trigger.alarm.attributes.?site.orValue('anywhere')"},
        ),
        "note": _step(
            "write-log",
            480,
            title="Note it",
            config={"message": "= trigger.alarm.managed_object + ' needs somebody'"},
        ),
    },
    "wires": [
        {"from": "rule", "to": "who"},
        {"from": "who:found", "to": "note"},
        {"from": "who:missing", "to": "note"},
    ],
}
TICKET: dict[str, Any] = {
    "flow": 1,
    "name": "Open a ticket",
    "description": "Waits for office hours, and opens a ticket in the customer's own desk.",
    "triggers": {"hand": {"kind": "manual", "position": [0, 120]}},
    "steps": {
        "wait": _step(
            "wait",
            240,
            title="Wait for office hours",
            config={"moment": "open", "calendar": "Office hours"},
        ),
        "open": _step(
            "http-request",
            480,
            title="Open it",
            config={"method": "POST", "url": "https://desk.example/tickets"},
            connections={"api": "Ticket desk"},
        ),
    },
    "wires": [{"from": "hand", "to": "wait"}, {"from": "wait", "to": "open"}],
}
RULE: dict[str, Any] = {
    "rule": 1,
    "name": "Critical alarms",
    "priority": 100,
    "when": {"all": [{"field": "perceived_severity", "op": "at_least", "value": "critical"}]},
    "pattern": {"kind": "each"},
    "then": [{"do": "start", "flow": "greet-a-critical-alarm"}],
}


def demo_templates(
    session: Session, ids: Mapping[str, UUID], *, vault: Vault, now: datetime
) -> UUID:
    """Let Northwind keep a template, which goes with its plan Starter, and a customer that has it.

    Returns:
        The id of that customer.
    """
    keeper = keeper_of(session, ids["northwind"])
    model = get_organisation(session, keeper.tenant_id)
    with as_tenant(session, model.id), acting_as(session, keeper):
        _workspace(session, model.id, vault, now=now)
        view: dict[str, Any] = {"name": "Worst first", "query": "sort=-severity"}
        save_view(session, keeper, is_shared=True, now=now, **view)
        taken = take(session, keeper, model.id, CHOSEN)
        wanted = Wanted(name="First line", words="Critical alarms, a ticket desk, and who is told")
        origin = Origin(model=model, chosen=CHOSEN)
        said: dict[str, Any] = {"contents": taken.contents, "origin": origin, "now": now}
        made = make_template(session, keeper, wanted, **said)
        plan = next(one for one in list_plans(session, keeper) if one.name == "Starter")
        goes_with = Wanted(name=made.name, words=made.words, plans=[plan.id])
        change_template(session, keeper, made.id, goes_with, revision=made.revision, now=now)
        new = WantedCustomer(name="Meadow Dairy", slug="meadow", plan_id=plan.id)
        return add_customer(session, keeper, new, now=now).organisation.id


def _workspace(session: Session, tenant_id: UUID, vault: Vault, *, now: datetime) -> None:
    where = (session, tenant_id)
    rows = {"anywhere": {"team": "First line"}, "datacentre": {"team": "Core"}}
    put_table(*where, "teams", ["team"], rows)
    create_calendar(*where, document=HOURS, by=BY, now=now)
    facts = Facts(name="Ticket desk", hosts=("desk.example",))
    values = {"key": "made-up"}
    create_connection(
        *where, kind="api_key", facts=facts, values=values, vault=vault, by=BY, now=now
    )
    for document in (GREET, TICKET):
        flow = create_flow(*where, name=document["name"], document=document, by=BY, now=now)
        publish_flow(*where, flow.id, by=BY, now=now)
    rule = create_rule(*where, document=RULE, by=BY, now=now)
    publish_rule(*where, rule.id, mode=Mode.OBSERVE, by=BY, now=now)
    create_source(*where, kind="json", name="Monitoring", vault=vault, now=now)
