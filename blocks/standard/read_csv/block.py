"""Read CSV: turns a CSV text into a list of entries."""

from __future__ import annotations

import csv
import io

from blocks.sdk import BlockError, Context, Outcome

ENTRIES_MAX = 10_000
SEPARATORS = ",;\t|"
BYTE_ORDER_MARK = "\ufeff"


def run(ctx: Context) -> Outcome:
    """End by `done` with the entries, or by `empty`."""
    rows = _rows(ctx.input["text"].removeprefix(BYTE_ORDER_MARK), ctx.config["separator"])
    columns = list(ctx.config["columns"]) or (rows.pop(0) if rows else [])
    if len(set(columns)) < len(columns):
        raise BlockError("csv.twice", "Two columns have the same name: name the columns yourself.")
    if len(rows) > ENTRIES_MAX:
        raise _too_many()
    items = [_entry(columns, row, number) for number, row in enumerate(rows, start=1)]
    found = {"count": len(items), "columns": columns}
    return ctx.emit("done", {"items": items, **found}) if items else ctx.emit("empty", found)


def _rows(text: str, separator: str) -> list[list[str]]:
    """Read RFC 4180's lines; empty ones are left out."""
    delimiter = _likely_separator(text) if separator == "auto" else separator
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(rows) > ENTRIES_MAX:
                raise _too_many()
            if row:
                rows.append(row)
    except csv.Error as error:
        raise BlockError("csv.unreadable", f"The text is no CSV: {error}.") from None
    return rows


def _too_many() -> BlockError:
    message = f"There are over {ENTRIES_MAX:,} entries: split the text first."
    return BlockError("csv.too_many", message)


def _likely_separator(text: str) -> str:
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(SEPARATORS, key=first.count)


def _entry(columns: list[str], row: list[str], number: int) -> dict[str, str]:
    if len(row) > len(columns):
        held = f"Entry {number} has {len(row)} values for {len(columns)} columns"
        message = f"{held}: name all columns, or choose what is between values."
        raise BlockError("csv.uneven", message)
    filled = row + [""] * (len(columns) - len(row))
    return dict(zip(columns, filled, strict=True))
