"""A CSP whose own workspace holds one of each kind, and what it makes of that."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from designer.packs.desks import DOORS
from garland.services import Services
from garland.settings import Settings
from kernel.acting import Acting, acting_as
from kernel.secrets import Vault, new_key
from runtime.alarms.console.saved import save_view
from runtime.alarms.policy.store import change_policy
from runtime.alarms.sources.mappings import MappingView, save_mapping
from runtime.alarms.sources.store import create_source
from runtime.calendars.store import create_calendar
from runtime.flows.versions import FlowView, list_flows
from runtime.inventory.lookup import put_table
from runtime.packs.desk import Desk
from runtime.packs.installing import Agreed
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.tenant_templates import bringing, store, uses
from runtime.tenant_templates.store import TemplateView, Wanted
from runtime.tenant_templates.taking import take
from runtime.tenant_templates.versions import Origin
from tenancy.customers.adding import Added, add_customer
from tenancy.customers.adding import Wanted as WantedCustomer
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.scope import as_tenant
from tests.factories.connections import make_connection
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.organisations import admin_of
from tests.factories.rules import make_rule_document
from tests.factories.schedules import hours_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON, make_csp

MAPPING = {
    "mapping": 1,
    "fields": {
        "managed_object": {"from": "host"},
        "perceived_severity": {"from": "level"},
        "specific_problem": {"from": "rule"},
    },
    "clear": {"from": "level", "is": ["ok"]},
}
PLAIN, NEEDY, RULE = "workflow/plain", "workflow/needy", "rule/start the plain one"
ALL = (
    *(PLAIN, NEEDY, RULE, "rule/start the needy one", "source/Network"),
    *("alarm view/Worst first", "alarm lifecycle/Lifecycle of alarms"),
)


@dataclass
class World:
    """The CSP, whose admin acts, and what its own workspace holds."""

    session: Session
    vault: Vault
    csp: OrganisationView
    who: Acting

    def take(self, *chosen: str) -> Any:
        """Take parts of the CSP's own workspace."""
        with as_tenant(self.session, self.csp.id):
            return take(self.session, self.who, self.csp.id, chosen)

    def make(self, *chosen: str, name: str = "Broadband") -> TemplateView:
        """Make a template of them."""
        with as_tenant(self.session, self.csp.id):
            taken = take(self.session, self.who, self.csp.id, chosen)
            return store.make_template(
                self.session,
                self.who,
                Wanted(name=name),
                contents=taken.contents,
                origin=Origin(model=self.csp, chosen=chosen),
                now=NOON,
            )

    def again(self, template: TemplateView, *chosen: str) -> None:
        """Take another version."""
        with as_tenant(self.session, self.csp.id):
            taken = take(self.session, self.who, self.csp.id, chosen)
            store.take_again(
                self.session,
                self.who,
                template.id,
                contents=taken.contents,
                origin=Origin(model=self.csp, chosen=chosen),
                now=NOON,
            )

    def add(self, name: str = "Acme", **wanted: Any) -> Added:
        """Add a customer."""
        with as_tenant(self.session, self.csp.id):
            return add_customer(
                self.session, self.who, WantedCustomer(name=name, **wanted), now=NOON
            )

    def customer(self, template: TemplateView, name: str = "Acme") -> OrganisationView:
        """Add a customer that is set up from a template."""
        return self.add(name, template_id=template.id).organisation

    def use(self, customer: OrganisationView) -> uses.UseView:
        """Give what a customer has of its one template."""
        with as_tenant(self.session, customer.id):
            (found,) = uses.list_uses(self.session, customer.id)
        return found

    def desk(self, customer: OrganisationView) -> Desk:
        """Give the desk of somebody who may change all of it there."""
        return Desk(
            session=self.session,
            tenant_id=customer.id,
            by="Ada",
            by_id=None,
            now=NOON,
            vault=self.vault,
            doors=DOORS,
            require=lambda _permissions: None,
        )

    def look(self, customer: OrganisationView) -> bringing.Looked:
        """Look what bringing the version on offer would do."""
        use = self.use(customer)
        with as_tenant(self.session, customer.id):
            return bringing.look(self.desk(customer), use)

    def bring(self, customer: OrganisationView, takes: Collection[str] = ()) -> uses.UseView:
        """Bring it, as the customer's admin."""
        them, use = admin_of(customer), self.use(customer)
        with as_tenant(self.session, customer.id), acting_as(self.session, them):
            agreed = Agreed(consents=True, takes=takes)
            return bringing.bring(self.desk(customer), them, use, agreed=agreed)

    def flows(self, tenant_id: UUID) -> dict[str, FlowView]:
        """Give an organisation's workflows by their short names."""
        with as_tenant(self.session, tenant_id):
            return {one.slug: one for one in list_flows(self.session, tenant_id)}


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        redis_url="redis://127.0.0.1:1/0",
        secret_key="a secret of tests",
        encryption_keys=new_key(),
    )
    services = Services(settings)
    with services.sessions() as session:
        csp = make_csp(session)
        found = World(session, services.vault, csp, admin_of(get_organisation(session, csp.id)))
        with as_tenant(session, csp.id), acting_as(session, found.who):
            fill(found)
        yield found
    services.engine.dispose()


