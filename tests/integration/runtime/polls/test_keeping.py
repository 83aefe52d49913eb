"""A polled block of others: its package is pinned, it calls with a connection, it keeps values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy.orm import Session, sessionmaker
from typing_extensions import override

from blocks.registry import Block, Standing
from blocks.sdk import Context, Outcome
from kernel.errors import InvalidError
from kernel.secrets import Vault
from runtime.flows.uses import flows_connecting_by
from runtime.step_state.store import list_kept
from tests.factories.connections import VAULT, make_connection
from tests.factories.flows import flow_document, step
from tests.factories.triggers import ADDRESS, among_standard, count_tickets, make_trigger
from tests.integration.runtime.polls.test_polling import World
from tests.support.polling import Tickets, make_poller, ticket_server
from tests.support.shelves import put_on_shelf

RENAMED: dict[str, Any] = {
    "config": {"type": "object", "additionalProperties": False, "properties": {"address": ADDRESS}},
    "migrations": [
        {"before": "2.0.0", "steps": [{"do": "rename", "from": "/url", "to": "/address"}]}
    ],
}


class Keeping(World):
    """A tenant whose workflow watches the tickets by the block of somebody else."""

    def __init__(
        self, sessions: sessionmaker[Session], tickets: Tickets, vault: Vault = VAULT
    ) -> None:
        super().__init__(sessions, tickets)
        self.poller = make_poller(sessions, vault=vault)
        hosts = (urlsplit(tickets.url).netloc,)
        self.within(lambda one: make_connection(one, self.tenant_id, vault=vault, hosts=hosts))
        self.publish(self.watching())

    def watching(self, version: str = "1.0.0", **config: Any) -> dict[str, Any]:
        """Write the workflow."""
        trigger = {
            "kind": "block",
            "block": "acme.watch",
            "version": version,
            "config": config or {"url": self.tickets.url},
            "connections": {"api": "Tickets"},
        }
        note = {"note": step("write-log", config={"message": "= trigger.key"})}
        return flow_document(note, ["new > note"], name="Tickets", triggers={"new": trigger})

    def install(self, *blocks: Block) -> None:
        """Have these blocks and no others of the publisher's, from now on."""
        put_on_shelf(self.sessions, among_standard(*blocks))

    def kept(self) -> dict[str, Any]:
        """Give what the trigger keeps."""
        where = (self.tenant_id, self.flow_id)
        found = self.within(lambda one: list_kept(one, *where, limit=100))
        return {one.key: one.value for one in found if one.step == "new"}

    @override
    def ask(self, *, after_s: float = 301, **parts: Any) -> None:
        super().ask(after_s=after_s, **parts)


@pytest.fixture
def tickets() -> Iterator[Tickets]:
    with ticket_server() as found:
        yield found


@pytest.fixture
def world(sessions: sessionmaker[Session], tickets: Tickets) -> Keeping:
    put_on_shelf(sessions, among_standard(make_trigger(count_tickets)))
    return Keeping(sessions, tickets)


def test_it_calls_with_the_connection_that_the_trigger_names(world: Keeping) -> None:
    world.ask()

    assert world.poll().problem == ""
    assert world.tickets.keys == ["canary-of-the-key"]


def test_what_it_keeps_is_there_at_the_next_look(world: Keeping) -> None:
    world.tickets.items = [{"id": 1}]
    world.ask()
    world.tickets.items = [{"id": 1}, {"id": 2}]
    world.ask()

    assert world.kept() == {"looks": 2, "seen": ["1", "2"]}
    assert world.keys() == ["1", "2"]


def test_a_look_that_is_not_written_keeps_nothing(world: Keeping) -> None:
    world.tickets.items = [{"id": 1}]

    world.ask(poller=make_poller(world.sessions, vault=VAULT, hold=lambda _: False))

    assert (world.kept(), world.keys()) == ({}, [])


def test_a_look_that_fails_keeps_nothing(world: Keeping) -> None:
    def fail(ctx: Context) -> Outcome:
        ctx.state.set("looks", 7)
        raise RuntimeError

    world.install(make_trigger(fail))
    world.ask()

    assert world.kept() == {}


def test_other_tenants_and_workflows_keep_their_own(
    world: Keeping, sessions: sessionmaker[Session], tickets: Tickets
) -> None:
    world.ask()
    other = Keeping(sessions, tickets)
    assert other.kept() == {}

    world.ask()

    assert (world.kept()["looks"], other.kept()["looks"]) == (2, 1)


def test_other_settings_keep_nothing_of_before(world: Keeping) -> None:
    world.ask()

    world.publish(world.watching(url=world.tickets.url + "?all"))

    assert (world.kept(), world.poll().cursor) == ({}, None)


def test_an_upgrade_that_migrates_the_settings_goes_on(world: Keeping) -> None:
    world.ask()
    newer = make_trigger(count_tickets, version="2.0.0", **RENAMED)
    world.install(make_trigger(count_tickets), newer)

    world.publish(world.watching("2.0.0", address=world.tickets.url))

    assert (world.kept()["looks"], world.poll().cursor) == (1, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"digest": "sha256:" + "2" * 64}, "another package", id="another package"),
        pytest.param({"standing": Standing.WITHDRAWN}, "was withdrawn", id="withdrawn"),
        pytest.param({"standing": Standing.HELD}, "is held", id="held"),
        pytest.param({"standing": Standing.HELD, "lets_finish": True}, "is held", id="may finish"),
    ],
)
def test_a_package_that_may_not_be_used_is_not_run_and_the_page_says_why(
    world: Keeping, change: dict[str, Any], said: str
) -> None:
    world.install(replace(make_trigger(count_tickets), **change))

    world.ask()

    assert world.tickets.asked == 0
    assert said in world.poll().problem


def test_a_block_that_is_gone_is_told(world: Keeping) -> None:
    world.install()

    world.ask()

    assert world.poll().problem == "The block acme.watch 1.0.0 is not installed."


@pytest.mark.parametrize("standing", [Standing.HELD, Standing.WITHDRAWN])
def test_one_that_may_not_be_used_is_refused_when_the_workflow_is_published(
    world: Keeping, standing: Standing
) -> None:
    world.install(make_trigger(count_tickets, standing=standing))

    with pytest.raises(InvalidError) as refused:
        world.publish(world.watching())

    assert [one.pointer for one in refused.value.problems] == ["/triggers/new/version"]


@pytest.mark.parametrize(
    ("named", "pointer"),
    [
        pytest.param({}, "/triggers/new/connections/api", id="none"),
        pytest.param({"api": "Gone"}, "/triggers/new/connections/api", id="no such"),
        pytest.param(
            {"api": "Tickets", "b": "Tickets"}, "/triggers/new/connections/b", id="no such slot"
        ),
    ],
)
def test_connections_that_do_not_fit_are_refused_at_their_slot(
    world: Keeping, named: dict[str, str], pointer: str
) -> None:
    document = world.watching()
    document["triggers"]["new"]["connections"] = named

    with pytest.raises(InvalidError) as refused:
        world.publish(document)

    assert [one.pointer for one in refused.value.problems] == [pointer]


def test_a_connection_that_a_trigger_names_is_in_use(world: Keeping) -> None:
    found = world.within(lambda one: flows_connecting_by(one, world.tenant_id, "Tickets"))

    assert found == ["Tickets"]
