"""Where a problem leads on the canvas."""

from __future__ import annotations

import pytest

from designer.problems.places import place_of
from runtime.flows.problems import FlowProblem
from tests.factories.flows import flow_document, step

BODY = {
    "steps": {"inner": step("write-log"), "last": step("write-log")},
    "wires": [{"from": "inner:done", "to": "last"}],
}
DOCUMENT = flow_document(
    {"loop": step("for-each", body=BODY), "bare": step("for-each"), "mail": step("send-email")},
    ["rule > loop", "loop:done > mail"],
)


@pytest.mark.parametrize(
    ("pointer", "step_id", "expected"),
    [
        pytest.param("/wires/1/to", "", ("", "loop:done>mail", ""), id="a wire"),
        pytest.param(
            "/steps/loop/body/wires/0", "", ("", "inner:done>last", ""), id="a wire in a loop"
        ),
        pytest.param(
            "/steps/mail/config/to", "mail", ("mail", "", "/config/to"), id="a setting of a step"
        ),
        pytest.param(
            "/steps/loop/body/steps/inner/input/a",
            "inner",
            ("inner", "", "/input/a"),
            id="a step in a loop",
        ),
        pytest.param(
            "/steps/mail/version", "mail", ("mail", "", "/node/version"), id="of the step itself"
        ),
        pytest.param(
            "/triggers/rule/every", "", ("rule", "", "/node/every"), id="a trigger's setting"
        ),
        pytest.param(
            "/steps/bare/body", "bare", ("bare", "", "/node/body"), id="a loop without a body"
        ),
        pytest.param("/vars/site", "", ("", "", ""), id="the workflow itself"),
    ],
)
def test_a_problem_leads_to_its_node_wire_and_field(
    pointer: str, step_id: str, expected: tuple[str, str, str]
) -> None:
    found = place_of(FlowProblem(pointer, "wrong", step=step_id), DOCUMENT)

    assert (found.node, found.wire, found.field) == expected
