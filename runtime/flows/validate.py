"""Is a workflow fit to be published? Each problem names the step, the field and the remedy.

Never raises on rubbish: a document of the wrong shape gives the problems of its shape.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from blocks.manifest import Manifest, output_ports
from blocks.registry import Block, Registry
from blocks.schemas import authoring_problems, widget_of
from kernel.schema import Schema, pointer_to
from runtime.flows._graph import comes_before, find_cycle, reachable, reversed_graph
from runtime.flows.cron import check_cron
from runtime.flows.expressions import (
    PREFIX,
    check_expression,
    expressions_in,
    is_expression,
    steps_read_by,
)
from runtime.flows.model import ERROR_PORT, shape_problems


@dataclass(frozen=True, slots=True)
class FlowProblem:
    """One thing wrong with a workflow; `step` is "" where it concerns the whole."""

    pointer: str
    message: str
    step: str = ""
    severity: Literal["error", "warning"] = "error"


def check_flow(document: Any, registry: Registry) -> list[FlowProblem]:
    """List everything that would stop the workflow, and warnings, in the document's order."""
    shape = shape_problems(document)
    if shape:
        return [FlowProblem(one.pointer, one.message, _step_in(one.pointer)) for one in shape]
    check = _Check(document, registry)
    found = [*check.triggers(), *check.steps(), *check.wires(), *check.order()]
    return sorted(set(found), key=lambda one: (one.severity, one.step, one.pointer))


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no path inside the database, a folder of it
        return False
    return True


def _step_in(pointer: str) -> str:
    parts = pointer.split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "steps" else ""  # noqa: PLR2004  /steps/<id>


