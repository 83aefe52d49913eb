"""Buttons of the grid: rows and columns put in, moved and taken away, cells pasted. Pure.

An operation is `<verb>:<what>:<number>`; one that does not fit the grid does nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from designer.tables.grid import Grid, GridRow, Head
from runtime.rules.fields import CATALOGUE
from runtime.rules.tables._schema import INPUTS_MAX, OUTPUTS_MAX, ROWS_MAX

_MOST = {"rows": ROWS_MAX, "inputs": INPUTS_MAX, "outputs": OUTPUTS_MAX}
_SIDES = {"inputs": "when", "outputs": "then"}
_EMPTY = {"inputs": "-", "outputs": ""}

Line = list[Any]


def operate(grid: Grid, operation: str) -> None:
    """Do `add`, `copy`, `del`, `back` or `on` (move by one) to a row or column by its number."""
    verb, _, rest = operation.partition(":")
    part, _, number = rest.partition(":")
    if part not in _MOST or verb not in _VERBS or not (number.isascii() and number.isdigit()):
        return
    at, side = int(number), _SIDES.get(part)
    lines: Line = getattr(grid, part)
    if not _fits(verb, at, len(lines), _MOST[part]):
        return
    _VERBS[verb](lines, at, _fresh(grid, part))
    if side is not None:
        for row in grid.rows:
            _VERBS[verb](getattr(row, side), at, _EMPTY[part])


def _fits(verb: str, at: int, count: int, most: int) -> bool:
    if verb == "add":
        return at <= count < most
    if verb == "copy":
        return at < count < most
    if verb == "del":
        return at < count > 1
    return 0 < at < count if verb == "back" else at < count - 1


def _fresh(grid: Grid, part: str) -> Any:
    if part == "rows":
        return GridRow(["-"] * len(grid.inputs), [""] * len(grid.outputs))
    if part == "outputs":
        return Head("", "text", to="value")
    used = {head.name for head in grid.inputs}
    unused = (one.path for one in CATALOGUE if one.path not in used)
    return Head(next(unused, "attributes."), "text")


def _add(lines: Line, at: int, fresh: Any) -> None:
    lines.insert(at, copy.deepcopy(fresh))


def _copy(lines: Line, at: int, _fresh: Any) -> None:
    lines.insert(at + 1, copy.deepcopy(lines[at]))


def _delete(lines: Line, at: int, _fresh: Any) -> None:
    del lines[at]


def _back(lines: Line, at: int, _fresh: Any) -> None:
    lines[at - 1], lines[at] = lines[at], lines[at - 1]


def _on(lines: Line, at: int, _fresh: Any) -> None:
    lines[at + 1], lines[at] = lines[at], lines[at + 1]


_VERBS: dict[str, Callable[[Line, int, Any], None]] = {
    "add": _add,
    "copy": _copy,
    "del": _delete,
    "back": _back,
    "on": _on,
}


def paste(grid: Grid, at: str, text: str) -> None:
    """Fill cells from tab-separated lines, from the cell a name gives; rows are added as needed.

    What would lie to the right of the last column is left out.
    """
    place = _place(grid, at)
    if place is None:
        return
    row, column = place
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")[: ROWS_MAX - row]
    for number, line in enumerate(lines, row):
        if number == len(grid.rows):
            operate(grid, f"add:rows:{number}")
        _fill(grid.rows[number], column, [_unquoted(cell) for cell in line.split("\t")])


def _place(grid: Grid, name: str) -> tuple[int, int] | None:
    """Read a cell's name as row and column, outputs counted on from the inputs."""
    match name.split("/"):
        case ["", "rows", row, ("when" | "then") as side, column]:
            number = int(row) if row.isascii() and row.isdigit() else len(grid.rows)
            index = int(column) if column.isascii() and column.isdigit() else 0
            shift = len(grid.inputs) if side == "then" else 0
            return (number, index + shift) if number < len(grid.rows) else None
    return None


def _fill(row: GridRow, column: int, cells: Sequence[str]) -> None:
    for index, cell in enumerate(cells, column):
        if index < len(row.when):
            row.when[index] = cell
        elif index - len(row.when) < len(row.then):
            row.then[index - len(row.when)] = cell


def _unquoted(cell: str) -> str:
    """Take off the quotes a spreadsheet puts round a cell that has quotes of its own within."""
    trimmed = cell.strip()
    is_quoted = trimmed.startswith('"') and trimmed.endswith('"') and '""' in trimmed[1:-1]
    return trimmed[1:-1].replace('""', '"') if is_quoted else trimmed
