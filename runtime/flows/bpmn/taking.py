"""Taking another tool's diagram, or one of ours that was changed, as a workflow. Pure.

Nodes become steps, and what only passes on (gateways that fork and join, plain ends) becomes wires.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from blocks.drawings.sheets import BODY_OFFSET
from runtime.flows._graph import find_cycle
from runtime.flows._trigger_schema import ID_PATTERN, NAME_MAX
from runtime.flows.bpmn._gates import asks, gate_for, own_ports
from runtime.flows.bpmn._mapping import (
    MAIN_PORTS,
    Mapped,
    kind_of,
    loop_for,
    step_for,
    timer_of,
    trigger_for,
    wait_limit,
)
from runtime.flows.bpmn._own import called, name_of, own_id, own_of, read_own
from runtime.flows.bpmn._part import Container
from runtime.flows.bpmn._places import Places
from runtime.flows.bpmn._rest import notes_on_rest, notes_on_roots
from runtime.flows.bpmn.words import GATEWAYS, SUB_PROCESSES
from runtime.flows.exchange.canonical import short
from runtime.flows.model import DONE_PORT, ERROR_PORT
from runtime.xml_files import Element

ID_MAX = 50
TEXT_MAX = 4_000
_NO_ID = re.compile(r"[^a-z0-9]+")
_KEPT = ("input", "vars", "settings", "canvas")
_TIMED = ("garland.approval", "garland.wait-for-event")

Triggers = dict[str, Any]


class Taking:
    """One process in the making of a workflow.

    Attributes:
        notes: What a person has to know, each with what it is about.
    """

    def __init__(self, root: Element, process: Element) -> None:
        self.notes = list(notes_on_roots(root))
        self._process = process
        self._own = own_of(process, "workflow")
        self._places = Places(root, is_own=self._own is not None)
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._steps: dict[str, str] = {}
        self._named = {
            one.attributes.get("id", ""): name_of(one)
            for one in root.children
            if one.local in ("message", "error", "signal", "escalation")
        }

    def document(self) -> dict[str, Any]:
        """Give the workflow."""
        rest = read_own(self._own) if self._own is not None else {}
        triggers: Triggers = {}
        part = self._part(self._process, triggers, None)
        said = self._process.said("documentation")[:TEXT_MAX]
        found = {
            "flow": 1,
            "name": name_of(self._process)[:NAME_MAX] or "From BPMN",
            **({"description": said} if said else {}),
            **{name: rest[name] for name in _KEPT if name in rest},
            "triggers": triggers,
            **part,
        }
        if not triggers:
            self.notes.append("Nothing starts it: add a trigger in the designer.")
        self._annotate(found)
        return found

    def _say(self, element: Element, told: str) -> None:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", element.local).lower()
        name, id_ = called(element), element.attributes.get("id", "")
        who = f"{words[0].upper()}{words[1:]}{f' “{name}”' if name else ''} ({id_})"
        self.notes.append(f"{who}: {told}.")

    def _part(
        self, element: Element, triggers: Triggers | None, origin: tuple[float, float] | None
    ) -> dict[str, Any]:
        """Take what stands directly in a process or sub-process."""
        self.notes += notes_on_rest(element)
        inside, ids, steps = Container(element), dict[str, str](), dict[str, Any]()
        ports: dict[str, str] = {}
        for id_, node in inside.nodes.items():
            if node.local == "startEvent":
                if triggers is not None:
                    ids[id_] = self._trigger(node, triggers)
                elif kind_of(node):
                    self._say(node, "left out: a loop's rounds begin by themselves")
                continue
            mapped = self._mapped(node, inside, ports)
            for told in mapped.notes:
                self._say(node, told)
            if mapped.node is None:
                continue
            ids[id_] = name = self._fresh(own_id(node, "step") or called(node) or id_)
            self._steps[id_] = name
            steps[name] = self._finished(node, mapped.node, origin)
        wires = list(dict.fromkeys(self._wires(inside, ids, ports, steps)))
        self._look_for_circles(wires)
        return {"steps": steps, "wires": [{"from": start, "to": end} for start, end in wires]}

    def _trigger(self, node: Element, triggers: Triggers) -> str:
        own = own_of(node, "trigger")
        mapped = Mapped(read_own(own)) if own is not None else trigger_for(node)
        for told in mapped.notes:
            self._say(node, told)
        name = self._fresh(own_id(node, "trigger") or called(node) or "start")
        found = dict(mapped.node or {})
        if own is None and called(node):
            found["title"] = called(node)[:NAME_MAX]
        triggers[name] = self._placed(node, found, None)
        return name

    def _mapped(self, node: Element, inside: Container, ports: dict[str, str]) -> Mapped:
        """Say which step a node becomes, none where it only passes on."""
        id_, own = node.attributes.get("id", ""), own_of(node, "step")
        flows = inside.out(id_)
        if own is not None:
            step = read_own(own)
            if node.local == "exclusiveGateway":
                ports |= own_ports(step, node, flows)
            return Mapped(_renamed(step, node, own))
        if node.attributes.get("triggeredByEvent") == "true":
            return Mapped(None, ["left out: make a workflow of its own of it"])
        if node.local in SUB_PROCESSES:
            return loop_for(node)
        if node.local in GATEWAYS and node.local != "eventBasedGateway":
            return self._gate(node, inside, ports)
        return step_for(node, called(node), self._named)

    @staticmethod
    def _gate(node: Element, inside: Container, ports: dict[str, str]) -> Mapped:
        id_ = node.attributes.get("id", "")
        if not asks(node, inside.out(id_)) or inside.is_led_by_ports(id_):
            return Mapped(None)
        mapped, by_flow = gate_for(node, inside.out(id_))
        ports |= by_flow
        return mapped

    def _finished(
        self, node: Element, step: dict[str, Any], origin: tuple[float, float] | None
    ) -> dict[str, Any]:
        """Give a step its title, notes, place and body."""
        found = dict(step)
        if own_of(node, "step") is None:
            if called(node):
                found["title"] = called(node)[:NAME_MAX]
            said = "\n\n".join(filter(None, (node.said("documentation"), node.said("script"))))
            if said:
                found["notes"] = said[:TEXT_MAX]
        found = self._placed(node, found, origin)
        if node.local in SUB_PROCESSES:
            x, y = found.get("position", (0, 0))
            inner = (x + BODY_OFFSET[0], y + BODY_OFFSET[1])
            kept = {name: one for name, one in found.items() if name != "body"}
            found = {**kept, "body": self._part(node, None, inner)}
        return found

    def _placed(
        self, node: Element, found: dict[str, Any], origin: tuple[float, float] | None
    ) -> dict[str, Any]:
        """Put a node where its shape stands; what stands in a loop, beside the loop's corner."""
        is_loop = node.local in SUB_PROCESSES
        if self._own is not None and "position" in found and (is_loop or origin is not None):
            return found
        place = self._places.corner(node) if is_loop else self._places.of(node)
        if place is None:
            return found
        x, y = place
        if origin is not None:
            x, y = (
                max(0.0, x - origin[0] + BODY_OFFSET[0]),
                max(0.0, y - origin[1] + BODY_OFFSET[1]),
            )
        before = found.get("position", (None, None))
        is_there = before[0] is not None and abs(before[0] - x) + abs(before[1] - y) < 2  # noqa: PLR2004
        return found if is_there else {**found, "position": [short(x), short(y)]}

    def _wires(
        self,
        inside: Container,
        ids: Mapping[str, str],
        ports: Mapping[str, str],
        steps: dict[str, Any],
    ) -> Iterator[tuple[str, str]]:
        for id_, name in ids.items():
            step = steps.get(name)
            main = MAIN_PORTS.get(step["block"], DONE_PORT) if step is not None else ""
            for flow in inside.out(id_):
                for port, target in inside.reached(flow, ids):
                    leaves = port or ports.get(flow.id) or main
                    yield (f"{name}:{leaves}" if step is not None else name), target
                if flow.condition and not flow.port and flow.id not in ports:
                    told = f"leaves by a condition ({flow.condition[:200]}): put a Branch there"
                    self._say(inside.nodes[id_], told)
            for event in inside.boundaries.get(id_, ()) if step is not None else ():
                port = self._boundary(event, step)
                for flow in inside.out(event.attributes.get("id", "")) if port else ():
                    for _, target in inside.reached(flow, ids):
                        yield f"{name}:{port}", target

    def _boundary(self, event: Element, step: dict[str, Any] | None) -> str:
        """Give the port that a boundary event becomes; "" for one that is not taken."""
        kind = kind_of(event)
        if kind == "error":
            return ERROR_PORT
        if kind == "timer" and step is not None and step["block"] in _TIMED:
            limit = wait_limit(event)
            if limit is not None and "timeout_s" not in step.get("config", {}):
                step["config"] = {**step.get("config", {}), "timeout_s": limit}
            elif limit is None and self._own is None:
                told = f"its time {timer_of(event)[1]!r} is not taken: set its time limit"
                self._say(event, told)
            return "timeout"
        self._say(
            event,
            "left out: a step has an error port, Approval and Wait for an event one "
            "for their time limit; draw what follows from these",
        )
        return ""

    def _look_for_circles(self, wires: list[tuple[str, str]]) -> None:
        after: dict[str, set[str]] = {}
        for start, end in wires:
            after.setdefault(start.partition(":")[0], set()).add(end)
        circle = find_cycle(after)
        if circle:
            told = (
                f"{' → '.join(circle[:10])} go in a circle: put what is repeated into Repeat until"
            )
            self.notes.append(f"{told}.")

    def _fresh(self, wish: str) -> str:
        """Give an id that reads as wished and can stand in an expression."""
        stem = wish
        if not re.fullmatch(ID_PATTERN, wish):
            stem = _NO_ID.sub("_", wish.lower()).lstrip("_0123456789")[:ID_MAX].strip("_") or "step"
        found, number = stem, self._numbers.get(stem, 1)
        while found in self._taken:
            number += 1
            found = f"{stem[:ID_MAX]}_{number}"
        self._numbers[stem] = number
        self._taken.add(found)
        return found

    def _annotate(self, found: dict[str, Any]) -> None:
        """Take annotations as notes of the canvas, and groups with what stands in them."""
        notes, groups = dict[str, Any](), dict[str, Any]()
        known = found.get("canvas", {})
        kept = {f"note_{id_}" for id_ in known.get("notes", {})}
        kept |= {f"group_{id_}" for id_ in known.get("groups", {})}
        inner = {one.attributes.get("id", ""): one for one in self._process.walk()}
        for one in self._process.walk():
            if one.attributes.get("id", "") in kept:
                continue
            if one.local == "textAnnotation" and one.said("text"):
                place = self._places.corner(one) or (0.0, -200.0)
                at = [short(place[0]), short(place[1])]
                notes[self._fresh("note")] = {"text": one.said("text")[:TEXT_MAX], "position": at}
            elif one.local == "group":
                steps = self._held_by(one, inner)
                if steps:
                    title = called(one) or "Group"
                    groups[self._fresh("group")] = {
                        "title": title,
                        "colour": "grey",
                        "steps": steps,
                    }
        for name, made in (("notes", notes), ("groups", groups)):
            if made:
                canvas = found.setdefault("canvas", {})
                canvas[name] = {**canvas.get(name, {}), **made}

    def _held_by(self, group: Element, inner: Mapping[str, Element]) -> list[str]:
        return [
            name
            for id_, name in self._steps.items()
            if id_ in inner and self._places.holds(group, inner[id_])
        ]


def _renamed(step: dict[str, Any], node: Element, own: Element) -> dict[str, Any]:
    """Let a step of ours have the name that another tool gave it."""
    name = called(node)
    return step if name == own.attributes.get("shown", name) else {**step, "title": name[:NAME_MAX]}
