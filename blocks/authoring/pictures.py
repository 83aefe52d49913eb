"""A picture of a workflow as SVG, in the canvas's style: for a block's page, light and dark.

It is drawn from a workflow document with positions; what a block looks like (title, icon, ways out)
is read from its manifest. The picture has no script, loads nothing and stands alone.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from blocks.authoring.images import why_no_image
from blocks.manifest import Manifest, output_ports

WIDTH, HEAD, PORT, FOOT, MARGIN = 208, 48, 22, 6, 20
TITLE_MAX, SUBTITLE_MAX = 21, 27
BODY_DOWN = 40

_TRIGGERS = {
    "rule": ("Rule", "When a rule fires"),
    "manual": ("By hand", "When a person starts it"),
    "schedule": ("Schedule", "At set times"),
    "webhook": ("Webhook", "When another system calls"),
    "flow": ("Workflow", "When another one calls it"),
}
_BELL = (
    '<path d="M10.3 21a1.9 1.9 0 0 0 3.4 0"/><path d="M6 8a6 6 0 0 1 12 0c0 7 3 9 3 9H3s3-2 3-9"/>'
)
_STYLE = """
    :root { --ground: #f3f5f9; --node: #fff; --edge: #c3cddc; --line: #8492a8; --ink: #141b27;
      --soft: #465266; --accent: #1453c4; --badge: #e7effd; --good: #11692f; --bad: #855000;
      --error: #b0152c; }
    @media (prefers-color-scheme: dark) { :root { --ground: #0e131b; --node: #263144;
      --edge: #55657f; --line: #65748b; --ink: #e8edf5; --soft: #b3bfcf; --accent: #85b4ff;
      --badge: #1b2e52; --good: #6fdd95; --bad: #f3c14b; --error: #ff97a3; } }
    text { font: 11px Inter, system-ui, sans-serif; fill: var(--soft); }
    .title { font-size: 13px; font-weight: 620; fill: var(--ink); }
    .node { fill: var(--node); stroke: var(--edge); } .start { stroke: var(--accent); }
    .shown { stroke: var(--accent); stroke-width: 2; } .badge { fill: var(--badge); }
    .icon { color: var(--accent); } .wire { fill: none; stroke: var(--line); stroke-width: 1.75; }
    .port { fill: var(--node); stroke: var(--line); stroke-width: 2; }
    .good { stroke: var(--good); } .bad { stroke: var(--bad); }
    .error { stroke: var(--error); } .wire.error { stroke-dasharray: 5 4; }
    .box { fill: none; stroke: var(--line); stroke-width: 1.5; stroke-dasharray: 4 4; }
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A block as a picture shows it: its manifest and the content of its icon."""

    manifest: Manifest
    icon: bytes = b""


@dataclass(frozen=True, slots=True)
class _Node:
    title: str
    subtitle: str
    icon: str
    kind: str
    ports: tuple[tuple[str, str, str], ...]
    x: float
    y: float

    @property
    def height(self) -> float:
        return HEAD + PORT * len(self.ports) + FOOT

    def way_out(self, port: str) -> tuple[float, float, str]:
        """Where a wire leaves, and in which tone."""
        names = [name for name, _, _ in self.ports]
        row = names.index(port) if port in names else len(names) - 1
        return self.x + WIDTH, self.y + HEAD + (row + 0.5) * PORT, self.ports[row][2]


def draw_flow(flow: Mapping[str, Any], blocks: Mapping[str, Shown], *, subject: str = "") -> str:
    """Draw a workflow.

    Args:
        flow: Its document; what has no position is put at the left.
        blocks: By id; a step whose block is not among them shows its id.
        subject: The block that the picture is about; its steps are marked.
    """
    nodes: dict[str, _Node] = {}
    parts: list[str] = []
    for id_, trigger in flow["triggers"].items():
        nodes[id_] = _trigger(id_, trigger, blocks, subject)
    _add_steps(flow["steps"], (0.0, 0.0), (nodes, parts, blocks, subject))
    wires = [_wire(nodes, wire) for wire in flow["wires"]]
    drawn = [part for node in nodes.values() for part in _drawn(node)]
    right = max(node.x + WIDTH for node in nodes.values()) + MARGIN
    bottom = max(node.y + node.height for node in nodes.values()) + MARGIN
    left = min(node.x for node in nodes.values()) - MARGIN
    top = min(node.y for node in nodes.values()) - MARGIN
    if parts:
        right, bottom = right + MARGIN, bottom + MARGIN
    size = f"{_number(right - left)} {_number(bottom - top)}"
    view = f'viewBox="{_number(left)} {_number(top)} {size}" width="{_number(right - left)}"'
    ground = f'<rect x="{_number(left)}" y="{_number(top)}" width="100%" height="100%"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {view} role="img">',
            f"  <title>{escape(str(flow['name']))}</title>",
            f"  <style>{_STYLE}  </style>",
            f'  {ground} rx="8" fill="var(--ground)"/>',
            *(f"  {part}" for part in [*parts, *wires, *drawn]),
            "</svg>\n",
        ]
    )


_Drawing = tuple[dict[str, _Node], list[str], Mapping[str, Shown], str]


def _add_steps(steps: Any, at: tuple[float, float], drawing: _Drawing) -> None:
    nodes, parts, blocks, subject = drawing
    for id_, step in steps.items():
        node = _step(id_, step, blocks.get(step["block"]), at, is_subject=step["block"] == subject)
        nodes[id_] = node
        body = step.get("body")
        if body:
            down = (node.x, node.y + node.height + BODY_DOWN)
            _add_steps(body["steps"], down, drawing)
            inner = [nodes[name] for name in body["steps"]]
            parts.extend(_box(node, inner))
            parts.extend(_wire(nodes, wire) for wire in body.get("wires", ()))


def _trigger(
    id_: str, trigger: Mapping[str, Any], blocks: Mapping[str, Shown], subject: str
) -> _Node:
    title, name = _TRIGGERS.get(trigger["kind"], (trigger["kind"], ""))
    icon, kind = _BELL, "start"
    shown = blocks.get(trigger.get("block", ""))
    if shown is not None:
        title, name, icon = shown.manifest.title, id_, _paths_of(shown)
        kind = "start shown" if trigger["block"] == subject else "start"
    x, y = trigger.get("position", (0, 0))
    ports = (("", "Starts", "neutral"),)
    return _Node(trigger.get("title") or title, name, icon, kind, ports, x, y)


def _step(
    id_: str,
    step: Mapping[str, Any],
    shown: Shown | None,
    at: tuple[float, float],
    *,
    is_subject: bool,
) -> _Node:
    x, y = step.get("position", (0, 0))
    ports: tuple[tuple[str, str, str], ...] = ()
    title, name, icon = id_, step["block"], ""
    if shown is not None:
        found = output_ports(shown.manifest, step.get("config", {}))
        ports = tuple((port.name, port.title, port.tone) for port in found)
        title, name, icon = shown.manifest.title, id_, _paths_of(shown)
    if step.get("title"):
        title, name = step["title"], title
    ports = (*ports, ("error", "Error", "error"))
    kind = "shown" if is_subject else ""
    return _Node(title, name, icon, kind, ports, x + at[0], y + at[1])


def _paths_of(shown: Shown) -> str:
    """Give what is inside an SVG icon; nothing for a PNG, or one that would act."""
    if not shown.icon or shown.icon.startswith(b"\x89") or why_no_image("icon.svg", shown.icon):
        return ""
    ET.register_namespace("", "http://www.w3.org/2000/svg")
    root = ET.fromstring(shown.icon)  # noqa: S314 - why_no_image refused entities
    inner = "".join(ET.tostring(child, encoding="unicode") for child in root)
    kept = {"fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"}
    attributes = "".join(
        f' {name}="{escape(value)}"' for name, value in root.attrib.items() if name in kept
    )
    box = escape(root.attrib["viewBox"])
    inner = inner.replace(' xmlns="http://www.w3.org/2000/svg"', "")
    return f'<svg width="17" height="17" viewBox="{box}"{attributes}>{inner}</svg>'


def _drawn(node: _Node) -> Iterator[str]:
    at = f'transform="translate({_number(node.x)} {_number(node.y)})"'
    yield f"<g {at}>"
    size = f'width="{WIDTH}" height="{_number(node.height)}"'
    yield f'  <rect class="node {node.kind}" {size} rx="8"/>'
    yield '  <rect class="badge" x="10" y="10" width="28" height="28" rx="5"/>'
    icon = node.icon
    if icon.startswith("<path"):
        icon = (
            '<svg width="17" height="17" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
            f' stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{icon}</svg>'
        )
    yield f'  <g class="icon" transform="translate(15.5 15.5)">{icon}</g>'
    yield f'  <text class="title" x="47" y="21">{_short(node.title, TITLE_MAX)}</text>'
    yield f'  <text x="47" y="36">{_short(node.subtitle, SUBTITLE_MAX)}</text>'
    if not node.kind.startswith("start"):
        yield f'  <circle class="port" cx="0" cy="{HEAD / 2:g}" r="4.5"/>'
    for row, (_, title, tone) in enumerate(node.ports):
        y = HEAD + (row + 0.5) * PORT
        text = f'text-anchor="end">{_short(title, SUBTITLE_MAX)}'
        yield f'  <text x="{WIDTH - 14}" y="{_number(y + 4)}" {text}</text>'
        yield f'  <circle class="port {tone}" cx="{WIDTH}" cy="{_number(y)}" r="4.5"/>'
    yield "</g>"


def _wire(nodes: Mapping[str, _Node], wire: Mapping[str, Any]) -> str:
    start, _, port = wire["from"].partition(":")
    x1, y1, tone = nodes[start].way_out(port)
    target = nodes[wire["to"]]
    x2, y2 = target.x, target.y + HEAD / 2
    reach = max(40.0, abs(x2 - x1) / 2)
    curve = f"{_number(x1 + reach)} {_number(y1)} {_number(x2 - reach)} {_number(y2)}"
    path = f"M{_number(x1)} {_number(y1)} C{curve} {_number(x2)} {_number(y2)}"
    return f'<path class="wire {tone}" d="{path}"/>'


def _box(owner: _Node, inner: list[_Node]) -> Iterator[str]:
    left = min(node.x for node in inner) - MARGIN
    top = min(node.y for node in inner) - MARGIN
    width = max(node.x + WIDTH for node in inner) + MARGIN - left
    height = max(node.y + node.height for node in inner) + MARGIN - top
    place = f'x="{_number(left)}" y="{_number(top)}"'
    size = f'width="{_number(width)}" height="{_number(height)}"'
    yield f'<rect class="box" {place} {size} rx="12"/>'
    x, y = owner.x + WIDTH / 2, owner.y + owner.height
    yield f'<path class="box" d="M{_number(x)} {_number(y)} V{_number(top)}"/>'


def _short(text: str, most: int) -> str:
    return escape(text if len(text) <= most else text[: most - 1].rstrip() + "…")


def _number(value: float) -> str:
    return f"{value:g}"
