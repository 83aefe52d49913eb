"""What a run's end is told to the sender."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from runtime.hooks._tables import Outcome
from runtime.hooks.answering import Taken
from runtime.hooks.replies import reply_at_once, reply_unfinished, reply_with
from runtime.runs._tables import RunState
from runtime.runs.result import RunResult

RUN = uuid4()


def ended(output: Any, state: str = "succeeded") -> RunResult:
    return RunResult(run_id=RUN, state=RunState(state), output=output, error={"message": "inside"})


@pytest.mark.parametrize(
    ("output", "status", "document"),
    [
        pytest.param({"ticket": "T-1"}, 200, {"ticket": "T-1"}, id="a result is the body"),
        pytest.param(None, 200, {}, id="no result"),
        pytest.param({"status": 201, "body": [1]}, 201, [1], id="status and body"),
        pytest.param({"status": 404, "body": None}, 404, None, id="an empty body"),
        pytest.param({"status": 201}, 200, {"status": 201}, id="a status alone is a field"),
        pytest.param({"status": "ok", "body": 1}, 200, {"status": "ok", "body": 1}, id="a word"),
        pytest.param({"status": True, "body": 1}, 200, {"status": True, "body": 1}, id="a truth"),
        pytest.param({"status": 302, "body": 1}, 200, {"status": 302, "body": 1}, id="a redirect"),
        pytest.param({"status": 99, "body": 1}, 200, {"status": 99, "body": 1}, id="no status"),
        pytest.param(
            {"status": 201, "body": 1, "x": 2},
            200,
            {"status": 201, "body": 1, "x": 2},
            id="one more field",
        ),
    ],
)
def test_a_result_is_the_answer(output: Any, status: int, document: Any) -> None:
    reply = reply_with(ended(output))

    assert (reply.status, reply.document, reply.is_problem) == (status, document, False)


@pytest.mark.parametrize("status", [204, 205])
def test_a_status_without_a_body_has_none(status: int) -> None:
    assert not reply_with(ended({"status": status, "body": {"a": 1}})).has_body


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_run_that_did_not_succeed_is_a_problem_without_its_reason(state: str) -> None:
    reply = reply_with(ended(None, state))

    assert (reply.status, reply.is_problem) == (500, True)
    assert reply.document["code"] == f"hook.run_{state}"
    assert reply.document["run"] == str(RUN)
    assert "inside" not in repr(reply.document)


def test_a_delivery_that_is_not_waited_for_is_answered_what_it_came_to() -> None:
    started = Taken(outcome=Outcome.STARTED, run_ids=(RUN,))
    resumed = Taken(outcome=Outcome.RESUMED, run_ids=(RUN,), repeats=True)

    assert reply_at_once(started).document == {"run": str(RUN)}
    assert (reply_at_once(resumed).status, reply_at_once(resumed).document) == (
        202,
        {"resumed": [str(RUN)]},
    )
    assert "GET /there says" in reply_unfinished(started, "/there").document["detail"]
