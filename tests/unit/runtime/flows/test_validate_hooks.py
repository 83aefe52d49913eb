"""What is wrong with a webhook is said before it is published."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.registry import standard_registry
from runtime.flows.problems import FlowProblem
from runtime.flows.validate import check_flow
from tests.factories.flows import flow_document, step


def problems(wires: list[str] | None = None, **trigger: Any) -> list[FlowProblem]:
    triggers = {"hand": {"kind": "manual"}, "hook": {"kind": "webhook", **trigger}}
    found = ["hand > end", "hook > end"] if wires is None else wires
    document = flow_document({"end": step("end")}, found, triggers=triggers)
    return check_flow(document, standard_registry())


def test_a_sound_webhook_has_no_problems() -> None:
    assert problems(signed=True, respond="when_done") == []
    assert problems(correlate="= trigger.body.ticket") == []


@pytest.mark.parametrize(
    ("trigger", "pointer", "words"),
    [
        ({"correlate": "= trigger.("}, "correlate", "hook: resume by: line 1"),
        ({"correlate": "= vars.n"}, "correlate", "do not read vars"),
        ({"correlate": "trigger.body"}, "correlate", "does not have the form"),
        ({"respond": "later"}, "respond", "must be one of"),
        ({"signed": "yes"}, "signed", "must be true or false"),
        ({"secret": "x"}, "secret", "is not a field here"),
    ],
    ids=["no expression", "a variable", "no sign", "another answer", "no truth", "a secret"],
)
def test_an_error_names_the_field(trigger: dict[str, Any], pointer: str, words: str) -> None:
    (found,) = problems(**trigger)

    assert (found.severity, found.pointer) == ("error", f"/triggers/hook/{pointer}")
    assert words in found.message


def test_waiting_for_the_end_counts_for_runs_it_starts_only() -> None:
    (found,) = problems(correlate="= trigger.body.id", respond="when_done")

    assert (found.severity, found.pointer) == ("warning", "/triggers/hook/respond")


def test_one_that_only_resumes_needs_no_wire() -> None:
    only_hand = ["hand > end"]

    assert problems(only_hand, correlate="= trigger.body.id") == []
    assert "leads nowhere" in problems(only_hand)[0].message
