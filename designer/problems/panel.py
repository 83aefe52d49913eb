"""The problems of a draft as its panel lists them: by step, the worst first, with what mends them.

Pure. A fix is offered where one is obvious: there is one thing to do, and undo takes it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks.manifest import output_ports
from blocks.registry import Registry
from designer.problems.places import Place, place_of
from kernel.schema import path_of
from runtime.drafts.flat import WITHIN, flattened, has_repeated_ids
from runtime.drafts.wording import node_title
from runtime.flows.problems import FlowProblem
from runtime.flows.titles import titles_of

Document = Mapping[str, Any]
_DEAD_WIRE = re.compile(r"which is not there: remove the wire|has no port")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A button: what it says, and what the canvas does on it.

    Attributes:
        deed: `unwire` and `wire` with `from` and `to`, or `set` with `step`, `path` and `value`.
    """

    label: str
    deed: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One problem, where it leads, and its fix where there is an obvious one."""

    pointer: str
    message: str
    severity: str
    place: Place
    fix: Fix | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The problems of one step or trigger; `node` is "" for those of the workflow itself."""

    node: str
    title: str
    problems: tuple[Listed, ...]

    @property
    def is_bad(self) -> bool:
        """Tell whether one of them keeps the draft from being published."""
        return any(one.severity == "error" for one in self.problems)


def problem_groups(
    problems: Sequence[FlowProblem],
    document: Document,
    registry: Registry,
    connections: Mapping[str, str],
) -> list[Group]:
    """Group problems by where they are, those with errors first.

    `connections` are the organisation's, by name, the kind of each.
    """
    flat = flattened(document)
    titles = titles_of(document, registry)
    offering = not has_repeated_ids(document)
    found: dict[str, list[Listed]] = {}
    for one in sorted(problems, key=lambda one: one.severity):
        fix = _fix(one, flat, document, registry, connections) if offering else None
        place = place_of(one, document)
        node = place.node
        said = _without_name(one.message, (_title(node, flat, registry), titles.get(node, node)))
        told = {"pointer": one.pointer, "message": said, "severity": one.severity}
        listed = Listed(**told, place=place, fix=fix)
        found.setdefault(node, []).append(listed)
    groups = [
        Group(node=id_, title=_title(id_, flat, registry), problems=tuple(listed))
        for id_, listed in found.items()
    ]
    return sorted(groups, key=lambda one: (not one.is_bad, one.node == ""))


def _without_name(message: str, names: Sequence[str]) -> str:
    """Leave the step's name out, which stands above.

    >>> _without_name("Tell: to is missing", ("Tell", "mail"))
    'To is missing'
    """
    for name in names:
        message = message.removeprefix(f"{name}: ")
    return message[:1].upper() + message[1:]


def _title(id_: str, flat: Document, registry: Registry) -> str:
    node = flat["steps"].get(id_) or flat["triggers"].get(id_)
    return node_title(id_, node, registry) if node else id_ or "The workflow"


def _fix(
    problem: FlowProblem,
    flat: Document,
    document: Document,
    registry: Registry,
    connections: Mapping[str, str],
) -> Fix | None:
    """Give the one thing that mends a problem; None where there is more than one, or none."""
    path = path_of(problem.pointer)
    if path[-2:-1] == ["wires"] and _DEAD_WIRE.search(problem.message):
        return _unwire(document, path)
    if problem.step not in flat["steps"] or "undo" in path:
        return None
    step = flat["steps"][problem.step]
    if "is never reached" in problem.message:
        return _wire(problem.step, flat, registry)
    if path[-2:-1] == ["connections"]:
        return _connect(problem.step, step, path[-1], registry, connections)
    return _installed(problem, step, registry) if path[-1:] == ["version"] else None


def _installed(problem: FlowProblem, step: Document, registry: Registry) -> Fix | None:
    latest = registry.latest(step["block"])
    if latest is None or "is not installed" not in problem.message:
        return None
    version = latest.manifest.version
    return _set(f"Use version {version}", problem.step, ["version"], version)


def _set(label: str, step: str, path: list[str], value: str) -> Fix:
    return Fix(label=label, deed={"do": "set", "step": step, "path": path, "value": value})


def _unwire(document: Document, path: list[str]) -> Fix:
    found: Any = document
    for name in path:
        found = found[int(name)] if isinstance(found, list) else found[name]
    return Fix(label="Remove the wire", deed={"do": "unwire", **found})


def _connect(
    id_: str,
    step: Document,
    slot: str,
    registry: Registry,
    connections: Mapping[str, str],
) -> Fix | None:
    block = registry.find(step["block"], step["version"])
    slots = block.manifest.secrets if block is not None else ()
    accepts = {kind for one in slots if one.slot == slot for kind in one.accepts}
    fitting = [name for name, kind in connections.items() if kind in accepts]
    if len(fitting) != 1:
        return None
    return _set(f"Use {fitting[0]}", id_, ["connections", slot], fitting[0])


def _wire(id_: str, flat: Document, registry: Registry) -> Fix | None:
    """Offer to go on from the one end that is loose beside a step."""
    loose = list(_loose_ends(id_, flat, registry))
    if len(loose) != 1:
        return None
    node = loose[0].partition(":")[0]
    label = f"Connect it after {_title(node, flat, registry)}"
    return Fix(label=label, deed={"do": "wire", "from": loose[0], "to": id_})


def _loose_ends(id_: str, flat: Document, registry: Registry) -> Iterator[str]:
    """Yield the ways on that nothing follows, of what stands in the same place."""
    wired = {wire["from"].partition(":")[0] for wire in flat["wires"]}
    within = flat["steps"][id_].get(WITHIN)
    if within is None:
        yield from (one for one in flat["triggers"] if one not in wired)
    for one, step in flat["steps"].items():
        block = registry.find(step["block"], step["version"])
        if one in (id_, *wired) or step.get(WITHIN) != within or block is None:
            continue
        ports = output_ports(block.manifest, step.get("config", {}))
        reached = any(wire["to"] == one for wire in flat["wires"])
        if reached and len(ports) == 1:
            yield f"{one}:{ports[0].name}"
