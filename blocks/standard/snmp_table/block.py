"""Read a table by SNMP: walks columns and puts them together into rows."""

from __future__ import annotations

from typing import Any

from blocks.sdk import Context, Outcome, read_oid


def run(ctx: Context) -> Outcome:
    """End by `done` with a row for each index, in the order of the device."""
    rows: dict[str, dict[str, Any]] = {}
    columns, most = ctx.config["columns"], ctx.config["rows_max"]
    for number, column in enumerate(columns):
        ctx.progress(number / len(columns), column)
        for index, value in _column(ctx, column, most + 1):
            rows.setdefault(index, {"index": index})[column] = value
    kept = list(rows.values())[:most]
    return ctx.emit("done", {"rows": kept, "count": len(kept), "is_cut": len(rows) > most})


def _column(ctx: Context, column: str, most: int) -> list[tuple[str, Any]]:
    """Give index and value of a column's entries."""
    found = ctx.snmp.walk(
        ctx.config["host"],
        column,
        values_max=most,
        port=ctx.config["port"],
        connection="device",
    )
    above = len(read_oid(column)) + 1
    return [(one.oid[above:], one.value) for one in found]
