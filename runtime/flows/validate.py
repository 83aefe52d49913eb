"""Is a workflow fit to be published? Each problem names the step, the field and the remedy.

Never raises on rubbish: a document of the wrong shape gives the problems of its shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blocks.registry import Registry
from kernel.errors import Problem
from kernel.numbers import rounding_problems
from kernel.schema import check_schema
from runtime.flows._block_triggers import block_trigger_problems
from runtime.flows._danger_checks import danger_problems
from runtime.flows._expression_checks import trigger_expression_problems
from runtime.flows._step_checks import StepChecks
from runtime.flows._structure import Structure
from runtime.flows._triggers import trigger_problems
from runtime.flows._wire_checks import order_problems, wire_problems
from runtime.flows.model import shape_problems
from runtime.flows.problems import NOTHING_KNOWN, FlowProblem, Known


def check_flow(
    document: Any, registry: Registry, known: Known = NOTHING_KNOWN
) -> list[FlowProblem]:
    """List everything that would stop the workflow, and warnings, in the document's order.

    Args:
        document: Any JSON value.
        registry: The blocks that are installed.
        known: What the workflow may refer to; what is not known is not checked.
    """
    shape = shape_problems(document)
    if shape:
        return [FlowProblem(one.pointer, one.message, _step_in(one.pointer)) for one in shape]
    structure = Structure(document, registry)
    steps = StepChecks(structure, registry, known)
    found = [
        *_triggers(structure, registry, known),
        *steps.problems(),
        *wire_problems(structure, steps.blocks),
        *order_problems(structure),
        *danger_problems(structure, steps.blocks, known.unapproved),
        *_settings(document, known),
        *_rounded(structure, document),
    ]
    return sorted(set(found), key=lambda one: (one.severity, one.step, one.pointer))


def check_schedule(trigger: Mapping[str, Any], known: Known = NOTHING_KNOWN) -> list[Problem]:
    """List what is wrong with a schedule trigger of the right shape, pointing into the trigger."""
    at = "/triggers/schedule"
    found = trigger_problems("schedule", trigger, known)
    return [Problem(one.pointer.removeprefix(at), one.message) for one in found]


def _triggers(structure: Structure, registry: Registry, known: Known) -> Iterable[FlowProblem]:
    if not structure.triggers:
        yield FlowProblem("/triggers", "nothing starts this workflow: add a trigger")
    for id_, trigger in structure.triggers.items():
        yield from trigger_problems(id_, trigger, known)
        yield from block_trigger_problems(id_, trigger, registry, known)
        if "dedup" in trigger:
            name = f"dedup of {id_}"
            yield from trigger_expression_problems(trigger["dedup"], f"/triggers/{id_}/dedup", name)
        if id_ not in structure.after and "correlate" not in trigger:
            title = trigger.get("title") or id_
            message = f"{title} leads nowhere: draw a wire from it to a step, or remove it"
            yield FlowProblem(f"/triggers/{id_}", message, "", "warning")


def _rounded(structure: Structure, document: Mapping[str, Any]) -> Iterable[FlowProblem]:
    for problem in rounding_problems(document):
        step = _step_in(problem.pointer)
        said = f"{structure.title_of(step)}: {problem.message}" if step else problem.message
        yield FlowProblem(problem.pointer, said, step)


def _settings(document: Mapping[str, Any], known: Known) -> Iterable[FlowProblem]:
    for problem in check_schema(document.get("input", {})):
        yield FlowProblem(f"/input{problem.pointer}", f"input: {problem.message}")
    settings = document.get("settings", {})
    key = settings.get("concurrency", {}).get("key")
    if key:
        yield from trigger_expression_problems(key, "/settings/concurrency/key", "key")
    error_flow = settings.get("on_failure", {}).get("flow")
    if error_flow and known.flows is not None and error_flow not in known.flows:
        message = f"on failure: there is no workflow {error_flow}: choose another"
        yield FlowProblem("/settings/on_failure/flow", message)


def _step_in(pointer: str) -> str:
    parts = pointer.split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "steps" else ""  # noqa: PLR2004  /steps/<id>