def fill(world: World) -> None:
    """Let the CSP's workspace hold one of each kind."""
    session, tenant_id = where = (world.session, world.csp.id)
    put_table(*where, "sites", ["city"], {"a": {"city": "Bern"}})
    create_calendar(*where, document=hours_document(), by="Nora", now=NOON)
    make_connection(session, tenant_id, vault=world.vault)
    table = create_rule(*where, document=make_table_document(), by="Nora", now=NOON)
    publish_rule(*where, table.id, mode=Mode.OFF, by="Nora", now=NOON)
    make_flow(session, tenant_id, plain("one"))
    make_flow(session, tenant_id, chain_document(1, name="Called"))
    make_flow(session, tenant_id, needy(str(table.id)))
    for name in ("plain", "needy"):
        then = [{"do": "start", "flow": name}]
        document = make_rule_document(name=f"Start the {name} one", then=then)
        rule = create_rule(*where, document=document, by="Nora", now=NOON)
        publish_rule(*where, rule.id, mode=Mode.OBSERVE, by="Nora", now=NOON)
    source, _ = create_source(*where, kind="json", name="Network", vault=world.vault, now=NOON)
    made = MappingView(
        version=0,
        document=MAPPING,
        sample="",
        clear_sample="",
        created_at=NOON,
        created_by="Nora",
    )
    save_mapping(*where, source.id, made=made)
    query = "sort=-severity"
    save_view(session, world.who, name="Worst first", query=query, is_shared=True, now=NOON)
    change_policy(*where, {"ttl_s": 3600}, by="Nora", now=NOON)


def plain(message: str) -> dict[str, Any]:
    """A workflow that needs nothing."""
    steps = {"note": step("write-log", config={"message": message})}
    return flow_document(steps, ["hand > note"], name="Plain")


def needy(table_id: str) -> dict[str, Any]:
    """A workflow that needs one of each kind."""
    steps = {
        "look": step("look-up-table", config={"table": "sites"}, input={"key": "a"}),
        "wait": step("wait", config={"moment": "open", "calendar": "Business hours"}),
        "ask": step(
            "decide", config={"table": table_id}, input={"values": {"attributes.load": 95}}
        ),
        "call": step("call-workflow", config={"flow": "called"}),
        "tell": step(
            "http-request",
            config={"method": "GET", "url": "http://127.0.0.1:9/x"},
            connections={"api": "Tickets"},
        ),
    }
    wires = ["hand > look", "look:found > wait", "wait > ask", "ask:decided > call"]
    return flow_document(steps, [*wires, "call > tell"], name="Needy")
