"""Customers ask for blocks; their provider counts, answers and declines, and nobody else reads."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError
from marketplace.catalogue import curating
from marketplace.wishes import answering, store
from marketplace.wishes._tables import WishState
from marketplace.wishes.answering import Answer
from marketplace.wishes.store import OPEN_MAX, WishView
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.catalogue import make_listed
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON, make_csp

WORDS = "A lamp that can be dimmed"


@dataclass
class World:
    """A CSP with two customers and a reseller, whose customer is Far."""

    session: Session
    csp: OrganisationView
    near: OrganisationView
    next: OrganisationView
    reseller: OrganisationView
    far: OrganisationView

    def ask(self, who: OrganisationView, text: str = WORDS, listing: str = "") -> WishView:
        """Let an organisation ask."""
        with as_tenant(self.session, who.id):
            return store.ask(self.session, admin_of(who), text, listing, now=NOON)

    def asked(self, who: OrganisationView) -> list[answering.Asked]:
        """Give the open wishes that a provider is asked."""
        with as_tenant(self.session, who.id):
            return answering.list_asked(self.session, admin_of(who), limit=99)

    def answer(self, who: OrganisationView, wish: WishView, given: Answer) -> int:
        """Let a provider answer; give how many wishes that are."""
        with as_tenant(self.session, who.id):
            return answering.answer(self.session, admin_of(who), wish.id, given, now=NOON)

    def mine(self, who: OrganisationView) -> list[WishView]:
        """Give the wishes of an organisation."""
        with as_tenant(self.session, who.id):
            return store.list_mine(self.session, admin_of(who), limit=99)


@pytest.fixture
def world(session: Session) -> World:
    csp = make_csp(session)
    reseller = make_below(session, csp, "reseller", "Reseller")
    return World(
        session,
        csp,
        make_below(session, csp, name="Near"),
        make_below(session, csp, name="Next"),
        reseller,
        make_below(session, reseller, name="Far"),
    )


def test_a_wish_is_read_by_the_nearest_provider_alone(world: World) -> None:
    world.ask(world.near)
    world.ask(world.far)

    assert [one.organisation for one in world.asked(world.csp)] == ["Near"]
    assert [one.organisation for one in world.asked(world.reseller)] == ["Far"]
    assert [one.text for one in world.mine(world.next)] == []


def test_those_who_ask_for_the_same_are_counted_and_answered_at_once(world: World) -> None:
    first = world.ask(world.near, "Please: a lamp for Bern")
    world.ask(world.next, "a lamp for Bern, please")

    assert [one.number for one in world.asked(world.csp)] == [2, 2]
    assert world.answer(world.csp, first, Answer(words="In May.")) == 2

    assert world.asked(world.csp) == []
    assert [one.answer for one in world.mine(world.next)] == ["In May."]


def test_a_wish_is_declined_only_with_a_reason(world: World) -> None:
    wish = world.ask(world.near)
    with pytest.raises(InvalidError):
        world.answer(world.csp, wish, Answer(is_declined=True))

    world.answer(world.csp, wish, Answer(is_declined=True, words="Nobody makes one."))

    assert [one.state for one in world.mine(world.near)] == [WishState.DECLINED]


def test_only_what_is_offered_fulfils_a_wish(world: World) -> None:
    wish = world.ask(world.near)
    with pytest.raises(InvalidError) as refused:
        world.answer(world.csp, wish, Answer(offered="acme.lamp"))
    assert [one.pointer for one in refused.value.problems] == ["/offered"]

    make_listed(world.session)
    world.answer(world.csp, wish, Answer(offered="acme.lamp"))

    assert [one.offered for one in world.mine(world.near)] == ["acme.lamp"]


def test_an_answer_that_names_a_listing_reaches_only_who_is_offered_it(world: World) -> None:
    make_listed(world.session)
    audience = {"whom": "named", "customer_ids": [str(world.near.id)]}
    with as_tenant(world.session, world.csp.id):
        who = admin_of(world.csp)
        curating.set_offer(world.session, who, "acme.lamp", {"audience": audience}, now=NOON)
    inside, outside = world.ask(world.near), world.ask(world.next)
    given = Answer(words="Here it is.", offered="acme.lamp")

    with pytest.raises(InvalidError, match="not offered to Next"):
        world.answer(world.csp, outside, given)
    assert world.answer(world.csp, inside, given) == 1

    assert [one.offered for one in world.mine(world.near)] == ["acme.lamp"]
    assert [one.state for one in world.mine(world.next)] == [WishState.OPEN]


def test_no_organisation_floods_its_provider(world: World) -> None:
    for number in range(OPEN_MAX):
        world.ask(world.near, f"{WORDS} in {number} steps")

    with pytest.raises(ConflictError):
        world.ask(world.near, "Another one that nobody asked for")
    world.ask(world.next)


def test_the_same_is_not_asked_twice_by_one(world: World) -> None:
    world.ask(world.near, WORDS, "acme.lamp")

    with pytest.raises(ConflictError):
        world.ask(world.near, "acme.lamp, as I said before", "acme.lamp")


def test_an_open_wish_is_taken_back_and_an_answered_one_stays(world: World) -> None:
    first, second = world.ask(world.near), world.ask(world.near, WORDS, "acme.lamp")
    world.answer(world.csp, second, Answer(words="In May."))
    with as_tenant(world.session, world.near.id):
        store.take_back(world.session, admin_of(world.near), first.id)
        with pytest.raises(ConflictError):
            store.take_back(world.session, admin_of(world.near), second.id)

    assert [one.id for one in world.mine(world.near)] == [second.id]


def test_nobody_but_the_provider_answers(world: World) -> None:
    wish = world.ask(world.near)

    with pytest.raises(NotFoundError):
        world.answer(world.reseller, wish, Answer(words="In May."))


def test_a_csp_has_nobody_to_ask(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.ask(world.csp)
