"""Does somebody approve before a workflow does what can hurt many?

Dangerous is a step that changes devices, and one that tells people once for each round of a loop,
or more than `MASS` at once: an outage or a wave of messages is not taken back. Before each of them
an approval has to stand on every way that leads there.

Source: our own choice, after what operators ask approval for (remediation on service-affecting
gear, port disable, reroute, mass notification).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from blocks.manifest import output_ports
from blocks.registry import Block
from runtime.flows._graph import reachable
from runtime.flows._structure import Placed, Structure
from runtime.flows.problems import FlowProblem

MASS = 20
_REACHES_IN = frozenset({"ssh", "snmp"})
"""What a block asks to be let into devices by."""
_ONLY_TELLS = frozenset({"garland.send-trap"})
"""Blocks that reach devices and change nothing in them."""
_RECIPIENTS = ("to", "cc", "bcc", "recipients", "numbers")


def danger_problems(
    structure: Structure,
    blocks: Mapping[str, Block | None],
    severity: Literal["error", "warning"],
) -> Iterable[FlowProblem]:
    """Yield the dangerous steps that may be reached although nobody approved.

    `severity` is what that is in an organisation: an error where it demands approval.
    """
    unasked = _reached_unasked(structure, blocks)
    for id_, placed in structure.steps.items():
        block = blocks[id_]
        why = why_dangerous(placed, block) if block is not None else ""
        if why and id_ in unasked and not placed.step.get("disabled"):
            message = f"{placed.title} {why}, and nobody approves it: put an Approval before it"
            yield FlowProblem(placed.pointer, message, id_, severity)


def why_dangerous(placed: Placed, block: Block) -> str:
    """Say what makes a step dangerous; "" where nothing does."""
    manifest = block.manifest
    if manifest.behaviour.effects != "write":
        return ""
    reaches_in = _REACHES_IN & {one.name for one in manifest.permissions}
    if manifest.category == "devices" and reaches_in and manifest.id not in _ONLY_TELLS:
        return "changes devices"
    if manifest.category != "notify":
        return ""
    if placed.container:
        return "tells people once for each round of a loop"
    given = {**placed.step.get("config", {}), **placed.step.get("input", {})}
    most = max((len(one) for one in _recipients(given)), default=0)
    return f"tells {most} people at once" if most > MASS else ""


def _recipients(given: Mapping[str, Any]) -> Iterator[list[Any]]:
    for name in _RECIPIENTS:
        if isinstance(given.get(name), list):
            yield given[name]


def _reached_unasked(structure: Structure, blocks: Mapping[str, Block | None]) -> set[str]:
    """Find the steps that some way leads to without the good outcome of an approval."""
    after: dict[str, set[str]] = {}
    for one in structure.wires:
        source, _, port = one.wire["from"].partition(":")
        if not _lets_pass(structure, blocks.get(source), source, port or "done"):
            after.setdefault(source, set()).add(one.wire["to"])
    for id_, placed in structure.steps.items():
        if placed.container and not structure.wires_into(id_):
            after.setdefault(placed.container, set()).add(id_)
    return reachable(after, structure.triggers)


def _lets_pass(structure: Structure, block: Block | None, step: str, port: str) -> bool:
    """Tell whether a way leaves an approval because people said yes."""
    if block is None or block.manifest.behaviour.control != "approval":
        return False
    placed = structure.steps[step].step
    ports = output_ports(block.manifest, placed.get("config", {}))
    is_good = any(one.name == port and one.tone == "good" for one in ports)
    return is_good and not placed.get("disabled")
