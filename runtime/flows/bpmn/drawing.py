"""From a workflow to its BPMN diagram. Pure.

Triggers become start events; steps become tasks, events, gateways or sub-processes by what their
blocks do. Ways out of a step become conditional flows of a gateway, its error port a boundary
event. A way that leads to several steps forks; a step that several lead to joins them: parallel
where all came out of one fork, else inclusive, which waits for what may still come, as Garland
does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from blocks.drawings.faces import HEAD_HEIGHT, Face
from blocks.drawings.sheets import sheet_of
from blocks.registry import Registry
from runtime.flows.bpmn._events import boundary, catching, closing, expression, loop_of, starting
from runtime.flows.bpmn._joins import Wires
from runtime.flows.bpmn.diagram import AIR, EVENT, GATEWAY, NO_ID, TASK, Ids, Node, Part, wrap
from runtime.flows.bpmn.words import GATEWAYS, SCALE, TASKS, element_of
from runtime.flows.exchange.canonical import ordered
from runtime.flows.layout import laid_out
from runtime.flows.model import ERROR_PORT
from runtime.flows.picture import entries_of
from runtime.xml_files import write_element

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TIMEOUT = "timeout"
_TIMED = ("userTask", "receiveTask")
_OTHERWISE = ("no", "otherwise")


def as_json(value: Any) -> str:
    """Write JSON that XML can hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Drawing:
    """One diagram in the making.

    Attributes:
        of_step: The node of each step, by its id.
    """

    def __init__(self, document: Mapping[str, Any], registry: Registry, ids: Ids) -> None:
        self._document = ordered(document)
        self._registry = registry
        self._ids = ids
        self._entries = entries_of(document, registry, lambda _: "")
        self._faces = sheet_of(laid_out(document), self._entries).faces
        self.of_step: dict[str, Node] = {}

    def drawn(self) -> Part:
        """Draw all of it."""
        part, wires = Part(), Wires(self._document["wires"], self._document["triggers"])
        starts = {
            id_: self._start(part, id_, trigger)
            for id_, trigger in self._document["triggers"].items()
        }
        self._fill(part, self._document["steps"], wires, starts)
        return part

    def _start(self, part: Part, id_: str, trigger: Mapping[str, Any]) -> Node:
        node = self._node(part, f"start_{id_}", "startEvent", self._faces[id_])
        node.parts = starting(trigger)
        node.notes = trigger.get("notes", "")
        node.own = write_element("garland:trigger", {"id": id_}, text=as_json(trigger))
        return node

    def _node(self, part: Part, wish: str, tag: str, face: Face) -> Node:
        """Place what stands for a node of the canvas, its middle at the height of its head."""
        size = GATEWAY if tag in GATEWAYS else TASK if tag in TASKS else EVENT
        left = face.x * SCALE[0] + (TASK[0] - size[0]) / 2
        top = face.y * SCALE[1] + HEAD_HEIGHT / 2 - size[1] / 2
        node = Node(id=self._ids.new(wish), tag=tag, name=face.title, x=left, y=top, size=size)
        part.nodes[node.id] = node
        return node

    def _fill(
        self, part: Part, steps: Mapping[str, Any], wires: Wires, starts: Mapping[str, Node]
    ) -> None:
        """Draw the steps of a workflow or body, then what leads from where to where."""
        nodes = {**starts, **{id_: self._step(part, id_, steps[id_], wires) for id_ in steps}}
        entries = {
            id_: self._entrance(part, nodes[id_], (id_, steps[id_]), wires, nodes) for id_ in steps
        }
        for id_, node in nodes.items():
            ports = {
                port: [entries[target] for target in targets if target in entries]
                for port, targets in wires.ports(id_).items()
            }
            led = {port: targets for port, targets in ports.items() if targets}
            if id_ in steps:
                self._ways_out(part, node, (id_, steps[id_]), led)
            elif led:
                self._lead(part, node, led[""])

    def _step(self, part: Part, id_: str, step: Mapping[str, Any], wires: Wires) -> Node:
        block = self._registry.find(step["block"], step["version"])
        ports = wires.ports(id_).keys()
        tag = element_of(
            step, block, leads_on=bool(ports - {ERROR_PORT}), fails=ERROR_PORT in ports
        )
        node = self._node(part, f"step_{id_}", tag, self._faces[id_])
        self.of_step.setdefault(id_, node)
        kept = {name: value for name, value in step.items() if name != "body"}
        if "body" in step:
            kept["body"] = {"wires": step["body"]["wires"]}
        node.own = write_element(
            "garland:step", {"id": id_, "shown": node.name}, text=as_json(kept)
        )
        node.notes = step.get("notes", "")
        if tag == "subProcess":
            node.parts = loop_of(step)
            node.inside = self._body(id_, step.get("body", {"steps": {}, "wires": []}))
            wrap(node)
        elif tag == "callActivity":
            node.attributes |= _called(step)
        elif tag in ("intermediateCatchEvent", "endEvent"):
            node.parts = closing(step) if tag == "endEvent" else catching(step)
        return node

    def _body(self, loop: str, body: Mapping[str, Any]) -> Part:
        inside, face = Part(), self._faces[loop]
        self._fill(inside, body["steps"], Wires(body["wires"], ()), {})
        led_to = {flow.target for flow in inside.flows.values()} | {
            node.id for node in inside.nodes.values() if node.tag == "boundaryEvent"
        }
        first = [node for node in inside.nodes.values() if node.id not in led_to]
        begin = Node(id=self._ids.new(f"begin_{loop}"), tag="startEvent", size=EVENT)
        left = min((node.x for node in inside.nodes.values()), default=face.x * SCALE[0] + 120)
        middle = min((node.middle for node in first), default=face.y + 220)
        begin.x, begin.y = left - 2 * AIR - EVENT[0], middle - EVENT[1] / 2
        inside.nodes[begin.id] = begin
        if first:
            self._lead(inside, begin, [node.id for node in first])
        else:
            self._end(inside, begin, loop)
        return inside

    def _entrance(
        self,
        part: Part,
        node: Node,
        placed: tuple[str, Mapping[str, Any]],
        wires: Wires,
        nodes: Mapping[str, Node],
    ) -> str:
        """Give what the flows to a step enter: its node, or the gateway before it that joins."""
        id_, step = placed
        if sum(source in nodes for source, _ in wires.into(id_)) <= 1:
            return node.id
        join = step.get("join", "all")
        tag, parts = "complexGateway", [_enough(join)]
        if join == "all":
            is_parallel = wires.came_of_one_fork(id_, self._goes_on)
            tag, parts = ("parallelGateway" if is_parallel else "inclusiveGateway"), []
        gateway = self._gateway(part, f"join_{id_}", tag, node.x - AIR - GATEWAY[0], node.middle)
        gateway.parts = parts
        self._flow(part, gateway.id, node.id)
        return gateway.id

    def _goes_on(self, id_: str) -> bool:
        face = self._faces.get(id_)
        return face is not None and sum(way.tone != "error" for way in face.ways) == 1

    def _ways_out(
        self,
        part: Part,
        node: Node,
        placed: tuple[str, Mapping[str, Any]],
        ports: dict[str, list[str]],
    ) -> None:
        id_, step = placed
        ports = dict(ports)
        breaks = {ERROR_PORT: False} | ({_TIMEOUT: True} if node.tag in _TIMED else {})
        for at, (port, is_time) in enumerate(breaks.items()):
            if port in ports:
                event = self._boundary(part, node, f"{port}_{id_}", at)
                event.parts = boundary(step, is_time=is_time)
                self._lead(part, event, ports.pop(port))
        if not ports:
            if node.tag != "endEvent":
                self._end(part, node, id_)
            return
        titles = {way.name: way.title for way in self._faces[id_].ways}
        if node.tag == "exclusiveGateway":
            self._branch(part, node, ports, (_conditions(step), titles))
            return
        asked = {port: f'steps.{id_}.port == "{port}"' for port in ports}
        if len(ports) > 1:
            beside = node.right + AIR
            gateway = self._gateway(part, f"ways_{id_}", "exclusiveGateway", beside, node.middle)
            self._flow(part, node.id, gateway.id)
            self._branch(part, gateway, ports, (asked, titles))
        elif self._goes_on(id_):
            self._lead(part, node, next(iter(ports.values())))
        else:
            self._branch(part, node, ports, (asked, titles))

    def _branch(
        self,
        part: Part,
        gateway: Node,
        ports: Mapping[str, list[str]],
        said: tuple[Mapping[str, str], Mapping[str, str]],
    ) -> None:
        """Let a node lead on by condition; what has none of its own is its default.

        A default alone would always be taken, so the other ways are drawn too, each to an end.
        """
        conditions, titles = said
        for port, targets in ports.items():
            condition, name = conditions.get(port, ""), titles.get(port, port)
            flow = self._lead(part, gateway, targets, name, condition)
            if port in _OTHERWISE and not condition:
                gateway.attributes["default"] = flow
        if not conditions.keys() & ports.keys():
            for port, condition in conditions.items():
                self._end(part, gateway, gateway.id, titles.get(port, port), condition)

    def _lead(
        self,
        part: Part,
        source: Node,
        targets: Sequence[str],
        name: str = "",
        condition: str = "",
    ) -> str:
        """Lead on to a node, or by a fork to several; give the id of the flow that leaves."""
        if len(targets) == 1:
            return self._flow(part, source.id, targets[0], name, condition)
        left, middle = source.right + AIR, source.middle
        fork = self._gateway(part, f"fork_{source.id}", "parallelGateway", left, middle)
        flow = self._flow(part, source.id, fork.id, name, condition)
        for target in targets:
            self._flow(part, fork.id, target)
        return flow

    def _flow(
        self, part: Part, source: str, target: str, name: str = "", condition: str = ""
    ) -> str:
        said = expression("conditionExpression", condition) if condition else ""
        return part.lead(
            self._ids.new(f"flow_{source}-{target}"), source, target, name=name, condition=said
        )

    def _gateway(self, part: Part, wish: str, tag: str, left: float, middle: float) -> Node:
        node = Node(id=self._ids.new(wish), tag=tag, size=GATEWAY, x=left)
        node.y = middle - GATEWAY[1] / 2
        part.nodes[node.id] = node
        return node

    def _end(self, part: Part, node: Node, id_: str, name: str = "", condition: str = "") -> None:
        end = Node(id=self._ids.new(f"end_{id_}"), tag="endEvent", size=EVENT)
        end.x, end.y = node.right + AIR, node.middle - EVENT[1] / 2
        part.nodes[end.id] = end
        self._flow(part, node.id, end.id, name, condition)

    def _boundary(self, part: Part, host: Node, wish: str, at: int) -> Node:
        event = Node(id=self._ids.new(wish), tag="boundaryEvent", size=EVENT)
        event.attributes["attachedToRef"] = host.id
        event.x = host.right - (at + 1) * (EVENT[0] + AIR / 2)
        event.y = host.bottom - EVENT[1] / 2
        part.nodes[event.id] = event
        return event


def _called(step: Mapping[str, Any]) -> dict[str, str]:
    name = str(step.get("config", {}).get("flow") or step["block"])
    return {"calledElement": NO_ID.sub("_", f"_{name}" if not name[0].isalpha() else name)}


def _conditions(step: Mapping[str, Any]) -> dict[str, str]:
    """Give the conditions of the blocks Branch and Switch, by port."""
    config = step.get("config", {})
    if step["block"] == "garland.branch":
        return {"yes": str(config.get("when") or "true")}
    cases = config.get("cases")
    return {
        str(case.get("port")): str(case.get("when") or "true")
        for case in (cases if isinstance(cases, list) else ())
        if isinstance(case, dict)
    }


def _enough(join: Any) -> str:
    return expression("activationCondition", "1" if join == "any" else str(join))
