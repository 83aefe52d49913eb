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
        input: What that step is given instead of its own input; None for its own.
        loop: The loop it stands in, whose round with `item` is played; "" for none.
        variables: First values of the run's variables, instead of the workflow's.
    """

    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    only: str = ""
    input: Mapping[str, Any] | None = None
    loop: str = ""
    item: Any = None
    variables: Mapping[str, Any] = field(default_factory=dict)

    def of(self, step_id: str) -> Mapping[str, Any] | None:
        """Give what a step, or what takes it back, gave."""
        if step_id.endswith(UNDO):
            return {"port": "done"} if step_id.removesuffix(UNDO) in self.steps else None
        return None if self.only else self.steps.get(step_id)

    def to_document(self) -> dict[str, Any]:
        """Write them as JSON."""
        document: dict[str, Any] = {"steps": dict(self.steps), "only": self.only}
        if self.only:
            document |= {"input": self.input, "loop": self.loop, "item": self.item}
            document["variables"] = dict(self.variables)
        return document

    def seen_in(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Give what expressions see, with the round of the loop that is played."""
        if not self.loop:
            return dict(found)
        steps = {**found["steps"], self.loop: {"item": self.item, "index": 0}}
        return {**found, "steps": steps, "item": self.item}


NO_PINS = Pins()


def read_pins(document: Mapping[str, Any] | None) -> Pins:
    """Read what `to_document` wrote."""
    return Pins(**document) if document else NO_PINS


def alone(plan: Plan, step: str) -> Plan:
    """Give the plan of one step: every trigger leads to it and it leads nowhere."""
    only = replace(plan.steps[step], wires_in=len(plan.triggers), needs=1, follows={}, passes_by="")
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
    inputs = {pins.only: dict(pins.input)} if pins.input is not None else {}
    return RunState(scopes={"": given}, inputs=inputs)


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
