"""Steps that decide by a decision table of the tenant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import InvalidError
from runtime.flows.decisions import DECISIONS
from runtime.flows.versions import draft_problems, list_versions
from runtime.rules.history import RuleInUseError, delete_rule
from runtime.rules.model import Mode
from runtime.rules.published import PublishedTables
from runtime.rules.store import create_rule, get_rule, publish_rule, save_draft, switch_off
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tables import make_row, make_table_document
from tests.factories.tenancy import NOON, make_customer
from tests.integration.runtime.engine.bench import Bench

MAJOR = {"perceived_severity": "major"}
SEVERITY = [{"field": "perceived_severity"}]
TEAM = [{"to": "value", "name": "team", "kind": "text"}]
WIRES = ["hand > ask", "ask:decided > yes", "ask:none > no", "ask:several > both"]
ENDS = {
    "yes": step("set-data", config={"values": {"said": "= steps.ask.output"}}),
    "no": step("set-data", config={"values": {"said": "= steps.ask.output"}}),
    "both": step("set-data", config={"values": {"said": "= steps.ask.output"}}),
}


@pytest.fixture(autouse=True)
def tables(sessions: sessionmaker[Session]) -> None:
    """Open the door to the decision tables, as the composition root does."""
    sessions.configure(info={DECISIONS: PublishedTables()})


def teams(core: str = "core", **changes: Any) -> dict[str, Any]:
    """Make a table that says which team takes an alarm."""
    rows = [make_row([">= major"], [core]), make_row(["minor"], ["noc"])]
    columns = {"inputs": SEVERITY, "outputs": TEAM, "rows": rows}
    return make_table_document(**(columns | changes))


def put_live(bench: Bench, document: dict[str, Any], table_id: UUID | None = None) -> UUID:
    """Publish a table, or another version of one, and keep it from judging alarms."""
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        if table_id is None:
            table_id = create_rule(*where, document=document, by="Ann", now=NOON).id
        else:
            revision = get_rule(*where, table_id).draft_revision
            save_draft(
                *where, table_id, document=document, expected_revision=revision, by="", now=NOON
            )
        publish_rule(*where, table_id, mode=Mode.OBSERVE, by="Ann", now=NOON)
        switch_off(*where, table_id, now=NOON)
        return table_id


def asking(table_id: UUID, severity: Any = "critical", **config: Any) -> dict[str, Any]:
    """Make steps that ask a table about a severity."""
    given = {"values": {"perceived_severity": severity}}
    return {"ask": step("decide", config={"table": str(table_id), **config}, input=given), **ENDS}


def answer(bench: Bench, run_id: UUID) -> tuple[str, Any]:
    """Give the port that was taken, and what left by it."""
    (ask,) = [one for one in bench.steps(run_id) if one.step == "ask"]
    return ask.port or "", ask.output


@pytest.mark.parametrize(
    ("values", "port", "output"),
    [
        pytest.param(MAJOR, "decided", {"rows": [1], "values": {"team": "core"}}, id="a row"),
        pytest.param({"perceived_severity": "warning"}, "none", {"rows": []}, id="no row"),
        pytest.param({}, "none", {"rows": []}, id="a missing value"),
    ],
)
def test_a_step_ends_by_what_the_table_answers(
    bench: Bench, values: dict[str, Any], port: str, output: dict[str, Any]
) -> None:
    table_id = put_live(bench, teams())
    ask = step("decide", config={"table": str(table_id)}, input={"values": values})
    flow_id = bench.publish({"ask": ask, **ENDS}, WIRES)

    assert answer(bench, bench.run(flow_id)) == (port, output)


def test_rows_that_may_not_match_together_leave_by_a_port_of_their_own(bench: Bench) -> None:
    rows = [make_row(["[1..2)"], ["a"]), make_row(["(1..2]"], ["b"])]
    inputs = [{"field": "count"}]  # a whole number in alarms, so that the table is sound
    table_id = put_live(bench, teams(hit="unique", inputs=inputs, rows=rows))
    ask = step("decide", config={"table": str(table_id)}, input={"values": {"count": 1.5}})
    flow_id = bench.publish({"ask": ask, **ENDS}, WIRES)

    assert answer(bench, bench.run(flow_id)) == ("several", {"rows": [1, 2]})


def test_inputs_without_a_value_are_read_from_the_alarm(bench: Bench) -> None:
    table_id = put_live(bench, teams())
    ask = step("decide", config={"table": str(table_id)}, input={"alarm": "= trigger.input.alarm"})
    flow_id = bench.publish({"ask": ask, **ENDS}, WIRES)

    run_id = bench.run(flow_id, {"input": {"alarm": {"perceived_severity": "minor"}}})

    assert answer(bench, run_id)[1]["values"] == {"team": "noc"}


def test_a_value_of_another_kind_fails_the_step_and_says_so(bench: Bench) -> None:
    table_id = put_live(bench, teams())
    steps = asking(table_id, "= trigger.input.severity")
    flow_id = bench.publish(steps, [*WIRES, "ask:error > no"])

    run_id = bench.run(flow_id, {"input": {"severity": "gravest"}})

    (failed,) = [one for one in bench.steps(run_id) if one.step == "ask"]
    assert failed.error is not None
    assert failed.error["code"] == "tables.bad_value"
    assert "perceived_severity: 'gravest' cannot be read" in failed.error["message"]
    assert bench.states(run_id)["no"] == "succeeded"


def test_publishing_fixes_the_version_that_is_live(bench: Bench) -> None:
    table_id = put_live(bench, teams())
    fixed = bench.publish(asking(table_id), WIRES, name="Fixed")
    follows = bench.publish(asking(table_id, follow=True), WIRES, name="Follows")
    named = bench.publish(asking(table_id, version=1), WIRES, name="Named")

    put_live(bench, teams("elite"), table_id)

    said = [answer(bench, bench.run(one))[1]["values"]["team"] for one in (fixed, follows, named)]
    assert said == ["core", "elite", "core"]


def test_publishing_again_takes_the_tables_new_version(bench: Bench) -> None:
    table_id = put_live(bench, teams())
    flow_id = bench.publish(asking(table_id), WIRES)
    put_live(bench, teams("elite"), table_id)

    bench.republish(flow_id, asking(table_id), WIRES)

    assert answer(bench, bench.run(flow_id))[1]["values"] == {"team": "elite"}
    with bench.writing() as session:
        numbers = [one.number for one in list_versions(session, bench.tenant_id, flow_id)]
    assert numbers == [2, 1]


def problems(bench: Bench, steps: dict[str, Any]) -> list[tuple[str, str]]:
    with bench.writing() as session:
        document = flow_document(steps, WIRES)
        flow = make_flow(session, bench.tenant_id, document, publish=False)
        found = draft_problems(session, bench.tenant_id, flow.id)
        return [(one.pointer, one.message) for one in found if one.severity == "error"]


def test_a_table_that_is_not_there_is_said_before_publishing(bench: Bench) -> None:
    gone = UUID("01990000-0000-7000-8000-000000000000")

    ((pointer, message),) = problems(bench, asking(gone))

    assert pointer == "/steps/ask/config/table"
    assert "is not there, or was never published: choose another" in message


def test_which_table_decides_is_chosen_not_computed(bench: Bench) -> None:
    steps = asking(put_live(bench, teams()))
    steps["ask"]["config"]["table"] = "= trigger.input.table"

    ((pointer, message),) = problems(bench, steps)

    assert pointer == "/steps/ask/config/table"
    assert "choose which table decides" in message


def test_another_tenants_table_is_not_there(bench: Bench, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        other = make_customer(session)
    theirs = put_live(Bench(sessions=sessions, tenant_id=other.id), teams())

    ((pointer, _),) = problems(bench, asking(theirs))

    assert pointer == "/steps/ask/config/table"


def test_a_version_that_is_not_there_is_said_before_publishing(bench: Bench) -> None:
    table_id = put_live(bench, teams())

    ((pointer, message),) = problems(bench, asking(table_id, version=7))

    assert pointer == "/steps/ask/config/version"
    assert message.endswith("Triage has no version 7: use 1")


def test_a_value_the_table_has_no_input_for_is_said_before_publishing(bench: Bench) -> None:
    steps = asking(put_live(bench, teams()))
    steps["ask"]["input"]["values"]["severity"] = "major"

    pointers = {pointer for pointer, _ in problems(bench, steps)}

    assert "/steps/ask/input/values/severity" in pointers


def test_an_output_the_table_has_not_is_said_before_publishing(bench: Bench) -> None:
    steps = asking(put_live(bench, teams()))
    steps["yes"] = step("set-data", config={"values": {"x": "= steps.ask.output.values.taem"}})

    ((pointer, message),) = problems(bench, steps)

    assert pointer == "/steps/yes/config/values/x"
    assert "is never there: choose one of team" in message


def test_a_table_that_a_workflow_decides_by_is_not_deleted(bench: Bench) -> None:
    table_id = put_live(bench, teams())
    bench.publish(asking(table_id), WIRES, name="Route it")

    with bench.writing() as session, pytest.raises(RuleInUseError, match="Route it decides by"):
        delete_rule(session, bench.tenant_id, table_id, now=NOON)


def test_a_draft_cannot_be_published_with_an_unpublished_table(bench: Bench) -> None:
    with bench.writing() as session:
        made = create_rule(session, bench.tenant_id, document=teams(), by="Ann", now=NOON)

    with pytest.raises(InvalidError):
        bench.publish(asking(made.id), WIRES)
