"""Do a workflow's wires lead from somewhere to somewhere, without going in circles?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blocks.manifest import Manifest, output_ports
from blocks.registry import Block
from runtime.flows._graph import find_cycle, reachable
from runtime.flows._structure import PlacedWire, Structure
from runtime.flows.model import ERROR_PORT
from runtime.flows.problems import FlowProblem


def wire_problems(
    structure: Structure, blocks: Mapping[str, Block | None]
) -> Iterable[FlowProblem]:
    """Yield what is wrong with the wires."""
    seen: set[tuple[str, str]] = set()
    for placed in structure.wires:
        source, target = placed.wire["from"], placed.wire["to"]
        if (source, target) in seen:
            ends = f"from {_called(structure, source)} to {structure.title_of(target)}"
            message = f"two wires lead {ends}: remove one"
            yield FlowProblem(placed.pointer, message, target)
        seen.add((source, target))
        yield from _ends(structure, placed)
        yield from _port(structure, blocks, placed)


def order_problems(structure: Structure) -> Iterable[FlowProblem]:
    """Yield circles, and steps that nothing leads to."""
    cycle = find_cycle(structure.after)
    if cycle:
        circle = " → ".join(map(structure.title_of, [*cycle, cycle[0]]))
        message = f"the steps go in a circle ({circle}): remove one of its wires"
        yield FlowProblem("/wires", message, cycle[0])
    entries = [
        id_
        for id_, one in structure.steps.items()
        if one.container and not structure.wires_into(id_)
    ]
    reached = reachable(structure.after, [*structure.triggers, *entries])
    for id_ in sorted(set(structure.steps) - reached):
        placed = structure.steps[id_]
        message = f"{placed.title} is never reached: wire it to a trigger or a step, or remove it"
        yield FlowProblem(placed.pointer, message, id_, "warning")


def port_names(manifest: Manifest, config: Mapping[str, Any]) -> list[str]:
    """Give the names of a step's output ports, `error` apart."""
    return [port.name for port in output_ports(manifest, config)]


def _called(structure: Structure, end: str) -> str:
    """Call the end of a wire as people do: the step, and its port where it names one."""
    id_, _, port = end.partition(":")
    return f"{structure.title_of(id_)} ({port})" if port else structure.title_of(id_)


def _ends(structure: Structure, placed: PlacedWire) -> Iterable[FlowProblem]:
    source, target = placed.wire["from"].partition(":")[0], placed.wire["to"]
    if target in structure.triggers:
        message = f"a wire leads to {target}, which is no step but a trigger: remove the wire"
        yield FlowProblem(placed.pointer, message)
    elif target not in structure.steps:
        message = f"a wire leads to {target}, which is not there: remove the wire"
        yield FlowProblem(placed.pointer, message)
    if source not in structure.steps and source not in structure.triggers:
        message = f"a wire comes from {source}, which is not there: remove the wire"
        yield FlowProblem(placed.pointer, message)
        return
    crossed = {structure.container_of(source), structure.container_of(target), placed.container}
    if target in structure.steps and len(crossed) > 1:
        message = (
            f"a wire leads from {structure.title_of(source)} to {structure.title_of(target)} "
            "across the edge of a loop: wire to the loop itself"
        )
        yield FlowProblem(placed.pointer, message, target)


def _port(
    structure: Structure, blocks: Mapping[str, Block | None], placed: PlacedWire
) -> Iterable[FlowProblem]:
    source, _, port = placed.wire["from"].partition(":")
    if source in structure.triggers:
        if port:
            message = f"{source} is a trigger and has no port {port}: draw the wire again"
            yield FlowProblem(placed.pointer, message)
        return
    block = blocks.get(source)
    if block is None:
        return
    names = [
        *port_names(block.manifest, structure.steps[source].step.get("config", {})),
        ERROR_PORT,
    ]
    if (port or "done") not in names:
        title = structure.title_of(source)
        message = f"{title} has no port {port or 'done'}: its ports are {', '.join(names)}"
        yield FlowProblem(placed.pointer, message, source)