class _Check:
    """One document under examination."""

    def __init__(self, document: Mapping[str, Any], registry: Registry) -> None:
        self._triggers: Mapping[str, Any] = document["triggers"]
        self._steps: Mapping[str, Any] = document["steps"]
        self._wires: list[Mapping[str, str]] = document["wires"]
        self._registry = registry
        self._blocks = {
            id_: registry.find(step["block"], step["version"]) for id_, step in self._steps.items()
        }
        self._after: dict[str, set[str]] = {}
        for wire in self._wires:
            self._after.setdefault(wire["from"].partition(":")[0], set()).add(wire["to"])
        self._before = reversed_graph(self._after)

    def triggers(self) -> Iterable[FlowProblem]:
        if not self._triggers:
            yield FlowProblem("/triggers", "nothing starts this workflow: add a trigger")
        for id_, trigger in self._triggers.items():
            if id_ in self._steps:
                yield FlowProblem(
                    f"/triggers/{id_}", f"{id_} names a trigger and a step: rename one"
                )
            if trigger["kind"] == "schedule":
                yield from self._schedule(id_, trigger)
            if id_ not in self._after:
                title = trigger.get("title") or id_
                message = f"{title} leads nowhere: draw a wire from it to a step, or remove it"
                yield FlowProblem(f"/triggers/{id_}", message, "", "warning")

    def _schedule(self, id_: str, trigger: Mapping[str, Any]) -> Iterable[FlowProblem]:
        wrong = check_cron(trigger.get("cron", ""))
        if wrong is not None:
            yield FlowProblem(f"/triggers/{id_}/cron", f"cron of {id_}: {wrong}")
        zone = trigger.get("timezone", "UTC")
        if not _is_zone(zone):
            yield FlowProblem(
                f"/triggers/{id_}/timezone",
                f"time zone of {id_}: {zone} is not known: write one such as Europe/Berlin",
            )

    def steps(self) -> Iterable[FlowProblem]:
        for id_, step in self._steps.items():
            block = self._blocks[id_]
            if block is None:
                yield self._unknown_block(id_, step)
                continue
            for part, schema in (("config", block.config_schema), ("input", block.input_schema)):
                value = step.get(part, {})
                yield from self._values(id_, part, schema, value)
                yield from self._expressions(id_, part, schema.document, value)

    def _unknown_block(self, id_: str, step: Mapping[str, Any]) -> FlowProblem:
        latest: Block | None = self._registry.latest(step["block"])
        if latest is None:
            message = f"{id_}: the block {step['block']} is not installed: install or replace it"
            return FlowProblem(f"/steps/{id_}/block", message, id_)
        return FlowProblem(
            f"/steps/{id_}/version",
            f"{id_}: version {step['version']} of {step['block']} is not installed: "
            f"use {latest.manifest.version}",
            id_,
        )

    def _values(
        self, id_: str, part: str, schema: Schema, value: Mapping[str, Any]
    ) -> Iterable[FlowProblem]:
        """Check literal values; an expression may turn out to be anything."""
        title = self._steps[id_].get("title") or id_
        for problem in authoring_problems(schema, value):
            pointer = f"/steps/{id_}/{part}{problem.pointer}"
            yield FlowProblem(pointer, f"{title}: {problem.message}", id_)

    def _expressions(
        self, id_: str, part: str, schema: Mapping[str, Any], value: Mapping[str, Any]
    ) -> Iterable[FlowProblem]:
        title = self._steps[id_].get("title") or id_
        texts = [*expressions_in(value), *condition_texts(schema, value)]
        for pointer, text in texts:
            where = f"/steps/{id_}/{part}{pointer}"
            name = pointer.rpartition("/")[2]
            wrong = check_expression(text)
            if wrong is not None:
                yield FlowProblem(where, f"{title}: {name}: {wrong.message}", id_)
                continue
            for read in sorted(steps_read_by(text)):
                if comes_before(self._before, read, id_):
                    continue
                if read in self._steps:
                    reason = f"{read} does not come before this step: wire it before"
                else:
                    reason = f"there is no step {read}: choose one from the data picker"
                yield FlowProblem(where, f"{title}: {name}: {reason}", id_)

    def wires(self) -> Iterable[FlowProblem]:
        seen: set[tuple[str, str]] = set()
        for index, wire in enumerate(self._wires):
            pointer = f"/wires/{index}"
            source, _, port = wire["from"].partition(":")
            if wire["to"] not in self._steps:
                message = f"a wire leads to {wire['to']}, which is not there: remove the wire"
                yield FlowProblem(pointer, message)
            if (wire["from"], wire["to"]) in seen:
                message = f"two wires lead from {wire['from']} to {wire['to']}: remove one"
                yield FlowProblem(pointer, message, wire["to"])
            seen.add((wire["from"], wire["to"]))
            yield from self._source(pointer, source, port)

    def _source(self, pointer: str, source: str, port: str) -> Iterable[FlowProblem]:
        if source in self._triggers:
            if port:
                message = f"{source} is a trigger and has no port {port}: draw the wire again"
                yield FlowProblem(pointer, message)
            return
        if source not in self._steps:
            message = f"a wire comes from {source}, which is not there: remove the wire"
            yield FlowProblem(pointer, message)
            return
        block = self._blocks[source]
        if block is not None:
            config = self._steps[source].get("config", {})
            names = [*port_names(block.manifest, config), ERROR_PORT]
            if (port or "done") not in names:
                yield FlowProblem(
                    pointer,
                    f"{source} has no port {port or 'done'}: its ports are {', '.join(names)}",
                    source,
                )

    def order(self) -> Iterable[FlowProblem]:
        cycle = find_cycle(self._after)
        if cycle:
            circle = " → ".join([*cycle, cycle[0]])
            message = f"the steps go in a circle ({circle}): remove one of its wires"
            yield FlowProblem("/wires", message, cycle[0])
        reached = reachable(self._after, self._triggers)
        for id_ in sorted(set(self._steps) - reached):
            title = self._steps[id_].get("title") or id_
            message = f"{title} is never reached: wire it to a trigger or a step, or remove it"
            yield FlowProblem(f"/steps/{id_}", message, id_, "warning")


def port_names(manifest: Manifest, config: Mapping[str, Any]) -> list[str]:
    """Give the names of a step's output ports, `error` apart."""
    return [port.name for port in output_ports(manifest, config)]


def condition_texts(
    schema: Mapping[str, Any], value: Any, path: tuple[str | int, ...] = ()
) -> Iterable[tuple[str, str]]:
    """Yield pointer and text of the fields a schema marks as conditions (widget expression)."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            inner = schema.get("properties", {}).get(key)
            if isinstance(inner, Mapping):
                yield from condition_texts(inner, item, (*path, key))
    elif isinstance(value, list):
        inner = schema.get("items", {})
        for index, item in enumerate(value):
            yield from condition_texts(inner, item, (*path, index))
    elif isinstance(value, str) and widget_of(schema) == "expression" and not is_expression(value):
        yield pointer_to(path), value.removeprefix(PREFIX)
