"""How a workflow is put together: every step with where it stands, and who comes before whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from blocks.registry import Registry
from runtime.flows._graph import comes_before, reversed_graph
from runtime.flows.titles import step_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A step and where it stands; `pointer` leads to it in the document.

    `called` is what people call it, "" where that is not known.
    """

    id: str
    step: Mapping[str, Any]
    container: str
    pointer: str
    called: str = ""

    @property
    def title(self) -> str:
        """What people call it."""
        return self.called or self.step.get("title") or self.id

    @property
    def is_off(self) -> bool:
        """Tell whether it is switched off, and so gives nothing."""
        return bool(self.step.get("disabled"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedWire:
    """A wire and the body it stands in."""

    wire: Mapping[str, str]
    container: str
    pointer: str


class Structure:
    """A document of the right shape, bodies taken out of their loops.

    With a registry, steps that nobody named are called as their blocks are.

    Attributes:
        input_schema: What it is started with by hand; {} for anything.
        steps: By id.
    """

    def __init__(self, document: Mapping[str, Any], registry: Registry | None = None) -> None:
        self.triggers: Mapping[str, Any] = document["triggers"]
        self.input_schema: Mapping[str, Any] = document.get("input", {})
        self.variables = frozenset(document.get("vars", {}))
        self.steps = {
            placed.id: replace(placed, called=step_title(placed.id, placed.step, registry))
            if registry is not None
            else placed
            for placed in steps_of(document)
        }
        self.wires = list(_wires_of(document, "", ""))
        self.after: dict[str, set[str]] = {}
        for one in self.wires:
            source = one.wire["from"].partition(":")[0]
            self.after.setdefault(source, set()).add(one.wire["to"])
        self._before = reversed_graph(self.after)
        self._entering = Counter(one.wire["to"] for one in self.wires)

    def title_of(self, node: str) -> str:
        """Call a step as people do, and anything else by its id."""
        return self.steps[node].title if node in self.steps else node

    def container_of(self, step: str) -> str:
        """Give the loop whose body a step or trigger stands in; "" for none."""
        return self.steps[step].container if step in self.steps else ""

    def around(self, step: str) -> Iterator[str]:
        """Yield the loops a step stands in, the innermost first."""
        container = self.container_of(step)
        while container:
            yield container
            container = self.container_of(container)

    def inside(self, loop: str) -> list[str]:
        """List the steps of a loop's body."""
        return [id_ for id_, one in self.steps.items() if one.container == loop]

    def wires_into(self, step: str) -> int:
        """Count the wires that lead to a step."""
        return self._entering[step]

    def can_read(self, reader: str, read: str) -> bool:
        """Tell whether what a step gave is known when another runs.

        It comes before it, or before a loop around it, or is such a loop.
        """
        places = [reader, *self.around(reader)]
        return read in places[1:] or any(comes_before(self._before, read, one) for one in places)


def steps_of(part: Mapping[str, Any], container: str = "", pointer: str = "") -> Iterator[Placed]:
    """Yield each step of a document, or of a body, those in bodies after what holds them."""
    for id_, step in part["steps"].items():
        where = f"{pointer}/steps/{id_}"
        yield Placed(id=id_, step=step, container=container, pointer=where)
        if "body" in step:
            yield from steps_of(step["body"], id_, f"{where}/body")


def _wires_of(part: Mapping[str, Any], container: str, pointer: str) -> Iterator[PlacedWire]:
    for index, wire in enumerate(part["wires"]):
        yield PlacedWire(wire=wire, container=container, pointer=f"{pointer}/wires/{index}")
    for id_, step in part["steps"].items():
        if "body" in step:
            yield from _wires_of(step["body"], id_, f"{pointer}/steps/{id_}/body")
