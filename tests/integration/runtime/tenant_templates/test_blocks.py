"""Installed blocks come along with what uses them, where somebody vouches for them."""

from __future__ import annotations

import pytest

from blocks.installs import offering
from blocks.installs.store import list_installs
from blocks.packages.package import read_package, sign_package
from blocks.packages.trusted import add_publisher, add_release, found_trust
from kernel.errors import InvalidError
from runtime.flows.installing import install
from tenancy.scope import as_tenant, system
from tests.factories.flows import flow_document, make_flow
from tests.factories.installs import REACHES_OUT, make_package
from tests.factories.packages import KEY, ROOT_KEY
from tests.factories.tenancy import NOON
from tests.integration.runtime.tenant_templates.conftest import World

SAY = {"block": "acme.say", "version": "1.0.0", "config": {"word": "hi"}}
SAYS = "workflow/say-it"


def use_block(world: World, data: bytes) -> None:
    """Let the CSP's workspace install a block, and publish a workflow that uses it."""
    where = (world.session, world.csp.id)
    with as_tenant(*where):
        package = offering.upload(*where, data, by="Nora", now=NOON)
        install(*where, package.digest, consents=True, by="Nora", now=NOON)
        make_flow(*where, flow_document({"it": SAY}, ["hand > it"], name="Say it"))


def test_a_block_that_is_vouched_for_is_there_before_what_uses_it_goes_live(world: World) -> None:
    data = sign_package(make_package(permissions=REACHES_OUT), KEY)
    with system(world.session):
        found_trust(world.session, ROOT_KEY, now=NOON)
        add_publisher(world.session, ROOT_KEY, "acme", KEY.public_key(), now=NOON)
        add_release(world.session, ROOT_KEY, read_package(data), now=NOON)
    use_block(world, data)

    customer = world.customer(world.make(SAYS))

    with as_tenant(world.session, customer.id):
        installs = list_installs(world.session, customer.id)
    assert [(one.manifest.id, one.is_signed) for one in installs] == [("acme.say", True)]
    assert world.flows(customer.id)["say-it"].live_number == 1


def test_a_block_in_development_is_refused_by_name(world: World) -> None:
    use_block(world, make_package())

    with pytest.raises(InvalidError) as refused:
        world.take(SAYS)

    assert "Say a word 1.0.0 is in development" in refused.value.problems[0].message
