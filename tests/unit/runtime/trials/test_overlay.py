"""What a draft does otherwise than the version that a run was of."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.trials.overlay import Drift, drift
from tests.factories.flows import flow_document, step

LOOP = {
    "each": step("for-each", body={"steps": {"in": step("wait")}, "wires": []}),
    "last": step("end"),
}
WIRES = ["rule > each", "each:done > last"]


def changed(**parts: Any) -> dict[str, Any]:
    return {**LOOP, **parts}


@pytest.mark.parametrize(
    ("steps", "wires", "expected"),
    [
        pytest.param(LOOP, WIRES, Drift(), id="the same"),
        pytest.param(
            changed(last={**LOOP["last"], "position": [1, 2], "title": "Bye"}),
            WIRES,
            Drift(),
            id="places and titles",
        ),
        pytest.param(
            changed(last=step("end", config={"x": 1})),
            WIRES,
            Drift(changed=("last",)),
            id="settings",
        ),
        pytest.param(
            changed(each=step("for-each", body={"steps": {"other": step("wait")}, "wires": []})),
            WIRES,
            Drift(gone=("in",), added=("other",)),
            id="in a body",
        ),
        pytest.param(LOOP, WIRES[:1], Drift(is_rewired=True), id="a wire"),
    ],
)
def test_tells_what_is_done_otherwise(
    steps: dict[str, Any], wires: list[str], expected: Drift
) -> None:
    found = drift(flow_document(LOOP, WIRES), flow_document(steps, wires))

    assert found == expected
    assert found.is_none is (expected == Drift())
