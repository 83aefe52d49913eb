"""Alarms that workflows raise: by the journal like any other, seen by rules, never for ever."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from blocks.sdk import Context, Outcome
from kernel.clock import format_instant
from kernel.secrets import Vault, new_key
from runtime.alarms.documents import AlarmView
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.alarms.sources.store import create_source, pause_source
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.engine.test_alarm_deeds import CALL, put

EVENT = {"managed_object": "BER1", "perceived_severity": "major", "specific_problem": "Down"}


def go(bench: Bench) -> None:
    """Let runs and alarms do to each other whatever they do, until they come to rest."""
    with Matcher() as matcher:
        for _ in range(40):
            bench.go()
            with bench.sessions.begin() as session:
                if not correlate_batch(session, matcher=matcher, now=bench.now):
                    return
    raise AssertionError("it never comes to rest")


def alarms(bench: Bench, state: str = "active") -> list[AlarmView]:
    with bench.writing() as session:
        found = list_alarms(session, bench.tenant_id, AlarmFilter(state=state))
    return sorted(found, key=lambda one: (one.managed_object, one.source))


def rule(bench: Bench, flow: str, when: dict[str, Any], *, on: list[str] | None = None) -> None:
    document = {
        "rule": 1,
        "name": f"Start {flow}",
        "when": when,
        "then": [{"do": "start", "flow": flow}],
        **({"on": on} if on else {}),
    }
    with bench.writing() as session:
        made = create_rule(session, bench.tenant_id, document=document, by="Ann", now=bench.now)
        publish_rule(session, bench.tenant_id, made.id, mode=Mode.LIVE, by="Ann", now=bench.now)


def send(bench: Bench, **said: Any) -> None:
    at = format_instant(bench.now)
    event = parse_event({**EVENT, "source": "probe", "raised_at": at, **said})
    with bench.writing() as session:
        append(session, bench.tenant_id, [event], now=bench.now)


def raising(name: str, severity: str = "major", **config: Any) -> dict[str, Any]:
    said = {"specific_problem": "On backup", "perceived_severity": severity, **config}
    return {"raise": step("raise-alarm", config=said, input={"managed_object": name})}


def codes(bench: Bench, flow: UUID) -> list[str]:
    return [(one.error or {}).get("code", "") for one in bench.runs_of(flow)]


def test_raising_again_is_another_event_of_the_same_alarm_and_over_ends_it(bench: Bench) -> None:
    flow = bench.publish(raising("ZRH1"), ["hand > raise"], name="Watch lines")
    for _ in range(2):
        bench.run(flow)
    go(bench)
    (raised,) = alarms(bench)

    bench.republish(flow, raising("ZRH1", "cleared"), ["hand > raise"])
    bench.run(flow)
    go(bench)

    assert (raised.source, raised.count, raised.title) == ("workflow:watch-lines", 2, "On backup")
    assert [one.id for one in alarms(bench, "cleared")] == [raised.id]


def test_a_key_tells_alarms_apart_that_say_the_same(bench: Bench) -> None:
    for key in ("north", "south", "north"):
        bench.run(bench.publish(raising("ZRH1", key=key), ["hand > raise"], name="Watch"))
    go(bench)

    assert len({one.condition_id for one in alarms(bench)}) == len(alarms(bench))
    assert len(alarms(bench)) == 3  # two workflows of one name are two sources


def test_what_cannot_be_an_alarm_fails_the_step_and_names_the_field(bench: Bench) -> None:
    def run(ctx: Context) -> Outcome:
        ctx.alarms.raise_alarm({"managed_object": "X"})
        return ctx.emit("done")

    put(bench, run)
    error = bench.view(bench.run(bench.publish(CALL, ["hand > call"]))).error or {}
    go(bench)

    assert error["code"] == "runtime.alarm_rejected"
    assert "perceived_severity" in error["message"]
    assert alarms(bench) == []


def test_many_alarms_of_one_cause_become_one_problem(bench: Bench) -> None:
    """End to end: a rule starts it; it finds, raises, and a rule on what it raised groups."""
    found = {"probable_cause": "= trigger.alarm.probable_cause", "source": "probe"}
    steps = {
        "find": step("find-alarms", config={**found, "severities": ["major", "critical"]}),
        "many": step("branch", config={"when": "steps.find.output.count > 2"}),
        **raising("site ZRH", "critical", attributes={"cause": "= trigger.alarm.probable_cause"}),
    }
    bench.publish(steps, ["rule > find", "find:found > many", "many:yes > raise"], name="Watch")
    again = {**found, "probable_cause": "= trigger.alarm.attributes.cause"}
    group = {
        "find": step("find-alarms", config=again),
        "group": step("group-alarms", input={"alarms": "= steps.find.output.alarms"}),
    }
    bench.publish(group, ["rule > find", "find:found > group"], name="Gather")
    rule(bench, "watch", {"field": "source", "op": "is", "value": "probe"})
    rule(bench, "gather", {"field": "source", "op": "is", "value": "workflow:watch"})

    for number in (1, 2, 3):
        send(bench, managed_object=f"ZRH{number}", probable_cause="lossOfSignal")
    go(bench)

    *children, cause = alarms(bench)
    assert (cause.managed_object, cause.is_root_cause) == ("site ZRH", True)
    assert [one.parent_id for one in children] == [cause.id] * 3


def test_a_workflow_that_its_own_alarms_start_again_comes_to_rest(bench: Bench) -> None:
    steps = {
        "say": step(
            "raise-alarm",
            config={"specific_problem": "= 'x' + trigger.alarm.specific_problem"},
            input={"managed_object": "BER1"},
        )
    }
    flow = bench.publish(steps, ["rule > say"], name="Echo")
    rule(bench, "echo", {"field": "managed_object", "op": "exists"})
    send(bench)

    go(bench)

    raised = {one.specific_problem: one.attributes.get("derived_depth") for one in alarms(bench)}
    assert raised == {"Down": None, "xDown": 1, "xxDown": 2, "xxxDown": 3}
    assert codes(bench, flow).count("runtime.derived_too_deep") == 1


def test_a_workflow_that_turns_its_alarm_over_and_over_comes_to_rest(bench: Bench) -> None:
    over = "= trigger.alarm.state == 'raised' ? 'cleared' : 'major'"
    flow = bench.publish(raising("BER1", over), ["rule > raise", "hand > raise"], name="Turn")
    mine = {"field": "source", "op": "is", "value": "workflow:turn"}
    rule(bench, "turn", mine, on=["raised", "cleared"])
    bench.run(flow, {"alarm": {"state": "cleared"}})

    go(bench)

    assert codes(bench, flow).count("runtime.derived_too_deep") == 1


def test_calling_a_workflow_does_not_lead_round_it(bench: Bench) -> None:
    steps = {
        "say": step(
            "raise-alarm",
            config={"specific_problem": "= 'x' + trigger.input.problem"},
            input={"managed_object": "BER1"},
        )
    }
    called = bench.publish(steps, ["hand > say"], name="Say")
    config = {"flow": "say", "input": {"problem": "= trigger.alarm.specific_problem"}}
    bench.publish({"call": step("call-workflow", config=config)}, ["rule > call"], name="Call")
    rule(bench, "call", {"field": "managed_object", "op": "exists"})
    send(bench)

    go(bench)

    assert codes(bench, called) == ["", "", "", "runtime.derived_too_deep"]


def test_a_workflow_for_failures_does_not_lead_round_it(bench: Bench) -> None:
    problem = "= 'x' + trigger.input.trigger.alarm.specific_problem"
    say = step("raise-alarm", config={"specific_problem": problem}, input={"managed_object": "X"})
    told = bench.publish({"say": say}, ["hand > say"], name="Tell")
    steps = {"fail": step("fail", config={"message": "no"})}
    failing = {"settings": {"on_failure": {"flow": "tell"}}}
    bench.publish(steps, ["rule > fail"], name="Fail", **failing)
    rule(bench, "fail", {"field": "managed_object", "op": "exists"})
    send(bench)

    go(bench)

    assert codes(bench, told) == ["", "", "", "runtime.derived_too_deep"]


def make_source(bench: Bench, kind: str = "json") -> UUID:
    with bench.writing() as session:
        vault = Vault([new_key()])
        made, _ = create_source(
            session, bench.tenant_id, kind=kind, name="EMS", vault=vault, now=bench.now
        )
    return made.id


def resync(bench: Bench, standing: Any, **config: Any) -> UUID:
    given = step("resync-source", config={"source": "EMS", **config}, input={"standing": standing})
    return bench.run(bench.publish({"sync": given}, ["hand > sync"]))


def listed(*names: str) -> list[dict[str, Any]]:
    return [{**EVENT, "managed_object": name} for name in names]


@pytest.mark.parametrize("kind", ["json", "snmp"])
def test_a_full_list_raises_the_new_and_clears_the_missing_of_its_source(
    bench: Bench, kind: str
) -> None:
    make_source(bench, kind)
    resync(bench, listed("A", "B"))
    send(bench, managed_object="other")
    go(bench)

    resync(bench, listed("B", "C"))
    go(bench)

    assert [one.managed_object for one in alarms(bench)] == ["B", "C", "other"]
    assert [one.managed_object for one in alarms(bench, "cleared")] == ["A"]
    assert alarms(bench)[0].count == 2


def test_a_list_is_read_as_the_source_itself_sends_it(bench: Bench) -> None:
    make_source(bench, "alertmanager")
    alert = {
        "status": "firing",
        "labels": {"alertname": "Down", "instance": "BER1", "severity": "critical"},
        "annotations": {},
        "startsAt": format_instant(bench.now),
        "endsAt": "0001-01-01T00:00:00Z",
    }

    resync(bench, {"version": "4", "status": "firing", "alerts": [alert]})
    go(bench)

    assert [one.managed_object for one in alarms(bench)] == ["BER1"]


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        pytest.param([{**EVENT}, {"managed_object": "X"}], "runtime.resync_refused", id="broken"),
        pytest.param([], "alarms.empty_list", id="empty"),
        pytest.param({"events": []}, "runtime.resync_refused", id="a body that is empty"),
    ],
)
def test_a_list_that_cannot_be_believed_clears_nothing(
    bench: Bench, standing: Any, code: str
) -> None:
    make_source(bench)
    resync(bench, listed("A"))
    go(bench)

    failed = resync(bench, standing)
    go(bench)

    assert (bench.view(failed).error or {})["code"] == code
    assert [one.managed_object for one in alarms(bench)] == ["A"]


def test_an_empty_list_that_is_meant_so_clears_all_of_the_source(bench: Bench) -> None:
    make_source(bench)
    resync(bench, listed("A"))
    go(bench)

    resync(bench, [], allow_empty=True)
    go(bench)

    assert alarms(bench) == []


def test_a_paused_source_is_not_compared(bench: Bench) -> None:
    source_id = make_source(bench)
    with bench.writing() as session:
        pause_source(session, bench.tenant_id, source_id, now=bench.now)

    failed = resync(bench, listed("A"))

    assert (bench.view(failed).error or {})["code"] == "source.paused"


def test_lists_that_contradict_each_other_come_to_rest(bench: Bench) -> None:
    make_source(bench)
    given = {"source": "EMS", "allow_empty": True}
    standing = [{**one, "attributes": {"site": "ZRH"}} for one in listed("A")]
    full = {"sync": step("resync-source", config=given, input={"standing": standing})}
    empty = {  # what stands is told again first, as if nothing had led to it
        "again": step("resync-source", config=given, input={"standing": standing}),
        "sync": step("resync-source", config=given, input={"standing": []}),
    }
    first = bench.publish(empty, ["rule > again", "again > sync"], name="Empty")
    second = bench.publish(full, ["rule > sync"], name="Full")
    mine = {"field": "managed_object", "op": "is", "value": "A"}
    rule(bench, "empty", mine, on=["raised"])
    rule(bench, "full", mine, on=["cleared"])

    resync(bench, listed("A"))
    go(bench)

    refused = [*codes(bench, first), *codes(bench, second)]
    assert refused.count("runtime.derived_too_deep") == 1
