"""Pinned results: what steps gave in another run, or what a person says they gave.

A run with pins takes them instead of performing those steps: a new run that begins in the middle
of an old one, one step tried alone, or a trial whose steps somebody pinned. They are never undone,
for this run did not do them. What else sets a trial apart stands beside them: how far it goes,
where it holds, and which steps may change something.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from runtime.runs.plan import UNDO, Plan, PlanStep
from runtime.runs.state import Progress, RunState, Status

KEPT = "Kept from the run before: this step was not performed again."
PINNED = "Pinned: this step was not performed, it gives what was pinned."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """What a run need not do.

    Attributes:
        steps: By step id, `port`, `output` and the `variables` it set; `pinned` where a person did.
        only: The one step that is performed, whatever leads to it; "" for the workflow as drawn.
        input: What that step is given instead of its own input; None for its own.
        loop: The loop it stands in, whose round with `item` is played; "" for none.
        variables: First values of the run's variables, instead of the workflow's.
        until: The step after which nothing follows; "" goes to the end.
        allows: Steps that may change something although the trial may not.
        each: Whether the trial holds before each step.
        stops: Steps it holds before in any case.
    """

    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    only: str = ""
    input: Mapping[str, Any] | None = None
    loop: str = ""
    item: Any = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    until: str = ""
    allows: Sequence[str] = ()
    each: bool = False
    stops: Sequence[str] = ()

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
        for name in ("until", "each"):
            if getattr(self, name):
                document[name] = getattr(self, name)
        for name in ("allows", "stops"):
            if getattr(self, name):
                document[name] = list(getattr(self, name))
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


def up_to(plan: Plan, step: str, containers: Mapping[str, str]) -> Plan:
    """Give the plan that ends with a step: only what leads to it is left of its level.

    A step in a loop's body ends each round, and the loop ends the workflow.

    Args:
        plan: The whole workflow's.
        step: Its id.
        containers: By step, the loop it stands in; "" for none.
    """
    last = step
    while last:
        level = containers.get(last, "")
        kept = {last, *leading_to(plan, last)}
        mine = {id_ for id_, around in containers.items() if around == level}
        steps = {
            id_: _ending(one, kept, is_last=id_ == last) if id_ in mine else one
            for id_, one in plan.steps.items()
        }
        entries = dict(plan.entries)
        if level in entries:
            entries[level] = tuple(one for one in entries[level] if one in kept)
        triggers = plan.triggers
        if not level:
            triggers = {id_: _within(to, kept) for id_, to in triggers.items()}
        plan, last = replace(plan, steps=steps, entries=entries, triggers=triggers), level
    return plan


def leading_to(plan: Plan, step: str) -> Collection[str]:
    """Give the ids of the steps that come before a step, by any port."""
    sources: dict[str, list[str]] = {}
    for id_, one in plan.steps.items():
        for targets in one.follows.values():
            for target in targets:
                sources.setdefault(target, []).append(id_)
    found: set[str] = set()
    queue = [step]
    while queue:
        fresh = [id_ for id_ in sources.get(queue.pop(), ()) if id_ not in found]
        found.update(fresh)
        queue.extend(fresh)
    return found


def _ending(step: PlanStep, kept: Collection[str], *, is_last: bool) -> PlanStep:
    """Cut the wires that lead on; a port that was wired stays one, so that errors are caught."""
    if is_last:
        return replace(step, follows=dict.fromkeys(step.follows, ()))
    return replace(step, follows={port: _within(to, kept) for port, to in step.follows.items()})


def _within(targets: Sequence[str], kept: Collection[str]) -> tuple[str, ...]:
    return tuple(one for one in targets if one in kept)


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
