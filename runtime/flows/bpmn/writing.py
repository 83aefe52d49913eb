"""A workflow as a BPMN 2.0 file, with its diagram; read back it is the same workflow.

What BPMN has no place for stands in extension elements of Garland's own namespace: the document of
each step and trigger, and the rest of the workflow at its process. A fingerprint of what is drawn
tells the reader whether another tool changed the diagram since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from blocks.drawings.routes import number
from blocks.registry import Registry
from runtime.flows.bpmn.diagram import AIR, Flow, Ids, Node, Part, points_of
from runtime.flows.bpmn.drawing import Drawing, as_json
from runtime.flows.bpmn.fingerprint import fingerprint
from runtime.flows.bpmn.words import DC, DD, DI, MODEL, OWN, SCALE, XSI
from runtime.flows.exchange.canonical import ordered
from runtime.flows.exchange.secrets import without_secrets
from runtime.xml_files import read_xml, write_element

FORMAT = "1"
SIZE_MAX_BYTES = 20 * 1024 * 1024
_NAMES = {
    "xmlns": MODEL,
    "xmlns:bpmndi": DI,
    "xmlns:dc": DC,
    "xmlns:di": DD,
    "xmlns:xsi": XSI,
    "xmlns:garland": OWN,
}
_NOTE_SIZE = (208.0, 144.0)
Rect = tuple[float, float, float, float]


def write_bpmn(document: Mapping[str, Any], registry: Registry, *, slug: str) -> str:
    """Write a workflow of the schema, without its secrets; the file names those.

    Args:
        document: The workflow.
        registry: The blocks, by which it is told what each step is in BPMN's terms.
        slug: Its short name.
    """
    safe, left_out = without_secrets(document, registry)
    written = _Writing(safe, registry, slug, left_out)
    drawn = fingerprint(read_xml(written.text("").encode(), what="it", most=SIZE_MAX_BYTES))
    return written.text(drawn)


class _Writing:
    """One file in the making."""

    def __init__(
        self, document: Mapping[str, Any], registry: Registry, slug: str, left_out: Sequence[str]
    ) -> None:
        self._document = ordered(document)
        self._slug = slug
        self._left_out = left_out
        self._ids = Ids()
        self._process = self._ids.new(f"process_{slug}")
        drawing = Drawing(document, registry, self._ids)
        self._part = drawing.drawn()
        self._of_step = drawing.of_step
        canvas = self._document.get("canvas", {})
        self._notes = {
            self._ids.new(f"note_{id_}"): note for id_, note in canvas.get("notes", {}).items()
        }
        self._groups = [
            (self._ids.new(f"group_{id_}"), self._ids.new(f"category_{id_}"), group)
            for id_, group in canvas.get("groups", {}).items()
        ]

    def text(self, drawn: str) -> str:
        """Write the file; `drawn` is its fingerprint."""
        categories = (
            write_element(
                "category",
                {"id": f"{value}.of"},
                children=(write_element("categoryValue", {"id": value, "value": group["title"]}),),
            )
            for _, value, group in self._groups
        )
        head = {"id": "definitions", "targetNamespace": OWN, "exporter": "Workflow designer"}
        root = write_element(
            "definitions",
            {**_NAMES, **head},
            children=(*categories, self._written_process(drawn), self._diagram()),
        )
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'

    def _written_process(self, drawn: str) -> str:
        rest = {name: value for name, value in self._document.items() if name not in _ELSEWHERE}
        said = {"format": FORMAT, "slug": self._slug, "drawn": drawn}
        if self._left_out:
            said["leftOut"] = as_json(list(self._left_out))
        own = write_element("garland:workflow", said, text=as_json(rest))
        artifacts = [
            write_element(
                "textAnnotation", {"id": id_}, children=(write_element("text", text=note["text"]),)
            )
            for id_, note in self._notes.items()
        ]
        artifacts += [
            write_element("group", {"id": id_, "categoryValueRef": value})
            for id_, value, _ in self._groups
        ]
        return write_element(
            "process",
            {"id": self._process, "name": self._document["name"], "isExecutable": "false"},
            children=(
                *_documented(self._document.get("description", "")),
                write_element("extensionElements", children=(own,)),
                *_part_elements(self._part),
                *artifacts,
            ),
        )

    def _diagram(self) -> str:
        shapes = [one for part in self._part.every() for one in _shapes(part)]
        for id_, note in self._notes.items():
            x, y = note["position"]
            size = note.get("size", _NOTE_SIZE)
            shapes.append(_shape(id_, (x * SCALE[0], y * SCALE[1], *size)))
        for id_, _, group in self._groups:
            shapes.append(_shape(id_, self._around(group["steps"])))
        plane = write_element(
            "bpmndi:BPMNPlane",
            {"id": "plane", "bpmnElement": self._process},
            children=tuple(shapes),
        )
        return write_element("bpmndi:BPMNDiagram", {"id": "diagram"}, children=(plane,))

    def _around(self, steps: Sequence[str]) -> Rect:
        """Give the frame round the nodes of a group."""
        nodes = [self._of_step[one] for one in steps if one in self._of_step]
        left = min((one.x for one in nodes), default=0.0) - AIR
        top = min((one.y for one in nodes), default=0.0) - AIR
        right = max((one.right for one in nodes), default=200.0) + AIR
        bottom = max((one.bottom for one in nodes), default=100.0) + AIR
        return left, top, right - left, bottom - top


_ELSEWHERE = ("triggers", "steps")


def _part_elements(part: Part) -> Iterator[str]:
    into: dict[str, list[str]] = {}
    out: dict[str, list[str]] = {}
    for flow in part.flows.values():
        into.setdefault(flow.target, []).append(flow.id)
        out.setdefault(flow.source, []).append(flow.id)
    for node in part.nodes.values():
        yield _element(node, into.get(node.id, ()), out.get(node.id, ()))
    for flow in part.flows.values():
        yield _flow_element(flow)


def _element(node: Node, into: Sequence[str], out: Sequence[str]) -> str:
    said = {"id": node.id, **({"name": node.name} if node.name else {}), **node.attributes}
    inner = tuple(_part_elements(node.inside)) if node.inside is not None else ()
    return write_element(
        node.tag,
        said,
        children=(
            *_documented(node.notes),
            *((write_element("extensionElements", children=(node.own,)),) if node.own else ()),
            *(write_element("incoming", text=one) for one in into),
            *(write_element("outgoing", text=one) for one in out),
            *node.parts,
            *inner,
        ),
    )


def _flow_element(flow: Flow) -> str:
    said = {"id": flow.id, **({"name": flow.name} if flow.name else {})}
    return write_element(
        "sequenceFlow",
        {**said, "sourceRef": flow.source, "targetRef": flow.target},
        children=(flow.condition,) if flow.condition else (),
    )


def _documented(text: str) -> tuple[str, ...]:
    return (write_element("documentation", text=text),) if text else ()


def _shapes(part: Part) -> Iterator[str]:
    for node in part.nodes.values():
        more = {"isExpanded": "true"} if node.inside is not None else {}
        yield _shape(node.id, (node.x, node.y, *node.size), more)
    for flow in part.flows.values():
        points = points_of(part.nodes[flow.source], part.nodes[flow.target])
        yield write_element(
            "bpmndi:BPMNEdge",
            {"id": f"{flow.id}.di", "bpmnElement": flow.id},
            children=tuple(
                write_element("di:waypoint", {"x": number(x), "y": number(y)}) for x, y in points
            ),
        )


def _shape(id_: str, rect: Rect, more: Mapping[str, str] | None = None) -> str:
    x, y, w, h = map(number, rect)
    return write_element(
        "bpmndi:BPMNShape",
        {"id": f"{id_}.di", "bpmnElement": id_, **(more or {})},
        children=(write_element("dc:Bounds", {"x": x, "y": y, "width": w, "height": h}),),
    )
