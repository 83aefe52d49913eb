"""What the sender of a delivery is answered, as a status and a JSON document. Pure.

A workflow that ends with a result of exactly `status` and `body` chooses both; any other result is
the body. What went wrong inside a run is not told to the outside: its page says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks.kinds.trigger import Answer
from runtime.hooks.answering import Taken
from runtime.runs.result import RunResult

STATUSES = (*range(200, 300), *range(400, 600))  # a redirect would lead to the run's address
_CHOICE = {"status", "body"}
_NO_BODY = frozenset({204, 205})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: JSON, a problem document (RFC 9457), or a text."""

    status: int
    document: Any
    is_problem: bool = False
    is_text: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_body(self) -> bool:
        """Tell whether an answer of this status may carry anything."""
        return self.status not in _NO_BODY


def reply_at_once(taken: Taken) -> Reply:
    """Answer what a delivery came to, without waiting for what the run comes to."""
    return Reply(status=taken.status, document=taken.document())


def reply_told(taken: Taken, answer: Answer | None) -> Reply:
    """Answer what a trigger's block says, or which runs it started."""
    if answer is None:
        runs = [str(one) for one in taken.run_ids]
        return Reply(status=taken.status if runs else 200, document={"runs": runs})
    is_text = isinstance(answer.body, str)
    body = {} if answer.body is None else answer.body
    return Reply(status=answer.status, document=body, is_text=is_text, headers=answer.headers)


def reply_unfinished(taken: Taken, look_at: str) -> Reply:
    """Answer that the run goes on, and where to look."""
    detail = f"the run goes on: GET {look_at} says how far it is and what it came to"
    return Reply(status=202, document={**taken.document(), "detail": detail})


def reply_with(result: RunResult) -> Reply:
    """Answer what the run came to."""
    if result.state.value == "succeeded":
        return _chosen(result.output if result.output is not None else {})
    detail = f"the workflow was started and then {result.state.value}: its run says why"
    code = f"hook.run_{result.state.value}"
    facts = {"type": "about:blank", "title": code, "status": 500, "code": code, "detail": detail}
    return Reply(status=500, document={**facts, "run": str(result.run_id)}, is_problem=True)


def _chosen(output: Any) -> Reply:
    if isinstance(output, dict) and output.keys() == _CHOICE:
        status = output["status"]
        if isinstance(status, int) and not isinstance(status, bool) and status in STATUSES:
            return Reply(status=status, document=output["body"])
    return Reply(status=200, document=output)
