"""How far a run is, for the canvas, and what of a workflow the canvas is given."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from blocks.registry import standard_registry
from runtime.runs._shown import RunView
from runtime.runs._tables import RunState
from runtime.runs.drawing import run_progress, without_values
from runtime.secrecy import MASK
from tests.factories.flows import flow_document, step
from tests.factories.tenancy import NOON
from tests.unit.runtime.runs.attempts import attempt

NOBODY = UUID(int=0)
BODY = {"steps": {"call": step("write-log", config={"message": "x"})}, "wires": []}
DOCUMENT = flow_document(
    {
        "a": step("write-log"),
        "each": step("for-each", body=BODY),
        "last": step("write-log"),
    },
    ["hand > a", "a:done > each", "each:done > last"],
)


def run(state: RunState = RunState.RUNNING) -> RunView:
    return RunView(
        id=NOBODY,
        flow_id=NOBODY,
        flow_name="Flow",
        version_id=NOBODY,
        state=state,
        trigger_id="hand",
        trigger_kind="manual",
        trigger={},
        subject="",
        started_by="",
        is_trial=False,
        error=None,
        parent_run_id=None,
        parent_step=None,
        rerun_of=None,
        held=False,
        wish=None,
        started_at=NOON,
        ended_at=None,
        due_at=None,
    )


def progress(*attempts: Any, state: RunState = RunState.RUNNING, **known: Any) -> dict[str, Any]:
    remembered = {"scopes": {"": known}} if known else {}
    return run_progress(run(state), attempts, remembered, DOCUMENT)["steps"]  # type: ignore[no-any-return]


def test_a_step_shows_its_last_try_the_port_it_left_by_and_how_long_it_took() -> None:
    found = progress(
        attempt("a", "failed", port=None), attempt("a", number=2, times=(3, 3, 3.5), port="done")
    )

    assert found["a"] == {
        "status": "done",
        "port": "done",
        "text": "500 ms · try 2",
        "said": "Done",
    }


def test_a_step_that_is_not_done_says_its_state() -> None:
    found = progress(attempt("a", "queued", times=(0, None, None), port=None))

    assert (found["a"]["text"], found["a"]["said"]) == ("Queued", "Queued")


def test_a_failed_step_left_by_its_error_port() -> None:
    assert progress(attempt("a", "failed", port=None))["a"]["port"] == "error"


def test_a_step_in_a_body_sums_up_its_rounds() -> None:
    found = progress(
        attempt("each", "running", times=(0, 0, None)),
        attempt("each[0].call"),
        attempt("each[1].call", "failed", port=None),
        attempt("each[2].call", "running", times=(1, 1, None), port=None),
    )

    assert found["call"] == {
        "status": "running",
        "text": "1 running, 1 failed, 1 done",
        "said": "1 running, 1 failed, 1 done",
        "ports": ["done", "error"],
    }


def test_a_step_that_was_off_is_passed_over() -> None:
    found = progress(
        attempt("a", "passed_over", times=(0, None, 0)), attempt("each[0].call", "passed_over")
    )

    assert found["a"]["status"] == "passed_over"
    assert found["call"]["text"] == "1 passed over"


def test_a_step_not_reached_is_left_out_while_the_run_goes_on_and_dead_after() -> None:
    assert "last" not in progress(attempt("a"))
    assert progress(attempt("a"), state=RunState.SUCCEEDED)["last"]["status"] == "dead"


def test_a_step_the_interpreter_gave_up_is_dead_at_once() -> None:
    assert progress(attempt("a"), last=["dead"])["last"]["status"] == "dead"


def test_the_canvas_is_given_no_input_and_no_secret() -> None:
    config = {"url": "https://x.test", "headers": {"Authorization": "Bearer 1"}}
    flow = flow_document(
        {
            "a": step(
                "http-request", title="Call", config=config, input={"body": "b"}, undo=step("end")
            )
        },
        [],
        triggers={"t": {"kind": "schedule", "cron": "0 6 * * *", "key": "k"}},
    )

    found = without_values(flow, standard_registry())

    drawn = found["steps"]["a"]
    assert drawn["config"]["headers"] == {"Authorization": MASK}
    assert drawn.keys() == {"block", "version", "title", "config"}
    assert found["triggers"]["t"] == {"kind": "schedule", "cron": "0 6 * * *"}


def test_a_body_is_drawn_with_its_steps_places_and_wires_and_none_of_its_values() -> None:
    body = {**BODY, "steps": {"call": step("write-log", position=[3, 4], input={"x": 1})}}
    flow = flow_document({"each": step("for-each", body=body)}, [])

    drawn = without_values(flow, standard_registry())["steps"]["each"]["body"]

    assert drawn["wires"] == []
    assert drawn["steps"]["call"].keys() == {"block", "version", "position", "config"}
