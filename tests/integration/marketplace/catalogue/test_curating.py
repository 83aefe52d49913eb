"""Curators decide what their customers are offered, and nobody else's see anything of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError
from marketplace.catalogue import curating, looking, store
from marketplace.catalogue._tables import PartKind
from marketplace.catalogue.overlay import Effect
from marketplace.catalogue.resolving import Resolved
from tenancy.audit._tables import AuditEntry
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.catalogue import make_listed, make_own
from tests.factories.organisations import admin_of, make_below
from tests.factories.plans import make_plan_of
from tests.factories.tenancy import NOON, make_csp

LAMP = "acme.lamp"


@dataclass
class World:
    """A CSP with a reseller, whose customer is Far; its own customer is Near; another CSP."""

    session: Session
    csp: OrganisationView
    reseller: OrganisationView
    near: OrganisationView
    far: OrganisationView
    other: OrganisationView
    stranger: OrganisationView

    def says(self, who: OrganisationView, **document: Any) -> None:
        """Set how the lamp is offered."""
        with as_tenant(self.session, who.id):
            curating.set_offer(self.session, admin_of(who), LAMP, document, now=NOON)

    def rules(self, who: OrganisationView, **document: Any) -> None:
        """Set the one rule."""
        with as_tenant(self.session, who.id):
            curating.set_rule(self.session, admin_of(who), "a-rule", document, now=NOON)

    def look(self, who: OrganisationView, customer: OrganisationView | None = None) -> Resolved:
        """Look the lamp up, for oneself or for a customer."""
        with as_tenant(self.session, who.id):
            named = customer.id if customer is not None else None
            sight = looking.sight_of(self.session, admin_of(who), named)
            return looking.look_up(self.session, sight, LAMP, now=NOON)

    def version(self, who: OrganisationView, customer: OrganisationView | None = None) -> str:
        """Give the version that is offered; an empty text for none."""
        try:
            offer = self.look(who, customer).offer
        except NotFoundError:
            return ""
        return offer.release.version if offer is not None else ""


@pytest.fixture
def world(session: Session) -> World:
    csp, other = make_csp(session), make_csp(session)
    reseller = make_below(session, csp, "reseller", "Reseller")
    near, far = make_below(session, csp, name="Near"), make_below(session, reseller, name="Far")
    stranger = make_below(session, other, name="Stranger")
    make_listed(session, "1.0.0")
    make_listed(session, "1.2.0", permissions=[{"name": "ssh", "reason": "To ask"}])
    make_listed(session, "2.0.0-rc.1")
    return World(session, csp, reseller, near, far, other, stranger)


def test_where_nobody_decided_the_highest_stable_version_is_offered(world: World) -> None:
    assert [world.version(one) for one in (world.csp, world.near, world.far)] == ["1.2.0"] * 3


def test_a_rule_holds_for_all_below_and_for_nobody_else(world: World) -> None:
    world.rules(world.csp, effect="refuse", about="permission", values=["ssh"])

    assert [world.version(one) for one in (world.near, world.far)] == ["1.0.0"] * 2
    assert [world.version(one) for one in (world.stranger, world.other)] == ["1.2.0"] * 2
    told = [one.text for one in world.look(world.csp, world.far).lines]
    assert "The rule a-rule refuses it: it asks for ssh." in told


def test_a_reseller_reads_its_own_decisions_and_none_of_its_csp(world: World) -> None:
    world.rules(world.csp, effect="refuse", about="permission", values=["ssh"])
    world.says(world.reseller, title="Far lamp")

    resolved = world.look(world.reseller, world.far)

    assert [one.text for one in resolved.lines] == [
        "It is called Far lamp here.",
        "It is offered: the only one that is left.",
    ]
    assert len(world.look(world.far).lines) == 1


def test_a_reseller_cannot_pin_what_does_not_come_down_to_it(world: World) -> None:
    world.says(world.csp, ceiling="1.0.0")

    with pytest.raises(InvalidError) as refused:
        world.says(world.reseller, pin="1.2.0")

    assert [one.pointer for one in refused.value.problems] == ["/pin"]


def test_a_csp_may_offer_a_beta_and_its_reseller_may_not_bring_it_back(world: World) -> None:
    world.says(world.csp, takes_beta=True)
    assert world.version(world.far) == "2.0.0-rc.1"

    world.says(world.csp)
    world.says(world.reseller, takes_beta=True)

    assert world.version(world.far) == "1.2.0"


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ({"name": "port", "hold": "fixed", "value": 100}, "does not fit"),
        ({"name": "port", "hold": "fixed", "value": "= vars.port"}, "expression"),
        ({"name": "host", "hold": "hidden"}, "must be given"),
        ({"name": "token", "hold": "hidden", "value": "x"}, "is a secret"),
        ({"name": "colour", "hold": "hidden", "value": "x"}, "no setting"),
        ({"name": "port", "hold": "suggested"}, "say what is suggested"),
    ],
)
def test_a_preset_that_does_not_fit_the_block_names_the_field(
    world: World, preset: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        world.says(world.csp, presets=[preset])

    assert [one.pointer for one in refused.value.problems] == ["/presets/0/value"]
    assert said in refused.value.problems[0].message


def test_a_hidden_value_is_what_steps_run_with_and_nobody_below_reads_it(world: World) -> None:
    world.says(world.csp, presets=[{"name": "host", "hold": "hidden", "value": "inner.example"}])

    with as_tenant(world.session, world.far.id):
        listing = looking.public_side(world.session, now=NOON).listing(LAMP)
        whole = looking.whole_sight(world.session, world.far.id).whole(listing, LAMP)

    assert whole is not None
    assert [one.preset.value for one in whole.presets] == ["inner.example"]
    for seen in (world.look(world.far), world.look(world.reseller)):
        assert "inner.example" not in repr(seen)
        assert seen.offer is not None
        assert [one.preset.name for one in seen.offer.presets] == ["host"]


def test_what_is_fixed_above_is_not_set_anew_below(world: World) -> None:
    world.says(world.csp, presets=[{"name": "port", "hold": "fixed", "value": 8}])

    with pytest.raises(InvalidError, match="cannot be kept"):
        world.says(world.reseller, presets=[{"name": "port", "hold": "fixed", "value": 9}])


def test_naming_a_reseller_means_its_customers_too(world: World) -> None:
    world.says(world.csp, audience={"whom": "named", "customer_ids": [str(world.reseller.id)]})

    assert [world.version(one) for one in (world.near, world.far, world.reseller)] == [
        "",
        "1.2.0",
        "1.2.0",
    ]
    assert world.version(world.csp) == "1.2.0"


def test_only_ones_own_customers_and_plans_are_named(world: World) -> None:
    plan = make_plan_of(world.session, world.other)
    stranger = {"whom": "named", "customer_ids": [str(world.stranger.id)]}

    for audience in (stranger, {"whom": "plan", "plan_ids": [str(plan.id)]}):
        with pytest.raises(InvalidError, match="cannot be kept"):
            world.says(world.csp, audience=audience)


def test_a_private_block_is_offered_below_its_owner_and_not_known_elsewhere(world: World) -> None:
    digest = make_own(world.session, world.csp.id)
    with as_tenant(world.session, world.csp.id):
        said = {"digests": [digest]}
        curating.set_private(world.session, admin_of(world.csp), "acme.own", said, now=NOON)

    assert _listed(world, world.far) == [LAMP, "acme.own"]
    assert _listed(world, world.stranger) == [LAMP]


@pytest.mark.parametrize("whose", ["signed", "another's"])
def test_only_ones_own_unsigned_package_becomes_a_private_block(world: World, whose: str) -> None:
    made = {
        "signed": lambda: make_listed(world.session, id="acme.own2"),
        "another's": lambda: make_own(world.session, world.other.id),
    }
    digest, wanted = made[whose](), "acme.own2" if whose == "signed" else "acme.own"

    said = {"digests": [digest]}
    with as_tenant(world.session, world.csp.id), pytest.raises((ConflictError, InvalidError)):
        curating.set_private(world.session, admin_of(world.csp), wanted, said, now=NOON)


def test_a_reseller_has_no_private_blocks(world: World) -> None:
    said = {"digests": [make_own(world.session, world.reseller.id)]}

    with as_tenant(world.session, world.reseller.id), pytest.raises(NotFoundError):
        curating.set_private(world.session, admin_of(world.reseller), "acme.own", said, now=NOON)


def test_offers_are_found_by_what_they_are_called_here(world: World) -> None:
    make_listed(world.session, id="acme.bulb", title="Bulb")
    world.says(world.csp, title="Headlight")

    assert _listed(world, world.near, q="headlight") == [LAMP]
    assert _listed(world, world.stranger, q="headlight") == []
    assert _listed(world, world.near, q="bulb") == ["acme.bulb"]
    assert _listed(world, world.near, after="acme.bulb") == [LAMP]


def test_a_bundle_is_offered_where_all_of_it_is(world: World) -> None:
    make_listed(world.session, id="acme.bulb", title="Bulb")
    with as_tenant(world.session, world.csp.id):
        said = {"title": "Light", "members": [LAMP, "acme.bulb"]}
        curating.set_bundle(world.session, admin_of(world.csp), "light", said, now=NOON)
    assert [_bundles(world, one) for one in (world.far, world.stranger)] == [["light"], []]

    world.rules(world.reseller, effect="refuse", about="block", values=["acme.bulb"])

    assert [_bundles(world, one) for one in (world.far, world.near)] == [[], ["light"]]


def test_what_no_rule_speaks_of_may_be_refused(world: World) -> None:
    with as_tenant(world.session, world.csp.id):
        store.set_unmatched(world.session, admin_of(world.csp), Effect.REFUSE, now=NOON)
    assert _listed(world, world.near) == []

    world.rules(world.csp, effect="allow", about="block", values=[LAMP])

    assert _listed(world, world.near) == [LAMP]


def test_each_decision_is_noted_and_counted(world: World) -> None:
    world.rules(world.csp, effect="refuse", about="licence", values=["MIT"])
    world.says(world.csp, title="Light")
    with as_tenant(world.session, world.csp.id):
        curating.remove_offer(world.session, admin_of(world.csp), LAMP, now=NOON)
        rows = world.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        revision = store.glance_of(world.session, admin_of(world.csp)).revision
        left = store.list_parts(world.session, admin_of(world.csp), PartKind.ENTRY)

    assert [one for one in rows if one.startswith("catalogue.")] == [
        "catalogue.rule_set",
        "catalogue.offer_set",
        "catalogue.offer_removed",
    ]
    assert (revision, left) == (3, [])


def test_a_provider_looks_for_its_own_customers_alone(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.look(world.csp, world.stranger)
    with pytest.raises(NotFoundError):
        world.look(world.reseller, world.near)


def _listed(world: World, who: OrganisationView, *, q: str = "", after: str = "") -> list[str]:
    with as_tenant(world.session, who.id):
        sight = looking.sight_of(world.session, admin_of(who))
        found = looking.list_offers(world.session, sight, q=q, limit=9, after=after, now=NOON)
    return [one.listing_id for one in found]


def _bundles(world: World, who: OrganisationView) -> list[str]:
    with as_tenant(world.session, who.id):
        sight = looking.sight_of(world.session, admin_of(who))
        return [one.key for one in looking.list_bundles(world.session, sight, now=NOON)]


def test_a_customer_has_no_catalogue(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.says(world.near, title="Mine")
