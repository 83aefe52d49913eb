"""A workflow compiled for the interpreter: who follows whom, and how steps are tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from blocks.manifest import Retry
from runtime.flows.model import DONE_PORT, ERROR_PORT, Flow, Step

NO_RETRY = Retry()
UNDO = "~undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step as the interpreter sees it.

    Attributes:
        wires_in: How many wires lead here.
        needs: How many of them must be taken; 0 waits until each is taken or dead.
        follows: By port, the steps its wires lead to; a step twice where two wires do.
        has_undo: Whether something takes it back when the run fails.
        passes_by: The port it is left by at once because it is switched off; "" performs it.
    """

    id: str
    wires_in: int = 0
    needs: int = 0
    retry: Retry = NO_RETRY
    follows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_undo: bool = False
    passes_by: str = ""

    @property
    def catches_errors(self) -> bool:
        """Tell whether its error port is wired."""
        return ERROR_PORT in self.follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A workflow ready to be interpreted.

    Attributes:
        triggers: By trigger, the steps it leads to.
        steps: By id, those in bodies too; `<id>~undo` is what takes a step back.
        entries: By loop, the steps each round of its body begins with.
    """

    triggers: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, PlanStep]
    entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def compile_plan(
    flow: Flow,
    retry_of: Callable[[str], Retry | None] | None = None,
    first_port_of: Callable[[str], str] | None = None,
) -> Plan:
    """Compile a checked workflow.

    Args:
        flow: Free of cycles and of wires to nowhere, as `check_flow` demands.
        retry_of: Gives the block's own policy by the step's id (`<id>~undo` for an undo), for
            steps that state none.
        first_port_of: Gives a step's first port that is no error, by which it is left when it is
            switched off; `done` without it.
    """
    follows: dict[str, dict[str, list[str]]] = {}
    wires_in: dict[str, int] = {}
    for wire in flow.wires:
        follows.setdefault(wire.source, {}).setdefault(wire.port, []).append(wire.target)
        wires_in[wire.target] = wires_in.get(wire.target, 0) + 1

    def declared(id_: str) -> Retry:
        return (retry_of(id_) if retry_of is not None else None) or NO_RETRY

    def passed_by(step: Step) -> str:
        if not step.disabled:
            return ""
        return first_port_of(step.id) if first_port_of is not None else DONE_PORT

    def compiled(step: Step) -> PlanStep:
        return PlanStep(
            id=step.id,
            wires_in=wires_in.get(step.id, 0),
            needs=step.join,
            retry=step.retry or declared(step.id),
            follows={port: tuple(to) for port, to in follows.get(step.id, {}).items()},
            has_undo=step.undo is not None,
            passes_by=passed_by(step),
        )

    steps = {id_: compiled(step) for id_, step in flow.steps.items()}
    for id_, step in flow.steps.items():
        if step.undo is not None:
            steps[id_ + UNDO] = PlanStep(id=id_ + UNDO, retry=declared(id_ + UNDO))
    return Plan(
        triggers={id_: tuple(follows.get(id_, {}).get("", ())) for id_ in flow.triggers},
        steps=steps,
        entries=_entries(flow, wires_in),
    )


def _entries(flow: Flow, wires_in: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for id_, step in flow.steps.items():
        if step.container and not wires_in.get(id_):
            found[step.container] = (*found.get(step.container, ()), id_)
    return found
