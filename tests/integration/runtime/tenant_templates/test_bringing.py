"""A template appears whole in a new customer; its updates never write over a customer's work."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from kernel.errors import InvalidError, NotFoundError
from runtime.alarms.sources.store import key_of, list_sources
from runtime.flows.versions import publish_flow, save_draft
from runtime.packs.planning import Verdict
from runtime.rules.store import list_rules
from runtime.tenant_templates import uses
from runtime.tenant_templates.bringing import Looked
from runtime.tenant_templates.store import (
    TemplateView,
    Wanted,
    change_template,
    template_of_plan,
)
from runtime.tenant_templates.taking import take
from runtime.tenant_templates.uses import came_from, standings_of
from tenancy.audit._tables import AuditEntry
from tenancy.customers.adding import Wanted as WantedCustomer
from tenancy.customers.adding import add_customer
from tenancy.organisations import OrganisationView, find_by_slug
from tenancy.plans.entitled import NotInPlanError
from tenancy.plans.store import Wanted as WantedPlan
from tenancy.plans.store import make_plan
from tenancy.scope import as_tenant, system
from tests.factories.connections import make_connection
from tests.factories.flows import make_flow
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON, make_csp
from tests.integration.runtime.tenant_templates.conftest import (
    ALL,
    NEEDY,
    PLAIN,
    RULE,
    World,
    plain,
)


def edit(world: World, tenant_id: UUID, message: str) -> None:
    """Change the draft of the plain workflow as a person does."""
    flow = world.flows(tenant_id)["plain"]
    with as_tenant(world.session, tenant_id):
        save_draft(
            world.session,
            tenant_id,
            flow.id,
            document=plain(message),
            expected_revision=flow.draft_revision,
            by="Ada",
            now=NOON,
        )


def message_at(world: World, tenant_id: UUID) -> str:
    draft: dict[str, Any] = dict(world.flows(tenant_id)["plain"].draft)
    return str(draft["steps"]["note"]["config"]["message"])


def outcomes(looked: Looked) -> dict[str, Verdict]:
    return {line.file: line.verdict for line in looked.plan.lines}


def make_again(world: World, template: TemplateView, message: str) -> None:
    """Publish another plain workflow in the model, and take the template again."""
    edit(world, world.csp.id, message)
    with as_tenant(world.session, world.csp.id):
        flow = world.flows(world.csp.id)["plain"]
        publish_flow(world.session, world.csp.id, flow.id, by="Nora", now=NOON)
    world.again(template, PLAIN)


def test_what_is_needed_is_taken_along(world: World) -> None:
    taken = world.take(NEEDY)

    files = [one.file for one in taken.contents.items]
    assert files.index("workflow/called") < files.index(NEEDY)
    assert {*files} == {
        "look-up table/sites",
        "calendar/Business hours",
        "decision table/triage",
        "workflow/called",
        NEEDY,
    }
    assert [(one.name, one.kind) for one in taken.contents.slots] == [("Tickets", "api_key")]
    assert "sites" in taken.along


def test_a_new_customer_has_all_of_it_at_once(world: World) -> None:
    customer = world.customer(world.make(*ALL))

    flows = world.flows(customer.id)
    live = {slug: bool(one.live_number) for slug, one in flows.items()}
    assert live == {"plain": True, "called": True, "needy": False}
    with as_tenant(world.session, customer.id):
        rules = {one.name: one.mode.value for one in list_rules(world.session, customer.id)}
    assert rules == {
        "Start the needy one": "draft",
        "Start the plain one": "observe",
        "Triage": "off",
    }
    said = world.use(customer).said
    assert "Tickets" in said[NEEDY]
    assert "Needy" in said["rule/start the needy one"]


def test_nothing_of_the_model_is_in_it(world: World) -> None:
    """Ids and keys are new, and no secret stands anywhere in a template."""
    template = world.make(*ALL)
    customer = world.customer(template)

    with as_tenant(world.session, world.csp.id):
        theirs = list_sources(world.session, world.csp.id)[0]
        old = key_of(world.session, world.csp.id, theirs.id, vault=world.vault)
        ids = [str(one.id) for one in list_rules(world.session, world.csp.id)]
    with as_tenant(world.session, customer.id):
        ours = list_sources(world.session, customer.id)[0]
        new = key_of(world.session, customer.id, ours.id, vault=world.vault)
    contents = json.dumps(world.take(*ALL).contents.document())
    flows = json.dumps([one.draft for one in world.flows(customer.id).values()])
    assert old != new
    assert ours.id != theirs.id
    assert not any(one in contents or one in flows for one in [*ids, old, str(world.csp.id)])


def test_bringing_twice_is_bringing_once(world: World) -> None:
    template = world.make(*ALL)
    customer = world.customer(template)
    before = {slug: one.draft_revision for slug, one in world.flows(customer.id).items()}

    looked = world.look(customer)
    world.bring(customer)

    assert set(outcomes(looked).values()) == {Verdict.SAME}
    assert {slug: one.draft_revision for slug, one in world.flows(customer.id).items()} == before


def test_what_is_left_goes_live_once_its_connection_is_there(world: World) -> None:
    customer = world.customer(world.make(*ALL))
    with as_tenant(world.session, customer.id):
        make_connection(world.session, customer.id, vault=world.vault)

    use = world.bring(customer)

    assert use.said == {}
    assert world.flows(customer.id)["needy"].live_number == 1


def test_an_update_brings_what_nobody_changed(world: World) -> None:
    template = world.make(PLAIN)
    customer = world.customer(template)
    make_again(world, template, "two")

    looked = world.look(customer)
    use = world.bring(customer)

    assert looked.news["changed"] == ["Plain (workflow)"]
    assert use.version == 2
    assert message_at(world, customer.id) == "two"
    assert world.flows(customer.id)["plain"].live_number == 2


def test_what_a_customer_changed_is_kept(world: World) -> None:
    template = world.make(PLAIN)
    customer = world.customer(template)
    edit(world, customer.id, "mine")
    make_again(world, template, "two")

    looked = world.look(customer)
    world.bring(customer)

    assert outcomes(looked)[PLAIN] is Verdict.CHANGED
    assert message_at(world, customer.id) == "mine"
    assert world.flows(customer.id)["plain"].live_number == 1


def test_the_templates_is_taken_where_somebody_asks_for_it(world: World) -> None:
    template = world.make(PLAIN)
    customer = world.customer(template)
    edit(world, customer.id, "mine")
    make_again(world, template, "two")

    world.bring(customer, takes=[PLAIN])

    assert message_at(world, customer.id) == "two"


@pytest.mark.parametrize("said", ["mine", "one"], ids=["another", "the very same"])
def test_what_was_there_under_a_name_is_neither_changed_nor_put_live(
    world: World, said: str
) -> None:
    template = world.make(PLAIN)
    customer = make_below(world.session, world.csp, name="Older")
    with as_tenant(world.session, customer.id):
        make_flow(world.session, customer.id, plain(said), publish=False)
    offer(world, customer, template.id)

    world.bring(customer)

    assert message_at(world, customer.id) == said
    assert world.flows(customer.id)["plain"].live_number is None


def offer(world: World, customer: OrganisationView, template_id: UUID) -> None:
    with as_tenant(world.session, world.csp.id):
        uses.offer(world.session, world.who, customer.id, template_id, now=NOON)


def test_a_part_says_where_it_came_from(world: World) -> None:
    customer = world.customer(world.make(PLAIN))
    flow = world.flows(customer.id)["plain"]

    with as_tenant(world.session, customer.id):
        found = came_from(world.session, customer.id, flow.id)

    assert [(one.name, one.version) for one in found] == [("Broadband", 1)]


def test_a_plan_brings_its_template(world: World) -> None:
    template = world.make(PLAIN, RULE)
    plan_id = with_plan(world, template.id, template.revision)

    customer = world.add(plan_id=plan_id).organisation
    bare = world.add("Bare", plan_id=plan_id, is_bare=True).organisation

    assert set(world.flows(customer.id)) == {"plain"}
    assert world.flows(bare.id) == {}


def with_plan(world: World, template_id: UUID, revision: int, **terms: Any) -> UUID:
    with as_tenant(world.session, world.csp.id):
        plan = make_plan(
            world.session, world.who, WantedPlan(name="Basic", document=terms), now=NOON
        )
        wanted = Wanted(name="Broadband", plans=[plan.id])
        change_template(world.session, world.who, template_id, wanted, revision=revision, now=NOON)
        assert template_of_plan(world.session, world.csp.id, plan.id) == template_id
    return plan.id


def test_a_plan_that_lacks_a_block_is_named_with_it(world: World) -> None:
    template = world.make(PLAIN)

    with pytest.raises(InvalidError) as refused:
        with_plan(world, template.id, template.revision, blocks=["garland.alarms*"])

    assert "Basic does not hold the block garland.write-log" in refused.value.problems[0].message


def test_a_block_that_the_plan_lacks_is_refused_before_anything_is_made(world: World) -> None:
    template = world.make(PLAIN)
    with as_tenant(world.session, world.csp.id):
        said = WantedPlan(name="Small", document={"blocks": ["garland.branch"]})
        plan = make_plan(world.session, world.who, said, now=NOON)

    with pytest.raises(NotInPlanError, match=r"garland\.write-log"), world.session.begin_nested():
        world.add("Refused", plan_id=plan.id, template_id=template.id)

    assert find_by_slug(world.session, "refused") is None


def test_only_what_is_live_can_be_taken(world: World) -> None:
    with pytest.raises(InvalidError) as refused:
        world.take("workflow/nowhere")

    assert refused.value.problems[0].message.startswith("the workflow nowhere is not live")


def test_another_csp_finds_neither_template_nor_model(world: World) -> None:
    template = world.make(PLAIN)
    other = admin_of(make_csp(world.session))
    wanted = WantedCustomer(name="Stolen", template_id=template.id)

    with as_tenant(world.session, other.tenant_id):
        with pytest.raises(NotFoundError):
            standings_of(world.session, other, template.id)
        with pytest.raises(NotFoundError):
            take(world.session, other, world.csp.id, [PLAIN])
        with pytest.raises(NotFoundError), world.session.begin_nested():
            add_customer(world.session, other, wanted, now=NOON)


def test_who_looks_after_a_customer_is_no_member_of_it_and_takes_nothing(world: World) -> None:
    customer = world.customer(world.make(PLAIN))

    with as_tenant(world.session, world.csp.id), pytest.raises(NotFoundError):
        take(world.session, world.who, customer.id, [PLAIN])


def test_both_sides_see_it_in_their_audit(world: World) -> None:
    customer = world.customer(world.make(PLAIN))

    with system(world.session):
        entries = world.session.query(AuditEntry).all()
    told = {(one.tenant_id, one.action) for one in entries}
    assert (world.csp.id, "tenant_template.brought") in told
    assert (customer.id, "tenant_template.brought") in told
    by = {one.by for one in entries if one.action == "tenant_template.brought"}
    assert by == {"Nora (CSP)"}
