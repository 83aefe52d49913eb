"""CSV files of resources and of relations, told apart by their first line.

Resources: `key`, and where wanted `kind`, `name`, `type`, `site`; every other column is an
attribute. Relations: `from`, `to`, and where wanted `relation`. Comma, semicolon or tab.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, and
read without.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from kernel.errors import InvalidError, Problem
from runtime.inventory.model import Gathered

CELL_MAX = 16 * 1024
COLUMNS_MAX = 120
OWN = ("key", "kind", "name", "type", "site")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_sheets(texts: Sequence[str], prefix: str = "") -> Gathered:
    """Read CSV files.

    Raises:
        InvalidError: a first line names neither `key` nor `from` and `to`.
    """
    found = Gathered("CSV")
    for number, text in enumerate(texts, start=1):
        file = f"file {number}, " if len(texts) > 1 else ""
        rows = sheet_rows(text)
        _, columns = next(rows, (0, []))
        names = [name.strip() for name in columns]
        low = [name.lower() for name in names]
        if len(set(low)) < len(low):
            raise _refused(f"{file}line 1 names a column twice: give each a name of its own")
        if "from" in low and "to" in low:
            _read_relations(found, rows, low, file, prefix)
        elif "key" in low:
            _read_resources(found, rows, names, file, prefix)
        else:
            raise _refused(
                f"{file}line 1 must name the columns: key (and kind, name, type, site) for "
                "resources, or from and to for relations"
            )
    return found


def _read_resources(
    found: Gathered, rows: Iterator[tuple[int, list[str]]], names: list[str], *place: str
) -> None:
    file, prefix = place
    for line, cells in rows:
        if len(cells) > len(names):
            found.refuse(f"{file}line {line}", f"has {len(cells)} cells, line 1 has {len(names)}")
            continue
        row = dict(zip(names, map(unguarded, cells), strict=False))
        own = {name.lower(): value for name, value in row.items() if name.lower() in OWN}
        rest = {
            name: text for name, text in row.items() if name.lower() not in OWN and name and text
        }
        key = own.get("key", "").strip()
        said = {**own, "key": f"{prefix}{key}" if key else "", "attributes": rest}
        said["kind"] = own.get("kind", "").strip().lower()
        found.add(f"{file}line {line}", said)


def _read_relations(
    found: Gathered, rows: Iterator[tuple[int, list[str]]], low: list[str], *place: str
) -> None:
    file, prefix = place
    for line, cells in rows:
        row = dict(zip(low, (unguarded(cell).strip() for cell in cells), strict=False))
        start, end = row.get("from", ""), row.get("to", "")
        kind = (row.get("relation") or row.get("kind") or "connects").lower().replace(" ", "_")
        if not (start and end):
            found.refuse(f"{file}line {line}", "from and to must both name a resource")
        else:
            found.relate(f"{file}line {line}", f"{prefix}{start}", f"{prefix}{end}", kind)


def sheet_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV text that are not blank, with their lines.

    Raises:
        InvalidError: a line cannot be read, or has too many or too long cells.
    """
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise _refused(f"line {rows.line_num} is no CSV that can be read: {error}") from None
        if len(cells) > COLUMNS_MAX or any(len(cell) > CELL_MAX for cell in cells):
            raise _refused(
                f"line {rows.line_num} has over {COLUMNS_MAX} cells, or one of over "
                f"{CELL_MAX // 1024} KB"
            )
        if any(cell.strip() for cell in cells):
            yield rows.line_num, cells


def guarded(text: str) -> str:
    """Write a cell so that no spreadsheet takes it for a formula.

    >>> guarded("=1+1"), unguarded("'=1+1"), guarded("node-1"), unguarded(guarded("'="))
    ("'=1+1", '=1+1', 'node-1', "'=")
    """
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def unguarded(cell: str) -> str:
    """Read such a cell back."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in (*_FORMULA, "'") and cell[1:2] else cell


def _refused(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("/file", message)])
