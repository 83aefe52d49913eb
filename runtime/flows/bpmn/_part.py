"""A process or sub-process of a diagram: its nodes, and the flows by where they leave. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from runtime.flows.bpmn._own import called, refusal
from runtime.flows.bpmn.words import NODES
from runtime.xml_files import Element

LOOKED_MAX = 200_000
"""Flows followed through gateways: where each leads to each, there are wires without number."""
_BY_PORT = re.compile(r'steps\.[a-z][a-z0-9_]*\.port == "([a-z][a-z0-9_-]{0,59})"')


class Flow:
    """A sequence flow of a diagram."""

    def __init__(self, element: Element) -> None:
        self.id = element.attributes.get("id", "")
        self.source = element.attributes.get("sourceRef", "")
        self.target = element.attributes.get("targetRef", "")
        self.name = called(element)
        self.condition = element.said("conditionExpression")

    @property
    def port(self) -> str:
        """The port of a step that the condition names, as Garland writes it; "" for none."""
        found = _BY_PORT.fullmatch(self.condition)
        return found[1] if found else ""


class Container:
    """What stands directly in one element."""

    def __init__(self, element: Element) -> None:
        inner = [one for one in element.children if one.local in NODES]
        self.nodes = {
            one.attributes.get("id", ""): one for one in inner if one.local != "boundaryEvent"
        }
        self.boundaries: dict[str, list[Element]] = {}
        for one in inner:
            if one.local == "boundaryEvent":
                self.boundaries.setdefault(one.attributes.get("attachedToRef", ""), []).append(one)
        self.flows = [Flow(one) for one in element.all("sequenceFlow")]
        self._looked = 0
        self._out: dict[str, list[Flow]] = {}
        for flow in self.flows:
            self._out.setdefault(flow.source, []).append(flow)

    def out(self, id_: str) -> list[Flow]:
        """Give the flows that leave a node."""
        return self._out.get(id_, [])

    def is_led_by_ports(self, id_: str) -> bool:
        """Tell whether a gateway only parts the ways out of the step before it."""
        flows = self.out(id_)
        return bool(flows) and all(flow.port for flow in flows)

    def reached(self, flow: Flow, steps: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield each step that a flow leads to through what only passes on, and by which port."""
        waiting, seen = [(flow, flow.port)], {flow.id}
        while waiting:
            now, port = waiting.pop()
            self._look(now)
            if now.target in steps:
                yield port, steps[now.target]
                continue
            for onward in self.out(now.target):
                self._look(onward)
                if onward.id not in seen:
                    seen.add(onward.id)
                    waiting.append((onward, onward.port or port))

    def _look(self, flow: Flow) -> None:
        self._looked += 1
        if self._looked > LOOKED_MAX:
            raise refusal(f"too many ways lead on from {flow.target}: part its gateways")
