"""What a node shows and how big it is: the same rules as `static/js/canvas/face.js`. Pure.

Sizes follow from the content, never from measuring, so that the canvas and a picture of it agree
to the pixel. Entries are those of the canvas: title, icon and ways out, by `block@version` and
`trigger:kind`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.manifest import ERROR_PORT, PORT_NAME, Manifest
from blocks.schemas import value_at

NODE_WIDTH = 208
HEAD_HEIGHT = 48
PORT_HEIGHT = 22
FOOT_HEIGHT = 6
TRIGGERS: Mapping[str, tuple[str, str, str]] = {
    "rule": ("Rule", "When a rule fires for an alarm", "bell-ring"),
    "manual": ("By hand", "When a person or a program starts it", "hand"),
    "schedule": ("Schedule", "At set times", "calendar-clock"),
    "webhook": ("Webhook", "When another system calls its address", "webhook"),
    "flow": ("Workflow", "When another workflow calls it", "workflow"),
    "block": ("Block", "When a block finds something new", "rss"),
}
"""Title, summary and icon of each kind of trigger."""
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a node: its name in wires, its words, its tone."""

    name: str
    title: str
    tone: str


_ERROR = Way(ERROR_PORT, "Error", "error")
_START = Way("", "Starts", "neutral")


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What a node shows, and where.

    Attributes:
        sort: "step" or "trigger".
        icon: An SVG's markup, or a name in the sprite; "" for none.
        missing: Whether its block is not installed.
        disabled: Whether it is passed over.
    """

    id: str
    sort: str
    title: str
    subtitle: str
    icon: str
    ways: tuple[Way, ...]
    missing: bool
    disabled: bool
    x: float
    y: float

    @property
    def height(self) -> int:
        """How tall it is."""
        return height_of(len(self.ways))

    @property
    def entrance(self) -> tuple[float, float]:
        """Where a wire enters."""
        return self.x, self.y + HEAD_HEIGHT / 2

    def way(self, port: str) -> tuple[int, Way]:
        """Give row and way out of a port; of an unknown one (its case was removed), the last."""
        for row, one in enumerate(self.ways):
            if one.name == port:
                return row, one
        return len(self.ways) - 1, self.ways[-1]

    def exit(self, port: str) -> tuple[float, float]:
        """Where a wire leaves."""
        row, _ = self.way(port)
        return self.x + NODE_WIDTH, self.y + HEAD_HEIGHT + (row + 0.5) * PORT_HEIGHT


def height_of(ways: int) -> int:
    """Give the height of a node with so many ways out.

    >>> height_of(2)
    98
    """
    return HEAD_HEIGHT + ways * PORT_HEIGHT + FOOT_HEIGHT


def entry_of(manifest: Manifest, icon: str) -> dict[str, Any]:
    """Give the entry that draws the steps of a block."""
    dynamic = manifest.dynamic_outputs
    return {
        "sort": "step",
        "title": manifest.title,
        "summary": manifest.summary,
        "icon": icon,
        "outputs": [
            {"name": port.name, "title": port.title, "tone": port.tone} for port in manifest.outputs
        ],
        "dynamic": dynamic
        and {"from": dynamic.source, "name": dynamic.name, "title": dynamic.title or None},
    }


def trigger_entry(kind: str) -> dict[str, Any]:
    """Give the entry that draws the triggers of a kind."""
    title, summary, icon = TRIGGERS[kind]
    return {"sort": "trigger", "title": title, "summary": summary, "icon": icon, "outputs": []}


def trigger_key(trigger: Mapping[str, Any]) -> str:
    """Name the entry that draws a trigger: of its kind, or of the block that watches for it."""
    if trigger["kind"] != "block":
        return f"trigger:{trigger['kind']}"
    return f"trigger:{trigger.get('block', '')}@{trigger.get('version', '')}"


def face_of_step(id_: str, step: Mapping[str, Any], entries: Mapping[str, Any]) -> Face:
    """Say what a step shows."""
    entry = entries.get(f"{step['block']}@{step['version']}")
    own = entry["title"] if entry else "Block not installed"
    x, y = step.get("position", (0, 0))
    return Face(
        id=id_,
        sort="step",
        title=step.get("title") or (entry["title"] if entry else id_),
        subtitle=own if step.get("title") else id_,
        icon=entry["icon"] if entry else "",
        ways=ways_of(entry, step.get("config", {})),
        missing=entry is None,
        disabled=bool(step.get("disabled")),
        x=x,
        y=y,
    )


def face_of_trigger(id_: str, trigger: Mapping[str, Any], entries: Mapping[str, Any]) -> Face:
    """Say what a trigger shows."""
    entry = entries.get(trigger_key(trigger))
    kind = trigger["kind"]
    summary = entry["summary"] if entry else kind
    x, y = trigger.get("position", (0, 0))
    return Face(
        id=id_,
        sort="trigger",
        title=trigger.get("title") or (entry["title"] if entry else id_),
        subtitle=_schedule_line(trigger) if kind == "schedule" else summary,
        icon=entry["icon"] if entry else "",
        ways=(_START,),
        missing=entry is None,
        disabled=False,
        x=x,
        y=y,
    )


def ways_of(entry: Mapping[str, Any] | None, config: Any) -> tuple[Way, ...]:
    """List the ways out: those the settings make, the block's own, and `error`."""
    if entry is None:
        return (_ERROR,)
    fixed = (Way(one["name"], one["title"], one["tone"]) for one in entry["outputs"])
    return (*_dynamic_ways(entry, config), *fixed, _ERROR)


def _dynamic_ways(entry: Mapping[str, Any], config: Any) -> tuple[Way, ...]:
    rule = entry.get("dynamic")
    rows = value_at(config, rule["from"]) if rule else None
    if rule is None or not isinstance(rows, list):
        return ()
    taken = {ERROR_PORT, *(one["name"] for one in entry["outputs"])}
    found: dict[str, Way] = {}
    for row in rows:
        name = value_at(row, rule["name"])
        if isinstance(name, str) and PORT_NAME.fullmatch(name) and name not in taken:
            taken.add(name)
            title = value_at(row, rule["title"]) if rule.get("title") else ""
            found[name] = Way(name, str(title or name), "neutral")
    return tuple(found.values())


def _schedule_line(trigger: Mapping[str, Any]) -> str:
    if trigger.get("every_s"):
        return f"Every {_amount(trigger['every_s'])}"
    if trigger.get("at"):
        return f"Once, {trigger['at'].replace('T', ' ')}"
    if trigger.get("cron"):
        return f"{trigger['cron']} · {trigger.get('timezone', 'UTC')}"
    return "No time set yet"


def _amount(seconds: int) -> str:
    """Give seconds in the largest unit that needs no fraction.

    >>> _amount(3_600), _amount(90)
    ('hour', '90 seconds')
    """
    size, unit = next(one for one in _UNITS if seconds % one[0] == 0)
    count = seconds // size
    return unit if count == 1 else f"{count} {unit}s"
