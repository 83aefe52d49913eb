"""Sheets: the rows of a CSV text, and cells that no spreadsheet takes for a formula. Pure.

Comma, semicolon or tab. A cell that a spreadsheet would take for a formula is written with an
apostrophe before it, and read without.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from runtime.imports.reading import refused

CELL_MAX = 16 * 1024
COLUMNS_MAX = 120
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
            raise refused(f"line {rows.line_num} is no CSV that can be read: {error}") from None
        if len(cells) > COLUMNS_MAX or any(len(cell) > CELL_MAX for cell in cells):
            raise refused(
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
