"""What blocks do to alarms: once with their step, whole or not at all, in their own tenant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from blocks.manifest import parse_manifest
from blocks.registry import Block, Registry, standard_registry
from blocks.sdk import Context, Outcome
from kernel.secrets import Vault, new_key
from runtime.alarms._tables import AlarmRow
from runtime.alarms.documents import AlarmView
from runtime.alarms.intake.limits import TooManyEventsError
from runtime.alarms.sources.store import create_source
from runtime.alarms.store import get_alarm, group_under, history_of, shelve
from runtime.runs import alarm_effects, leased
from runtime.runs import drain as drain_module
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.flows import step
from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.engine.test_desks import STAND_IN
from tests.support.shelves import put_on_shelf

CALL = {
    "call": step(
        "http-request",
        config={"method": "GET", "url": "https://a.example"},
        retry={"max": 1, "base_s": 1, "jitter": 0},
    )
}
DEEDS: Mapping[str, Callable[[AlarmView], bool]] = {
    "clear-alarm": lambda alarm: not alarm.is_active,
    "shelve-alarm": lambda alarm: alarm.shelved_reason == "Put aside by a workflow",
    "unshelve-alarm": lambda alarm: not alarm.is_shelved,
    "acknowledge-alarm": lambda alarm: alarm.is_acknowledged,
    "unacknowledge-alarm": lambda alarm: not alarm.is_acknowledged,
    "ungroup-alarm": lambda alarm: alarm.parent_id is None,
}


def make(bench: Bench, name: str = "BER1") -> UUID:
    with bench.writing() as session:
        return make_alarm(session, bench.tenant_id, name)


def alarm(bench: Bench, alarm_id: UUID) -> AlarmView:
    with bench.writing() as session:
        return get_alarm(session, bench.tenant_id, alarm_id)


def kinds(bench: Bench, alarm_id: UUID) -> list[str]:
    """List what happened to an alarm since it was raised, oldest first."""
    with bench.writing() as session:
        found = history_of(session, bench.tenant_id, alarm_id)
    return [one.kind for one in reversed(found)][1:]


def on(block: str, alarm_id: Any, **config: Any) -> dict[str, Any]:
    return {"do": step(block, config=config, input={"alarm_id": str(alarm_id)})}


def put(bench: Bench, run: Callable[[Context], Outcome]) -> None:
    """Let steps that call an address run this code instead; they may touch alarms."""
    permissions = [{"name": "alarms", "reason": "For tests"}]
    behaviour = {"effects": "write", "timeout_s": 9}
    manifest = parse_manifest({**STAND_IN, "permissions": permissions, "behaviour": behaviour})
    block = Block(manifest=manifest, run=run, folder=Path())
    others = [one for one in standard_registry().all() if one.manifest.id != STAND_IN["id"]]
    put_on_shelf(bench.sessions, Registry([*others, block]))


@pytest.mark.parametrize("block", DEEDS)
def test_a_block_does_its_deed_and_doing_it_again_changes_nothing(bench: Bench, block: str) -> None:
    one, parent = make(bench), make(bench, "BER2")
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        group_under(*where, parent, [one], by="Ann", now=bench.now)
        if block != "shelve-alarm":
            until = bench.now + timedelta(hours=2)
            shelve(*where, one, until=until, reason="work", by="Ann", now=bench.now)
    if block == "unacknowledge-alarm":
        bench.run(bench.publish(on("acknowledge-alarm", one), ["hand > do"]))
    flow = bench.publish(on(block, one), ["hand > do"])

    runs = [bench.run(flow) for _ in range(2)]

    assert [bench.steps(run)[0].port for run in runs] == ["done", "done"]
    assert DEEDS[block](alarm(bench, one))
    assert len(set(kinds(bench, one))) == len(kinds(bench, one))


def test_alarms_are_grouped_under_their_cause_and_those_that_are_gone_are_told(
    bench: Bench,
) -> None:
    cause, child, gone = make(bench), make(bench, "BER2"), uuid4()
    given = {"parent_id": str(cause), "alarms": [{"id": str(child)}, str(cause), str(gone)]}
    flow = bench.publish({"do": step("group-alarms", input=given)}, ["hand > do"])

    output = bench.output(bench.run(flow), "do")

    told = {"parent_id": str(cause), "grouped": [str(child)], "missing": [str(gone)]}
    assert (output, alarm(bench, child).parent_id) == (told, cause)


def test_a_workflow_signs_what_it_does_with_its_name(bench: Bench) -> None:
    one = make(bench)

    bench.run(bench.publish(on("comment-alarm", one, text="seen"), ["hand > do"], name="Watch"))

    with bench.writing() as session:
        newest = history_of(session, bench.tenant_id, one)[0]
    assert (newest.kind, newest.by, newest.facts["comment"]) == (
        "commented",
        "workflow Watch",
        "seen",
    )


@pytest.mark.parametrize("block", [*DEEDS, "comment-alarm"])
def test_an_alarm_of_another_tenant_is_not_there(bench: Bench, block: str) -> None:
    with bench.sessions.begin() as session:
        other = make_customer(session).id
        with as_tenant(session, other):
            theirs = make_alarm(session, other)
    config = {"text": "x"} if block == "comment-alarm" else {}

    run = bench.run(bench.publish(on(block, theirs, **config), ["hand > do"]))

    with bench.sessions.begin() as session, as_tenant(session, other):
        assert [one.kind for one in history_of(session, other, theirs)] == ["created"]
    assert bench.steps(run)[0].port == "missing"


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param(lambda ctx, theirs, _: ctx.alarms.clear(theirs), id="clear"),
        pytest.param(lambda ctx, theirs, mine: ctx.alarms.group(mine, [theirs]), id="child"),
        pytest.param(lambda ctx, theirs, mine: ctx.alarms.group(theirs, [mine]), id="parent"),
        pytest.param(lambda ctx, theirs, _: ctx.alarms.ungroup(theirs), id="ungroup"),
        pytest.param(lambda ctx, _, __: ctx.alarms.resync("theirs", [{}]), id="source"),
    ],
)
def test_a_block_that_names_what_is_another_tenants_fails_and_changes_nothing(
    bench: Bench, wish: Callable[[Context, str, str], None]
) -> None:
    mine = make(bench)
    with bench.sessions.begin() as session:
        other = make_customer(session).id
        with as_tenant(session, other):
            theirs = make_alarm(session, other)
            vault = Vault([new_key()])
            create_source(session, other, kind="json", name="theirs", vault=vault, now=bench.now)

    def run(ctx: Context) -> Outcome:
        ctx.alarms.comment(str(mine), "hello")
        wish(ctx, str(theirs), str(mine))
        return ctx.emit("done")

    put(bench, run)
    failed = bench.run(bench.publish(CALL, ["hand > call"]))

    assert (bench.view(failed).error or {})["code"] == "core.not_found"
    assert kinds(bench, mine) == []


def purge(session: Session, alarm_id: UUID) -> None:
    session.execute(delete(AlarmRow).where(AlarmRow.id == alarm_id))


def test_an_alarm_that_is_purged_while_the_step_works_fails_it_and_says_so(bench: Bench) -> None:
    one, kept = make(bench), make(bench, "BER2")

    def run(ctx: Context) -> Outcome:
        assert ctx.alarms.get(str(one)) is not None
        with bench.writing() as session:
            purge(session, one)
        ctx.alarms.comment(str(kept), "first")
        ctx.alarms.clear(str(one))
        return ctx.emit("done")

    put(bench, run)
    error = bench.view(bench.run(bench.publish(CALL, ["hand > call"]))).error or {}

    assert error["message"] == (
        f"no such alarm: it is gone, or never was (the step wished to clear the alarm {one})"
    )
    assert kinds(bench, kept) == []


def test_a_group_that_would_be_a_ring_fails_the_step_and_names_the_reason(bench: Bench) -> None:
    top, low = make(bench), make(bench, "BER2")
    with bench.writing() as session:
        group_under(session, bench.tenant_id, top, [low], by="Ann", now=bench.now)
    given = {"parent_id": str(low), "alarms": [str(top)]}
    flow = bench.publish({"do": step("group-alarms", input=given)}, ["hand > do"])

    error = bench.view(bench.run(flow)).error or {}

    assert "an alarm cannot be under itself" in error["message"]
    assert alarm(bench, low).parent_id == top


def test_a_crash_before_the_commit_leaves_the_alarm_and_the_next_worker_does_it_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make(bench)
    bench.start(bench.publish(on("clear-alarm", one, comment="over"), ["hand > do"]))

    def crash(*_: Any) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(drain_module, "write_runs", crash)
        with pytest.raises(SystemExit):
            bench.drain.advance_batch(now=bench.now)
    before = kinds(bench, one)
    bench.go()

    assert (before, kinds(bench, one)) == ([], ["commented", "cleared"])


def test_a_step_that_two_workers_performed_counts_once(bench: Bench) -> None:
    one = make(bench)

    def run(ctx: Context) -> Outcome:
        ctx.alarms.comment(str(one), "looked at")
        return ctx.emit("done")

    put(bench, run)
    bench.start(bench.publish(CALL, ["hand > call"]))
    bench.drain.advance_batch(now=bench.now)
    claims = [bench.pool.claim(now=bench.now)]
    bench.now += timedelta(seconds=leased.LEASE_S + 1)
    claims.append(bench.pool.claim(now=bench.now))

    written = [bench.pool.perform(one) for one in claims if one is not None]
    bench.go()

    assert written == [False, True]
    assert kinds(bench, one) == ["commented"]


def test_a_step_that_raises_too_much_for_now_is_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = [TooManyEventsError("too fast", retry_after_s=7)]

    def admit(*_: Any) -> None:
        if refused:
            raise refused.pop()

    def run(ctx: Context) -> Outcome:
        ctx.alarms.raise_alarm({"managed_object": "X", "perceived_severity": "minor"})
        return ctx.emit("done")

    monkeypatch.setattr(alarm_effects, "admit_events", admit)
    put(bench, run)
    started = bench.run(bench.publish(CALL, ["hand > call"]))
    bench.go(after_s=6)
    waiting = bench.view(started).state.value
    bench.go(after_s=2)

    assert (waiting, bench.view(started).state.value) == ("running", "succeeded")
