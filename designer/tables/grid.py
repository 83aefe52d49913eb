"""A table's form as a grid of plain text: what a person is filling in, right or wrong.

Pure. Field names are JSON Pointers into the grid (`/rows/3/when/0`), so that a problem of the
document stands beside the cell it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.numbers import whole_number
from runtime.rules.fields import ATTRIBUTES
from runtime.rules.model import PRIORITY_DEFAULT
from runtime.rules.tables._schema import INPUTS_MAX, OUTPUTS_MAX, ROWS_MAX

EVENTS = ("raised", "changed", "cleared")
USUAL = ["raised", "changed"]
_WITHIN = 3  # parts of a name that come before what is within a row or column


@dataclass
class Head:
    """One column: an input's field, or what an output writes (`to` and a name)."""

    name: str = "perceived_severity"
    kind: str = ""
    title: str = ""
    to: str = ""
    order: str = ""

    @property
    def is_free(self) -> bool:
        """Tell whether the kind of its cells is to be chosen."""
        return self.to == "value" or (self.to in ("", "set") and self.name.startswith(ATTRIBUTES))


@dataclass
class GridRow:
    """One row of cells."""

    when: list[str]
    then: list[str]
    note: str = ""


@dataclass
class Grid:
    """The whole form."""

    name: str = ""
    notes: str = ""
    priority: str = str(PRIORITY_DEFAULT)
    on: list[str] = field(default_factory=lambda: [*USUAL])
    hit: str = "first"
    aggregate: str = ""
    cooldown_s: str = ""
    inputs: list[Head] = field(default_factory=list)
    outputs: list[Head] = field(default_factory=list)
    rows: list[GridRow] = field(default_factory=list)


def new_grid() -> Grid:
    """Give the grid a new table begins with."""
    return Grid(
        inputs=[Head("perceived_severity"), Head("attributes.site", "text")],
        outputs=[Head("attributes.team", "text", to="set"), Head("", to="do")],
        rows=[GridRow(["-", "-"], ["", ""]), GridRow(["-", "-"], ["", ""])],
    )


def read_grid(items: Iterable[tuple[str, str]]) -> Grid:
    """Read what a browser posted; what does not fit the grid is left out, never an error."""
    said = {name: value.replace("\r\n", "\n") for name, value in items}
    grid = Grid(
        name=_text(said, "/name"),
        notes=_text(said, "/notes"),
        priority=_text(said, "/priority"),
        on=[one for one in EVENTS if f"/on/{one}" in said],
        hit=_text(said, "/hit"),
        aggregate=_text(said, "/aggregate"),
        cooldown_s=_text(said, "/cooldown_s"),
        inputs=[_head(said, f"/inputs/{i}") for i in range(_count(said, "inputs", INPUTS_MAX))],
        outputs=[_head(said, f"/outputs/{i}") for i in range(_count(said, "outputs", OUTPUTS_MAX))],
    )
    grid.rows = [
        GridRow(
            when=[_text(said, f"/rows/{row}/when/{i}") for i in range(len(grid.inputs))],
            then=[_text(said, f"/rows/{row}/then/{i}") for i in range(len(grid.outputs))],
            note=_text(said, f"/rows/{row}/note"),
        )
        for row in range(_count(said, "rows", ROWS_MAX))
    ]
    return grid


def _text(said: Mapping[str, str], name: str) -> str:
    return said.get(name, "").strip()


def _count(said: Mapping[str, str], part: str, most: int) -> int:
    """Count the columns or rows, from the highest number posted."""
    numbers = [
        int(parts[2])
        for name in said
        if (parts := name.split("/"))[1:2] == [part]
        and len(parts) > _WITHIN
        and parts[2].isascii()
        and parts[2].isdigit()
    ]
    return min(max(numbers, default=-1) + 1, most)


def _head(said: Mapping[str, str], at: str) -> Head:
    name = _text(said, f"{at}/field")
    if name == ATTRIBUTES:
        name += _text(said, f"{at}/other")
    to = _text(said, f"{at}/to")
    if to == "value":
        name = _text(said, f"{at}/name") or ("" if name.startswith(ATTRIBUTES) else name)
    return Head(
        name=name if to in ("", "set", "value") else "",
        kind=_text(said, f"{at}/kind"),
        title=_text(said, f"{at}/title"),
        to=to,
        order=_text(said, f"{at}/order"),
    )


def document_of(grid: Grid) -> dict[str, Any]:
    """Write a grid as a table document, good or not; what is as usual is left out."""
    document: dict[str, Any] = {"table": 1, "name": grid.name}
    if grid.notes:
        document["notes"] = grid.notes
    if grid.priority != str(PRIORITY_DEFAULT):
        document["priority"] = _whole(grid.priority)
    if grid.on != USUAL:
        document["on"] = grid.on
    document["hit"] = grid.hit
    if grid.aggregate and grid.hit == "collect":
        document["aggregate"] = grid.aggregate
    if grid.cooldown_s:
        document["cooldown_s"] = _whole(grid.cooldown_s)
    document["inputs"] = [_input(head) for head in grid.inputs]
    document["outputs"] = [_output(head) for head in grid.outputs]
    document["rows"] = [_row(row) for row in grid.rows]
    return document


def _whole(text: str) -> Any:
    number = whole_number(text)
    return text if number is None else number


def _input(head: Head) -> dict[str, Any]:
    made = {"field": head.name, "kind": head.kind if head.is_free else "", "title": head.title}
    return {key: text for key, text in made.items() if text or key == "field"}


def _output(head: Head) -> dict[str, Any]:
    made: dict[str, Any] = {"to": head.to}
    if head.to in ("set", "value"):
        made["name"] = head.name
    if head.is_free and head.kind:
        made["kind"] = head.kind
    if head.title:
        made["title"] = head.title
    order = [one.strip() for one in head.order.split(",") if one.strip()]
    return {**made, "order": order} if order else made


def _row(row: GridRow) -> dict[str, Any]:
    made: dict[str, Any] = {"when": [one or "-" for one in row.when], "then": row.then}
    return {**made, "note": row.note} if row.note else made


def grid_of(document: Mapping[str, Any]) -> Grid:
    """Fill a grid from a document that fits the schema, or nearly so after an import."""
    outputs = document["outputs"]
    return Grid(
        name=document.get("name", ""),
        notes=document.get("notes", ""),
        priority=str(document.get("priority", PRIORITY_DEFAULT)),
        on=[one for one in EVENTS if one in document.get("on", USUAL)],
        hit=document.get("hit", "first"),
        aggregate=document.get("aggregate", ""),
        cooldown_s=str(document.get("cooldown_s", "")),
        inputs=[
            Head(one["field"], one.get("kind", ""), one.get("title", ""))
            for one in document["inputs"]
        ],
        outputs=[
            Head(
                name=one.get("name", ""),
                kind=one.get("kind", ""),
                title=one.get("title", ""),
                to=one["to"],
                order=", ".join(one.get("order", ())),
            )
            for one in outputs
        ],
        rows=[
            GridRow(
                when=_as_many(row["when"], len(document["inputs"])),
                then=_as_many(row["then"], len(outputs)),
                note=row.get("note", ""),
            )
            for row in document["rows"]
        ],
    )


def _as_many(cells: Sequence[str], count: int) -> list[str]:
    return [*cells, *[""] * count][:count]
