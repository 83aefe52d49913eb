"""Pinned results: what steps gave in another run, or what a person says they gave.

A run with pins takes them instead of performing those steps: a new run that begins in the middle
of an old one, or one step tried alone. They are never undone, for this run did not do them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from runtime.runs.plan import UNDO, Plan
from runtime.runs.state import Progress, RunState, Status

KEPT = "Kept from the run before: this step was not performed again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """What a run need not do.

    Attributes:
        steps: By step id, `port`, `output` and the `variables` it set.
        only: The one step that is performed, whatever leads to it; "" for the workflow as drawn.
    """

    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    only: str = ""

    def of(self, step_id: str) -> Mapping[str, Any] | None:
        """Give what a step, or what takes it back, gave."""
        if step_id.endswith(UNDO):
            return {"port": "done"} if step_id.removesuffix(UNDO) in self.steps else None
        return None if self.only else self.steps.get(step_id)

    def to_document(self) -> dict[str, Any]:
        """Write them as JSON."""
        return {"steps": dict(self.steps), "only": self.only}


NO_PINS = Pins()


def read_pins(document: Mapping[str, Any] | None) -> Pins:
    """Read what `to_document` wrote."""
    return Pins(**document) if document else NO_PINS


def alone(plan: Plan, step: str) -> Plan:
    """Give the plan of one step: every trigger leads to it and it leads nowhere."""
    only = replace(plan.steps[step], wires_in=len(plan.triggers), needs=1, follows={})
    inside = {id_: one for id_, one in plan.steps.items() if id_ != step}
    return replace(
        plan,
        triggers=dict.fromkeys(plan.triggers, (step,)),
        steps={**inside, step: only},
    )


def preset(pins: Pins) -> RunState:
    """Give the state a run of one step begins with: the pinned steps are done."""
    done = Progress(Status.DONE, attempt=1)
    given = {
        id_: done._replace(port=one.get("port", "done"), output=one.get("output"))
        for id_, one in pins.steps.items()
    }
    return RunState(scopes={"": given})


def following(plan: Plan, step: str) -> Collection[str]:
    """Give the ids of the steps that come after a step, by any port."""
    found: set[str] = set()
    queue = [step]
    while queue:
        for targets in plan.steps[queue.pop()].follows.values():
            fresh = [target for target in targets if target not in found]
            found.update(fresh)
            queue.extend(fresh)
    return found
