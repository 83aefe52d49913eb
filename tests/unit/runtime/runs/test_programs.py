"""What a workflow version is compiled to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blocks.registry import Registry, standard_registry
from runtime.runs.plan import UNDO
from runtime.runs.programs import compile_program
from tests.factories.flows import flow_document, step


def _registry(group: str) -> Registry:
    """Give the standard blocks, the HTTP request belonging to a group."""
    found = list(standard_registry().all())
    at = next(i for i, one in enumerate(found) if one.manifest.id == "garland.http-request")
    behaviour = replace(found[at].manifest.behaviour, worker_group=group)
    found[at] = replace(found[at], manifest=replace(found[at].manifest, behaviour=behaviour))
    return Registry(found)


@pytest.mark.parametrize(
    ("block", "own", "expected"),
    [
        pytest.param("site-a", "", "site-a", id="that of its block"),
        pytest.param("site-a", "site-b", "site-b", id="its own before its block's"),
        pytest.param("site-a", "main", "", id="everybody, where it says so"),
        pytest.param("", "", "", id="everybody, where nobody says anything"),
    ],
)
def test_a_step_and_its_undo_are_performed_by_the_group(
    block: str, own: str, expected: str
) -> None:
    call = step("http-request", config={"method": "GET", "url": "https://api.test"})
    steps = {"call": {**call, **({"worker_group": own} if own else {}), "undo": call}}

    program = compile_program(flow_document(steps, ["hand > call"]), _registry(block))

    assert program.steps["call"].worker_group == expected
    assert program.steps["call" + UNDO].worker_group == expected
