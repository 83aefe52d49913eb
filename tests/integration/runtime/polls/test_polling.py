"""Triggers that a block watches for: a run for each event, once; failures told and waited out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.sdk import BlockError
from kernel.errors import InvalidError
from runtime.alarms._tables import JournalEntry
from runtime.flows.versions import get_flow, publish_flow, save_draft, set_paused
from runtime.limits.rates import Rates
from runtime.limits.store import change_limits
from runtime.polls.marks import Poll, polls_of_flow
from runtime.polls.poller import ALARM_AFTER, Poller, shared_out
from runtime.runs._tables import Run
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_customer
from tests.support.polling import Tickets, make_poller, ticket_server


@pytest.fixture
def tickets() -> Iterator[Tickets]:
    with ticket_server() as found:
        yield found


def polled(url: str, **parts: Any) -> dict[str, Any]:
    config = {"url": url, "items": "/open", "first": "start", **parts}
    trigger = {"kind": "block", "block": "garland.poll-http", "version": "1.0.0", "config": config}
    note = {"note": step("write-log", config={"message": "= trigger.key"})}
    return flow_document(note, ["new > note"], name="Tickets", triggers={"new": trigger})


class World:
    """A tenant whose workflow watches the tickets."""

    def __init__(self, sessions: sessionmaker[Session], tickets: Tickets) -> None:
        self.sessions, self.tickets, self.now = sessions, tickets, NOON
        self.poller = make_poller(sessions)
        with sessions.begin() as session:
            self.tenant_id = make_customer(session).id
        self.flow_id = self.within(
            lambda session: make_flow(session, self.tenant_id, polled(tickets.url)).id
        )

    def within(self, deed: Callable[[Session], Any]) -> Any:
        """Do something as the tenant."""
        with self.sessions.begin() as session, as_tenant(session, self.tenant_id):
            return deed(session)

    def ask(self, *, after_s: float = 0, poller: Poller | None = None) -> None:
        """Let time pass and ask what is due."""
        self.now += timedelta(seconds=after_s)
        (poller or self.poller).round(now=self.now)

    def keys(self) -> list[str]:
        """Give what started runs, sorted."""
        triggers = self.within(lambda session: session.scalars(select(Run.trigger)).all())
        return sorted(one["key"] for one in triggers)

    def poll(self) -> Poll:
        """Give the poll as it stands."""
        found = self.within(lambda one: polls_of_flow(one, self.tenant_id, self.flow_id))
        return found["new"]  # type: ignore[no-any-return]

    def publish(self, document: dict[str, Any]) -> None:
        """Publish another version."""

        def publish(session: Session) -> None:
            where = (session, self.tenant_id, self.flow_id)
            revision = get_flow(*where).draft_revision
            save_draft(
                *where, document=document, expected_revision=revision, by="Ann", now=self.now
            )
            publish_flow(*where, by="Ann", now=self.now)

        self.within(publish)

    def alarms(self) -> list[str]:
        """Give the severities of what was told of the trigger, in order."""
        wanted = select(JournalEntry.event).order_by(JournalEntry.seq)
        found = self.within(lambda session: session.scalars(wanted).all())
        return [one["perceived_severity"] for one in found]


@pytest.fixture
def world(sessions: sessionmaker[Session], tickets: Tickets) -> World:
    return World(sessions, tickets)


def test_each_new_entry_starts_one_run_that_sees_it(world: World) -> None:
    world.tickets.items = [{"id": 1, "text": "down"}]
    world.ask()
    world.tickets.items = [{"id": 1, "text": "down"}, {"id": 2}]
    world.ask(after_s=301)
    world.ask(after_s=301)

    assert world.keys() == ["1", "2"]
    (first,) = world.within(lambda one: one.scalars(select(Run).where(Run.subject == "1")).all())
    assert first.trigger["event"] == {"id": 1, "text": "down"}
    assert (first.trigger_kind, first.trigger_id) == ("block", "new")


def test_nothing_is_asked_before_its_time(world: World) -> None:
    world.ask()
    world.ask(after_s=299)

    assert world.tickets.asked == 1


def test_two_that_ask_at_the_same_moment_start_each_run_once(world: World) -> None:
    world.tickets.items = [{"id": n} for n in range(20)]
    pollers = [make_poller(world.sessions) for _ in range(4)]
    threads = [threading.Thread(target=world.ask, kwargs={"poller": one}) for one in pollers]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(world.keys()) == 20
    assert world.poll().turn == 1


def test_who_no_longer_leads_writes_nothing(world: World) -> None:
    world.tickets.items = [{"id": 1}]

    world.ask(poller=make_poller(world.sessions, hold=lambda _: False))

    assert (world.keys(), world.poll().turn) == ([], 0)


def test_an_entry_that_comes_back_starts_no_second_run(world: World) -> None:
    for items in ([{"id": 1}], [], [{"id": 1}]):
        world.tickets.items = items
        world.ask(after_s=301)

    assert world.keys() == ["1"]


def test_a_paused_workflow_is_not_asked_for_and_misses_nothing(world: World) -> None:
    where = (world.tenant_id, world.flow_id)
    world.within(lambda one: set_paused(one, *where, paused=True, now=NOON))
    world.tickets.items = [{"id": 1}]
    world.ask()
    assert world.tickets.asked == 0

    world.within(lambda one: set_paused(one, *where, paused=False, now=NOON))
    world.ask(after_s=31)

    assert world.keys() == ["1"]


def test_a_failing_poll_waits_longer_each_time_and_says_why(world: World) -> None:
    world.tickets.status = 404
    pauses = []
    for _ in range(4):
        world.now = world.poll().due_at
        world.ask()
        pauses.append((world.poll().due_at - world.now).total_seconds())

    assert pauses == [300, 600, 1200, 2400]
    assert (world.poll().failures, world.poll().problem) == (4, "The address answered 404.")


def test_failing_again_and_again_raises_one_alarm_which_success_clears(world: World) -> None:
    world.tickets.status = 404
    for _ in range(ALARM_AFTER + 2):
        world.now = world.poll().due_at
        world.ask()
    assert world.alarms() == ["minor"]

    world.tickets.status = 200
    world.now = world.poll().due_at
    world.ask()

    assert world.alarms() == ["minor", "cleared"]
    assert (world.poll().failures, world.poll().problem) == (0, "")


def test_publishing_other_settings_begins_anew_and_the_same_go_on(world: World) -> None:
    world.tickets.items = [{"id": 1}]
    world.ask()
    assert world.poll().cursor == ["1"]

    world.publish({**polled(world.tickets.url), "vars": {"n": 1}})
    assert world.poll().cursor == ["1"]

    world.publish(polled(world.tickets.url, id="/text"))
    assert world.poll().cursor is None


def test_a_trigger_that_is_gone_is_forgotten(world: World) -> None:
    note = {"note": step("write-log", config={"message": "hand"})}
    world.publish(flow_document(note, ["hand > note"], name="Tickets"))

    found = world.within(lambda one: polls_of_flow(one, world.tenant_id, world.flow_id))

    assert found == {}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        pytest.param({"block": "garland.end"}, "/triggers/new/block", id="a block that is a step"),
        pytest.param({"block": "acme.gone"}, "/triggers/new/block", id="no such block"),
        pytest.param({"config": {}}, "/triggers/new/config/url", id="a setting is missing"),
        pytest.param(
            {"config": {"url": "= vars.url"}}, "/triggers/new/config/url", id="an expression"
        ),
        pytest.param({"every_s": 5}, "/triggers/new/every_s", id="too often"),
    ],
)
def test_a_trigger_that_cannot_be_asked_is_refused(
    world: World, change: dict[str, Any], pointer: str
) -> None:
    document = polled(world.tickets.url)
    document["triggers"]["new"] |= change

    with pytest.raises(InvalidError) as refused:
        world.publish(document)

    assert pointer in [one.pointer for one in refused.value.problems]


def test_a_block_that_starts_workflows_is_no_step(world: World) -> None:
    config = {"url": "https://example.net/"}
    steps = {"poll": step("poll-http", config=config)}

    with pytest.raises(InvalidError) as refused:
        world.publish(flow_document(steps, ["hand > poll"], name="Tickets"))

    assert "use it as a trigger" in refused.value.problems[0].message


def test_the_tenants_polls_are_its_own(
    world: World, sessions: sessionmaker[Session], tickets: Tickets
) -> None:
    other = World(sessions, tickets)

    found = other.within(lambda one: polls_of_flow(one, other.tenant_id, world.flow_id))

    assert found == {}


def test_who_asks_for_a_pause_without_end_is_asked_again_after_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> Any:
        raise BlockError("tickets.busy", "Later", retryable=True, retry_after_s=1e300)

    monkeypatch.setattr("runtime.block_triggers.asking.perform", busy)
    world.ask()

    assert world.poll().problem == "Later"
    assert world.poll().due_at == world.now + timedelta(days=1)


def test_its_calls_are_counted_as_those_of_steps(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = Rates()
    monkeypatch.setattr("runtime.block_triggers.asking.rates_of", lambda _: rates)
    limits = {"calls_per_s": 0.1}
    world.within(lambda one: change_limits(one, world.tenant_id, limits, by="Ann", now=NOON))

    world.ask()
    world.ask(after_s=301)

    assert world.tickets.asked == 1
    assert world.poll().failures == 1
    assert world.poll().problem.startswith("Too many calls to http://127.0.0.1:")


def test_a_block_that_breaks_the_poller_is_put_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr("runtime.block_triggers.asking.perform", broken)
    world.ask()

    assert world.poll().due_at > world.now


def test_one_tenant_has_some_of_a_rounds_looks_and_leaves_the_others_room(world: World) -> None:
    mine = world.poll()
    others = replace(mine, tenant_id=UUID(int=1))

    assert shared_out([mine] * 10 + [others] * 2) == [mine] * 4 + [others] * 2
