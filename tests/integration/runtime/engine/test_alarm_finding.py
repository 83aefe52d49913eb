"""What steps find among alarms, and what a trial without effects tells of those it leaves alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from blocks.alarm_filters import pick, read_wanted
from runtime.alarms import store
from runtime.alarms.documents import alarm_document
from runtime.alarms.journal import has_undone
from runtime.alarms.model import Severity
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.runs.alarm_reads import find_documents
from runtime.runs.start import Start, start_trial
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_customer
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.engine.test_alarm_deeds import CALL, alarm, kinds, make, on, put

FILTERS: dict[str, dict[str, Any]] = {
    "nothing said": {},
    "all": {"state": "all"},
    "shelved": {"state": "shelved"},
    "suppressed": {"state": "suppressed"},
    "cleared": {"state": "cleared"},
    "severities": {"state": "all", "severities": ["major", "cleared"]},
    "taken on": {"acknowledged": True},
    "not taken on": {"acknowledged": False},
    "object": {"state": "all", "managed_object": "BER3"},
    "cause": {"probable_cause": "lossOfSignal"},
    "source": {"source": "probe"},
    "old": {"older_than_s": 3_600},
    "young": {"younger_than_s": 3_600},
    "as old as that": {"older_than_s": 7_200, "younger_than_s": 7_200},
    "an attribute": {"attributes": {"site": "ZRH"}},
    "no such parent": {"parent": "no id"},
    "another word": {"owner": "nobody"},
}


@pytest.fixture
def tenant_id(session: Session) -> UUID:
    """A customer with an alarm in each state, and another customer with alarms of its own."""
    mine, other = make_customer(session).id, make_customer(session).id
    with as_tenant(session, other):
        make_alarm(session, other, "BER3", attributes={"site": "ZRH"})
    with as_tenant(session, mine):
        made = [
            make_alarm(
                session,
                mine,
                f"BER{number}",
                perceived_severity=Severity.MAJOR if number % 2 else Severity.MINOR,
                raised_at=NOON - timedelta(hours=number),
                probable_cause="lossOfSignal" if number < 4 else "",
                source="probe" if number > 1 else "t",
                attributes={"site": "ZRH" if number < 3 else "BRN"},
            )
            for number in range(6)
        ]
        where: dict[str, Any] = {"by": "Ann", "now": NOON}
        store.acknowledge(session, mine, made[1], **where)
        store.clear_by_person(session, mine, made[3], **where)
        until = NOON + timedelta(hours=1)
        store.shelve(session, mine, made[4], until=until, reason="work", **where)
        store.suppress(session, mine, made[5], **where)
    return mine


@pytest.mark.parametrize("sort", ["newest", "oldest", "severity"])
def test_a_mocked_world_finds_what_the_database_finds(
    session: Session, tenant_id: UUID, sort: str
) -> None:
    key = "perceived_severity" if sort == "severity" else "last_raised_at"
    asked = {
        name: read_wanted(said, sort=sort, limit=2, now=NOON) for name, said in FILTERS.items()
    }
    with as_tenant(session, tenant_id):
        every = [
            alarm_document(one) for one in list_alarms(session, tenant_id, AlarmFilter(state=""))
        ]
        found = {name: find_documents(session, tenant_id, one) for name, one in asked.items()}

    def told(answer: dict[str, Any]) -> Any:
        return ([one[key] for one in answer["alarms"]], answer["count"], answer["more"])

    mocked = {name: pick(every, one) for name, one in asked.items()}
    assert {name: told(one) for name, one in found.items()} == {
        name: told(one) for name, one in mocked.items()
    }
    assert [found[name]["count"] for name in ("nothing said", "all", "shelved")] == [3, 6, 1]


def test_a_step_finds_what_is_under_an_alarm(bench: Bench) -> None:
    top, low = make(bench), make(bench, "BER2")
    group = step("group-alarms", input={"parent_id": str(top), "alarms": [str(low)]})
    find = step("find-alarms", config={"parent": str(top)})
    run = bench.run(bench.publish({"g": group, "f": find}, ["hand > g", "g:done > f"]))

    output = bench.output(run, "f")

    assert [one["id"] for one in output["alarms"]] == [str(low)]
    assert (output["count"], output["more"]) == (1, False)


def test_a_block_of_others_finds_alarms_while_it_works(bench: Bench) -> None:
    one = make(bench)
    put(bench, lambda ctx: ctx.emit("done", ctx.alarms.find({"managed_object": "BER1"})))

    run = bench.run(bench.publish(CALL, ["hand > call"]))

    assert bench.output(run, "call")["alarms"][0]["id"] == str(one)


def trial(bench: Bench, steps: dict[str, Any], wires: list[str], trigger: Any = None) -> UUID:
    """Try a draft without effects."""
    begin = Start(trigger={"kind": "manual", "input": {}, **(trigger or {})}, started_by="Ann")
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        flow = make_flow(*where, flow_document(steps, wires), publish=False)
        run = start_trial(*where, flow.id, begin, allow_effects=False, now=bench.now)
    bench.go()
    return run


def said(bench: Bench, run: UUID) -> list[str]:
    return [line["message"] for one in bench.steps(run) for line in one.logs or ()]


def test_a_trial_without_effects_changes_no_alarm_and_tells_what_would_change(
    bench: Bench,
) -> None:
    one = make(bench)
    event = {"specific_problem": "On backup", "perceived_severity": "minor"}
    steps = {
        **on("shelve-alarm", one, for_s=60),
        "raise": step("raise-alarm", config=event, input={"managed_object": "ZRH1"}),
        "sync": step("resync-source", config={"source": "EMS"}, input={"standing": [{}]}),
    }

    told = said(bench, trial(bench, steps, ["hand > do", "do:done > raise", "raise > sync"]))

    assert [line.partition(" It would ")[2] for line in told] == [
        f"shelve the alarm {one} for 60 s.",
        "raise an alarm on ZRH1 with the severity minor.",
        "compare the source EMS with what stands there.",
    ]
    assert (kinds(bench, one), alarm(bench, one).is_shelved) == ([], False)
    with bench.writing() as session:
        assert not has_undone(session)


def test_a_trial_takes_the_way_that_the_alarms_say(bench: Bench) -> None:
    run = trial(bench, on("clear-alarm", uuid4()), ["hand > do"])

    assert (bench.steps(run)[0].port, said(bench, run)) == ("missing", [])


def test_a_trials_made_up_alarm_is_taken_for_one_that_is_there(bench: Bench) -> None:
    made_up = {"id": "sample", "managed_object": "BER1"}

    run = trial(bench, on("clear-alarm", "sample"), ["hand > do"], {"alarm": made_up})

    assert bench.steps(run)[0].port == "done"


def test_a_block_of_others_that_only_changes_alarms_is_tried_too(bench: Bench) -> None:
    one = make(bench)

    def run(ctx: Any) -> Any:
        ctx.alarms.clear(str(one))
        return ctx.emit("done", {"there": ctx.alarms.get("sample") is not None})

    put(bench, run)
    tried = trial(bench, CALL, ["hand > call"], {"alarm": {"id": "sample"}})

    assert bench.output(tried, "call") == {"there": True}
    assert (kinds(bench, one), len(said(bench, tried))) == ([], 1)
