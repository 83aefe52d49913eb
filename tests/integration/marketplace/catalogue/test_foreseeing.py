"""What a decision changes is told before it is kept, and comes true then."""

from __future__ import annotations

from sqlalchemy.orm import Session

from blocks.presets import Hold, Preset
from marketplace.catalogue import curating, foreseeing, shelf, store
from marketplace.catalogue._tables import PartKind
from marketplace.catalogue.overlay import About, Effect, Entry, Rule
from tenancy.scope import as_tenant
from tests.factories.catalogue import make_listed
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON, make_csp

NO_SSH = Rule(key="no-ssh", effect=Effect.REFUSE, about=About.PERMISSION, values=frozenset({"ssh"}))
SSH = [{"name": "ssh", "reason": "To ask"}]


def listed(session: Session) -> None:
    make_listed(session, "1.0.0")
    make_listed(session, "1.2.0", permissions=SSH)
    make_listed(session, id="acme.bulb", title="Bulb", permissions=SSH)
    make_listed(session, id="acme.wire", title="Wire")


def test_a_rule_is_told_by_what_it_takes_away_and_what_it_moves(session: Session) -> None:
    csp = make_csp(session)
    who = admin_of(csp)
    listed(session)
    with as_tenant(session, csp.id):
        then = foreseeing.with_rule(foreseeing.overlay_now(session, who), NO_SSH)

        found = foreseeing.foresee(session, who, then, now=NOON)

    assert [one.listing_id for one in found.taken] == ["acme.bulb"]
    assert [(one.before, one.after) for one in found.moved] == [("1.2.0", "1.0.0")]
    assert (found.let_in, found.offered) == ((), 2)


def test_what_was_foreseen_comes_true(session: Session) -> None:
    csp = make_csp(session)
    who = admin_of(csp)
    listed(session)
    with as_tenant(session, csp.id):
        then = foreseeing.with_unmatched(foreseeing.overlay_now(session, who), Effect.REFUSE)
        found = foreseeing.foresee(session, who, then, now=NOON)
        store.set_unmatched(session, who, Effect.REFUSE, now=NOON)

        kept_back = shelf.list_shown(
            session, who, shelf.Asked(is_kept_back=True), limit=9, now=NOON
        )

    assert [one.listing_id for one in found.taken] == [one.listing_id for one in kept_back]
    assert {one.why for one in kept_back if one.listing_id == "acme.wire"} == {
        "1.0.0: No rule speaks of it, and this catalogue offers only what a rule allows."
    }


def test_a_list_says_what_was_decided_on_each_listing(session: Session) -> None:
    csp = make_csp(session)
    who = admin_of(csp)
    listed(session)
    with as_tenant(session, csp.id):
        said = {"title": "Street lamp", "ceiling": "1.0.0"}
        curating.set_offer(session, who, "acme.lamp", said, now=NOON)

        found = shelf.list_shown(session, who, shelf.Asked(q="street"), limit=9, now=NOON)
        held = shelf.list_shown(session, who, shelf.Asked(mark="held"), limit=9, now=NOON)

    assert [(one.title, one.marks) for one in found] == [("Street lamp", ("renamed", "held"))]
    assert [one.listing_id for one in held] == ["acme.lamp"]


def test_customers_are_shown_no_value_that_is_hidden_from_them(session: Session) -> None:
    csp = make_csp(session)
    who = admin_of(csp)
    make_listed(session, "1.0.0")
    hidden = Preset(name="host", hold=Hold.HIDDEN, value="secret.example")
    with as_tenant(session, csp.id):
        entry = Entry(listing_id="acme.lamp", presets=(hidden,))

        found = foreseeing.as_customers_see(session, who, entry, now=NOON)

    assert found is not None
    assert found.offer is not None
    assert [one.preset.has_value for one in found.offer.presets] == [False]


def test_a_rule_that_was_removed_comes_back_as_it_was(session: Session) -> None:
    csp = make_csp(session)
    who = admin_of(csp)
    document = {"effect": "refuse", "about": "permission", "values": ["ssh"], "note": "Ask Nora"}
    with as_tenant(session, csp.id):
        curating.set_rule(session, who, "no-ssh", document, now=NOON)
        curating.remove_rule(session, who, "no-ssh", now=NOON)
        assert foreseeing.overlay_now(session, who).rules == ()

        gone = store.get_removed(session, who, PartKind.RULE, "no-ssh")
        curating.set_rule(session, who, gone.key, gone.document, now=NOON)

        assert [one.note for one in foreseeing.overlay_now(session, who).rules] == ["Ask Nora"]
        assert store.removed_parts(session, who, PartKind.RULE, now=NOON) == []
