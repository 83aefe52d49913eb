"""What a provider lent stays its provider's where it is installed: what it decided holds on."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs import offering, store
from blocks.installs.curated import CURATION
from blocks.installs.deciding import DECISIONS_ON_SETTINGS, note_decisions
from blocks.installs.model import InstallView
from blocks.installs.registry import SHELF, Shelf, registry_of
from blocks.registry import Standing
from blocks.sdk import Context, Emit
from kernel.errors import NotFoundError
from marketplace.browse.installs import taking
from marketplace.browse.showing import show
from marketplace.catalogue import curating
from marketplace.catalogue.deciding import CatalogueDecides
from marketplace.catalogue.keeping_back import CatalogueKeepsBack
from tenancy._tables import Organisation
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.installs import make_package
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON, make_csp

WHO: dict[str, Any] = {"by": "Ann", "now": NOON}
OWN = "north.say"
WORD = {"type": "string", "title": "Word", "default": "x"}
CONFIG = {"type": "object", "additionalProperties": False, "properties": {"word": WORD}}


class World:
    """A CSP that lends a block and hides a setting of it, and a customer below it."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.sessions = sessions
        with sessions.begin() as session:
            self.csp = make_csp(session)
            self.customer = make_below(session, self.csp)
        self.digest = self.lend(self.csp, "sesame")

    def lend(self, csp: OrganisationView, hides: str, **changes: Any) -> str:
        """Offer the block with a setting that is hidden; give its digest."""
        package = make_package(id=OWN, publisher="north", config=CONFIG, **changes)
        with self.sessions.begin() as session, as_tenant(session, csp.id):
            digest = offering.upload(session, csp.id, package, **WHO).digest
            who = admin_of(csp)
            curating.set_private(session, who, OWN, {"digests": [digest]}, now=NOON)
            preset = {"name": "word", "hold": "hidden", "value": hides}
            curating.set_offer(session, who, OWN, {"presets": [preset]}, now=NOON)
        return digest

    def install(self, *, by_page: bool = False) -> InstallView:
        """Let the customer install it, on its page of the marketplace or as any other package."""
        mine = self.customer.id
        with self.sessions.begin() as session, as_tenant(session, mine):
            if not by_page:
                return store.install(session, mine, self.digest, consents=True, **WHO)
            shown = show(session, mine, OWN, now=NOON)
            agreed = taking.Agreed(seen=shown.mark, consents=True, by="Ann")
            return taking.install_block(session, mine, shown, agreed, now=NOON)

    def hidden(self) -> dict[str, Any]:
        """Give what is hidden from the customer and handed to the block's code."""
        with self.sessions() as session, as_tenant(session, self.customer.id):
            block = registry_of(session, self.customer.id).find(OWN, "1.0.0")
        assert block is not None
        return block.decided.hidden if block.decided is not None else {}


@pytest.fixture
def world(sessions: sessionmaker[Session], tmp_path: Path) -> World:
    known = {CURATION: CatalogueKeepsBack(), DECISIONS_ON_SETTINGS: CatalogueDecides()}
    shelf = Shelf(tmp_path / "blocks", lambda *_: _nothing)
    sessions.configure(info={SHELF: shelf, **known})
    return World(sessions)


def _nothing(_: Context) -> Emit:
    return Emit("done", {})


@pytest.mark.parametrize("by_page", [False, True])
def test_however_it_is_installed_what_is_hidden_reaches_it(world: World, by_page: bool) -> None:
    assert world.install(by_page=by_page).state is Standing.INSTALLED
    assert world.hidden() == {"word": "sesame"}


def test_from_its_page_it_does_not_become_ones_own(world: World) -> None:
    made, mine = world.install(by_page=True), world.customer.id
    with world.sessions.begin() as session, as_tenant(session, world.csp.id):
        curating.remove_private(session, admin_of(world.csp), OWN, now=NOON)

    with world.sessions.begin() as session, as_tenant(session, mine):
        store.uninstall(session, mine, made.id, used_by=lambda *_: (), now=NOON)
    with pytest.raises(NotFoundError):
        world.install()


def test_who_brings_the_same_bytes_frees_itself_of_nothing(world: World) -> None:
    made, mine = world.install(), world.customer.id
    package = make_package(id=OWN, publisher="north", config=CONFIG)
    with world.sessions.begin() as session, as_tenant(session, mine):
        assert offering.upload(session, mine, package, **WHO).digest == world.digest
        store.hold(session, mine, made.id, reason="", lets_finish=True, now=NOON)
        released = store.release(session, mine, made.id, now=NOON)

    assert (released.state, world.hidden()) == (Standing.INSTALLED, {"word": "sesame"})


def test_an_offer_that_is_removed_decides_nothing_any_more(world: World) -> None:
    world.install()
    with world.sessions.begin() as session, as_tenant(session, world.csp.id):
        curating.remove_offer(session, admin_of(world.csp), OWN, now=NOON)

    assert world.hidden() == {}


def test_what_another_provider_hides_does_not_reach_the_code_of_one_that_was_left(
    world: World,
) -> None:
    world.install()
    with world.sessions.begin() as session:
        other = make_csp(session)
    world.lend(other, "not yours", summary="Says another word.")
    with world.sessions.begin() as session:
        session.get_one(Organisation, world.customer.id).parent_id = other.id
        note_decisions(session)

    assert world.hidden() == {}


def test_what_was_brought_as_ones_own_is_told_nothing(world: World) -> None:
    mine: UUID = world.customer.id
    package = make_package(id=OWN, publisher="north", config=CONFIG, summary="Says what I want.")
    with world.sessions.begin() as session, as_tenant(session, mine):
        digest = offering.upload(session, mine, package, **WHO).digest
        store.install(session, mine, digest, consents=True, **WHO)

    assert world.hidden() == {}
