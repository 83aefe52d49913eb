"""Pages of roll-outs, holds, freezes and recalls: what each side sees, and what it may do there."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from marketplace.rollouts.forms import filled
from marketplace.rollouts.model import Plan
from marketplace.rollouts.rounds import due_rollouts, look
from tenancy.organisations import OrganisationView
from tenancy.scope import system
from tests.factories.market import begin_trust, breaking, bring, install, publish, release, say
from tests.factories.organisations import make_below
from tests.factories.tenancy import make_csp
from tests.integration.conftest import SignedIn

PLAN = {name: "true" if one is True else str(one) for name, one in filled(Plan()).items()}


@dataclass
class World:
    """A CSP, a customer whose workflow breaks by 2.0.0 and fits 1.1.0, and their browsers."""

    sessions: sessionmaker[Session]
    csp: OrganisationView
    customer: OrganisationView
    digests: dict[str, str]
    provider: FlaskClient
    tenant: FlaskClient

    def see(self, path: str) -> str:
        """Give a page of the CSP."""
        answer = self.provider.get(f"/t/{self.csp.slug}/marketplace{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def see_own(self, path: str) -> str:
        """Give a page of the customer."""
        answer = self.tenant.get(f"/t/{self.customer.slug}/marketplace{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def do(self, path: str, **form: str) -> str:
        """Send a form of the CSP; give where it leads."""
        answer = self.provider.post(f"/t/{self.csp.slug}/marketplace{path}", data=form)
        assert answer.status_code == 303, answer.text
        return answer.location.partition("/marketplace")[2]

    def go(self) -> None:
        """Do as the scheduler does."""
        with self.sessions() as session, system(session):
            due = due_rollouts(session, now=utc_now())
        for one in due:
            with self.sessions.begin() as session, system(session):
                look(session, one, now=utc_now())


@pytest.fixture
def world(app: Flask, sessions: sessionmaker[Session], signed_in: SignedIn) -> World:
    with sessions.begin() as session:
        csp = make_csp(session)
        customer = make_below(session, csp, name="Acme")
        begin_trust(session)
        packages = {"1.0.0": release("1.0.0"), "1.1.0": release("1.1.0"), "2.0.0": breaking()}
        digests = {name: bring(session, csp.id, one) for name, one in packages.items()}
        session.info.update(app.extensions["garland.services"].sessions.kw["info"])
        install(session, customer.id, digests["1.0.0"])
        publish(session, customer.id, {"say": say(tone="loud")}, name="Secret flow")
    whole = app.extensions["garland.services"].sessions
    both = signed_in("admin", csp), signed_in("admin", customer)
    return World(whole, csp, customer, digests, *both)


def test_a_version_is_chosen_weighed_and_rolled_out_and_its_page_says_who_is_where(
    world: World,
) -> None:
    assert "Nothing was rolled out yet" in world.see("/rollouts")
    assert world.digests["1.1.0"] in world.see("/rollouts/new").replace("%3A", ":")
    weighed = world.see(f"/rollouts/new/{world.digests['2.0.0']}")
    assert "a setting is refused" in weighed
    assert "Secret flow" not in weighed

    page = world.do(f"/rollouts/new/{world.digests['1.1.0']}", **{**PLAN, "rings": "100"})
    world.go()

    assert "1 of 1 moved" in world.see(page)
    assert "Pause" in world.see(page)
    assert "Under way" in world.see("/rollouts")
    assert world.do(f"{page}/roll-back", reason="No") == page
    world.go()
    assert "Taken back" in world.see(page)


def test_a_plan_that_cannot_be_taken_is_shown_again_with_what_is_wrong(world: World) -> None:
    address = f"/t/{world.csp.slug}/marketplace/rollouts/new/{world.digests['1.1.0']}"
    answer = world.provider.post(address, data={**PLAN, "rings": "7, 3"})

    assert answer.status_code == 422
    assert "growing shares" in answer.text
    assert 'value="7, 3"' in answer.text
    assert "Nothing was rolled out yet" in world.see("/rollouts")


def test_who_is_in_a_roll_out_reads_what_comes_what_it_breaks_and_freezes_it(world: World) -> None:
    page = world.do(f"/rollouts/new/{world.digests['2.0.0']}", **{**PLAN, "rings": "100"})
    world.go()

    coming = world.see_own("/versions")
    own = world.see_own(f"/versions/{world.digests['2.0.0']}")
    frozen = world.tenant.post(
        f"/t/{world.customer.slug}/marketplace/versions/freezes",
        data={"block": "acme.say", "reason": "Our festival"},
    )
    assert "Kept back" in coming
    assert world.csp.name in coming
    assert "Secret flow" in own
    assert "/steps/say/config/tone" in own
    assert frozen.status_code == 303
    assert "Our festival" in world.see_own("/versions")
    assert "Our festival" not in world.see(page)


def test_nothing_is_frozen_before_something_is_chosen(world: World) -> None:
    freezes = f"/t/{world.customer.slug}/marketplace/versions/freezes"

    nothing = world.tenant.post(freezes, data={"block": "", "reason": "Our festival"})
    every = world.tenant.post(freezes, data={"block": "*"})

    assert nothing.status_code == 422
    assert "Choose a block, or every block" in nothing.text
    assert 'value="Our festival"' in nothing.text
    assert every.status_code == 303
    assert "<strong>Every block</strong>" in world.see_own("/versions")


def test_a_provider_holds_a_block_and_lets_it_go_on(world: World) -> None:
    assert world.do("/holds", block="acme.say", reason="We look at it") == "/holds"
    held = world.see("/holds")
    [lift] = re.findall(r"/marketplace(/holds/[0-9a-f-]+/release)", held)

    assert "We look at it" in held
    world.do(lift)
    assert "Nothing is held" in world.see("/holds")


def test_a_recall_is_confirmed_by_the_blocks_id_and_both_sides_read_of_it(world: World) -> None:
    ask = f"/recalls/new/{world.digests['1.0.0']}"
    assert "Live workflows" in world.see(ask)
    form = {"reason": "It leaks", "running": "stop", "typed": "acme"}
    refused = world.provider.post(f"/t/{world.csp.slug}/marketplace{ask}", data=form)
    assert refused.status_code == 422
    assert "acme.say, to say that you mean it" in refused.text
    assert "Nothing was recalled" in world.see("/recalls")

    page = world.do(ask, **{**form, "typed": "acme.say"})

    assert "It leaks" in world.see(page)
    assert "It leaks" in world.see_own("/versions/recalls")


def test_what_could_not_be_done_with_a_recall_is_told_on_its_page_afterwards(
    world: World,
) -> None:
    world.do(f"/rollouts/new/{world.digests['1.1.0']}", **{**PLAN, "rings": "100"})
    ask = f"/recalls/new/{world.digests['1.0.0']}"
    to = world.digests["2.0.0"]
    page = world.do(ask, reason="It leaks", running="stop", typed="acme.say", to=to)

    assert "Could not be done, replacement" in world.see(page)
    assert "Not all done" in world.see("/recalls")


def test_who_looks_after_nobody_has_no_such_pages(world: World) -> None:
    for path in ("rollouts", "rollouts/new", "recalls", "holds"):
        answer = world.tenant.get(f"/t/{world.customer.slug}/marketplace/{path}")
        assert answer.status_code in (403, 404)
