"""What a step can read: what started the run, the steps before it, its loop, variables.

Each source says where it stands, its schema, and whether it is there for certain: a step that only
some ways lead through is not. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks.registry import Block, Registry, output_ports
from runtime.flows._graph import reachable
from runtime.flows._said import ERROR, RULE, SAID
from runtime.flows._structure import Structure
from runtime.flows.model import ERROR_PORT, shape_problems
from runtime.flows.picture import TRIGGERS
from runtime.flows.problems import NOTHING_KNOWN, Known
from runtime.flows.table_steps import DECIDED, face_of

_TEXT = {"type": "string"}
_WHEN = {**_TEXT, "title": "Started at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """One thing that can be read.

    Attributes:
        title: What people call it.
        about: Where it comes from, in a few words.
        path: Where it stands among the variables.
        schema: What it looks like; {} where nobody says.
        certain: By path, whether each name of it is there for certain.
        step: The step that gives it; "" for anything else.
    """

    title: str
    about: str
    path: tuple[str, ...]
    schema: Mapping[str, Any]
    certain: tuple[bool, ...]
    step: str = ""


def readable_by(
    document: Mapping[str, Any], reader: str, registry: Registry, known: Known = NOTHING_KNOWN
) -> list[Readable]:
    """List what a step can read, the nearest first; nothing for a document of the wrong shape.

    Args:
        document: The workflow.
        reader: The step's id; one that is not there reads what every step can.
        registry: The blocks that are installed.
        known: Tables that steps decide by.
    """
    if shape_problems(document):
        return []
    around = _Around(document, reader, registry, known)
    return [*around.loops(), *around.steps(), *around.start(), *around.variables(), _RUN]


_RUN = Readable(
    title="This run",
    about="",
    path=("run",),
    schema={
        "type": "object",
        "required": ["id", "started_at"],
        "properties": {"id": {**_TEXT, "title": "Id"}, "started_at": _WHEN},
    },
    certain=(True,),
)


class _Around:
    """What stands round one step."""

    def __init__(
        self, document: Mapping[str, Any], reader: str, registry: Registry, known: Known
    ) -> None:
        self._document = document
        self._reader = reader
        self._known = known
        self._structure = Structure(document)
        self._blocks: dict[str, Block | None] = {
            id_: registry.find(one.step["block"], one.step["version"])
            for id_, one in self._structure.steps.items()
        }
        self._registry = registry

    def _titled(self, id_: str) -> str:
        block, step = self._blocks.get(id_), self._structure.steps[id_].step
        return step.get("title") or (block.manifest.title if block is not None else id_)

    def loops(self) -> Iterator[Readable]:
        """Yield the round of each loop the step stands in; `item` is the innermost's."""
        for depth, loop in enumerate(self._structure.around(self._reader)):
            block, title = self._blocks[loop], self._titled(loop)
            if block is not None and block.manifest.behaviour.control == "each":
                path = ("item",) if depth == 0 else ("steps", loop, "item")
                certain = (True,) * len(path)
                yield Readable(
                    title="Item of this round",
                    about=title,
                    path=path,
                    schema={},
                    certain=certain,
                )
            yield Readable(
                title="Number of this round, from 0",
                about=title,
                path=("steps", loop, "index"),
                schema={"type": "integer"},
                certain=(True, True, True),
            )

    def steps(self) -> Iterator[Readable]:
        """Yield what steps before it gave, the nearest first."""
        for place in [self._reader, *self._structure.around(self._reader)]:
            before = self._distances(place)
            for id_ in sorted(before, key=lambda one: (before[one], one)):
                if id_ in self._structure.steps:
                    yield self._given_by(id_, place, before[id_])

    def _given_by(self, id_: str, place: str, distance: int) -> Readable:
        about = "The step before" if distance == 1 else f"{distance} steps before"
        return Readable(
            title=self._titled(id_),
            about=about,
            path=("steps", id_, "output"),
            schema=_common(self._schemas_of(id_, place)),
            certain=(True, self._is_certain(id_, place), True),
            step=id_,
        )

    def _distances(self, place: str) -> dict[str, int]:
        """Give how many wires each step is away that leads to a place."""
        sources: dict[str, list[str]] = {}
        for one in self._structure.wires:
            sources.setdefault(one.wire["to"], []).append(one.wire["from"].partition(":")[0])
        found = {place: 0}
        queue = [place]
        while queue:
            step = queue.pop(0)
            for source in sources.get(step, ()):
                if source not in found:
                    found[source] = found[step] + 1
                    queue.append(source)
        del found[place]
        return found

    def _is_certain(self, id_: str, place: str) -> bool:
        """Tell whether every way to a place leads through a step that is performed."""
        if self._structure.steps[id_].step.get("disabled"):
            return False
        without = {
            source: targets for source, targets in self._structure.after.items() if source != id_
        }
        return place not in reachable(without, set(self._roots_of(place)) - {id_})

    def _roots_of(self, place: str) -> list[str]:
        container = self._structure.container_of(place)
        targets = {one.wire["to"] for one in self._structure.wires}
        beside = self._structure.inside(container) if container else self._structure.steps
        loose = [
            one
            for one in beside
            if self._structure.container_of(one) == container and one not in targets
        ]
        return loose if container else [*self._structure.triggers, *loose]

    def _schemas_of(self, id_: str, place: str) -> list[Mapping[str, Any]]:
        """Give what may leave a step by each port that leads to a place."""
        block, config = self._blocks[id_], self._structure.steps[id_].step.get("config", {})
        if block is None:
            return [{}]
        schemas = {one.name: one.schema for one in output_ports(block.manifest, config)}
        face = face_of(config, block, self._known)
        if face is not None:
            schemas[DECIDED] = dict(face.outputs)
        schemas[ERROR_PORT] = ERROR
        ends = [one.wire for one in self._structure.wires if one.wire["from"].startswith(id_)]
        after = self._structure.after
        ports = {
            port or "done"
            for name, _, port in (wire["from"].partition(":") for wire in ends)
            if name == id_ and place in _from(after, ends, name, port)
        }
        return [schemas.get(port, {}) for port in sorted(ports)] or [{}]

    def start(self) -> Iterator[Readable]:
        """Yield what the triggers that lead to the step say, kind by kind."""
        triggers = self._leading()
        said = [self._said_by(one) for one in triggers]
        for number, trigger in enumerate(triggers):
            kind = TRIGGERS.get(trigger["kind"], (trigger["kind"],))[0]
            if trigger["kind"] in [one["kind"] for one in triggers[:number]]:
                continue
            for name, schema in said[number].items():
                yield Readable(
                    title=schema.get("title", name),
                    about=f"Start: {kind}",
                    path=("trigger", name),
                    schema=schema,
                    certain=(True, name != "rule" and all(name in one for one in said)),
                )

    def _leading(self) -> list[Mapping[str, Any]]:
        place = [self._reader, *self._structure.around(self._reader)][-1]
        before = self._distances(place)
        triggers = self._structure.triggers
        leading = [triggers[id_] for id_ in triggers if id_ in before] or [*triggers.values()]
        return leading or [{"kind": "rule"}]

    def _said_by(self, trigger: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
        kind = trigger["kind"]
        if kind in ("manual", "flow"):
            given = self._structure.input_schema or {"type": "object"}
            return {"input": {**given, "title": "What it was started with"}}
        if kind == "rule":
            return {**SAID["rule"], "rule": RULE}
        if kind == "block":
            block = self._registry.find(trigger.get("block", ""), trigger.get("version", ""))
            schemas = [one.schema for one in block.manifest.outputs] if block is not None else []
            event = schemas[0] if schemas else {}
            parts = {"key": {**_TEXT, "title": "What is new"}, "at": {**_TEXT, "title": "Found at"}}
            return {"event": {**event, "title": "What was found"}, **parts}
        return SAID.get(kind, {})

    def variables(self) -> Iterator[Readable]:
        """Yield the run's variables."""
        for name in self._structure.variables:
            yield Readable(
                title=name,
                about="Variable",
                path=("vars", name),
                schema={},
                certain=(True, True),
            )


def _from(
    after: Mapping[str, set[str]], ends: Sequence[Mapping[str, str]], name: str, port: str
) -> set[str]:
    """Give all that the wires of one port lead to."""
    targets = {one["to"] for one in ends if one["from"].partition(":")[::2] == (name, port)}
    return reachable(after, targets)


def _common(schemas: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Give one schema of what leaves by several ports: a field is certain where all have it."""
    if len(schemas) == 1:
        return schemas[0]
    properties: dict[str, Any] = {}
    for one in schemas:
        for name, part in one.get("properties", {}).items():
            properties.setdefault(name, part)
    required = [
        name for name in properties if all(name in one.get("required", ()) for one in schemas)
    ]
    return {"type": "object", "properties": properties, "required": required}
