"""Which version a customer has: seen by its provider for as long as that looks after it."""

from __future__ import annotations

from runtime.tenant_templates.uses import standings_of
from tenancy._tables import Organisation
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_csp
from tests.integration.runtime.tenant_templates.conftest import PLAIN, World


def test_who_was_moved_away_is_left_out_and_the_others_are_listed_by_name(world: World) -> None:
    template = world.make(PLAIN)
    for name in ("Zeta", "acme"):
        world.customer(template, name)
    moved = world.customer(template, "Moved")
    row = world.session.get_one(Organisation, moved.id)
    row.parent_id = make_csp(world.session).id
    world.session.flush()

    with as_tenant(world.session, world.csp.id):
        found = standings_of(world.session, world.who, template.id)

    assert [(one.customer.name, one.version) for one in found] == [("acme", 1), ("Zeta", 1)]
