"""A workflow compiled for the interpreter: who follows whom, and how steps are tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runtime.flows.model import ERROR_PORT, Flow, RetryPolicy, Step

NO_RETRY = RetryPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step as the interpreter sees it.

    Attributes:
        wires_in: How many wires lead here.
        follows: By port, the steps its wires lead to; a step twice where two wires do.
    """

    id: str
    wires_in: int
    runs_on_any: bool
    retry: RetryPolicy
    follows: Mapping[str, tuple[str, ...]]

    @property
    def catches_errors(self) -> bool:
        """Tell whether its error port is wired."""
        return ERROR_PORT in self.follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A workflow ready to be interpreted."""

    triggers: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, PlanStep]


def compile_plan(flow: Flow, retry_of: Callable[[Step], RetryPolicy | None] | None = None) -> Plan:
    """Compile a checked workflow.

    Args:
        flow: Free of cycles and of wires to nowhere, as `check_flow` demands.
        retry_of: Gives the block's own policy, for steps that state none.
    """
    follows: dict[str, dict[str, list[str]]] = {}
    wires_in: dict[str, int] = {}
    for wire in flow.wires:
        follows.setdefault(wire.source, {}).setdefault(wire.port, []).append(wire.target)
        wires_in[wire.target] = wires_in.get(wire.target, 0) + 1

    def policy(step: Step) -> RetryPolicy:
        declared = retry_of(step) if step.retry is None and retry_of is not None else None
        return step.retry or declared or NO_RETRY

    return Plan(
        triggers={id_: tuple(follows.get(id_, {}).get("", ())) for id_ in flow.triggers},
        steps={
            id_: PlanStep(
                id=id_,
                wires_in=wires_in.get(id_, 0),
                runs_on_any=step.join == "any",
                retry=policy(step),
                follows={port: tuple(to) for port, to in follows.get(id_, {}).items()},
            )
            for id_, step in flow.steps.items()
        },
    )
