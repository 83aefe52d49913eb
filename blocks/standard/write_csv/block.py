"""Write CSV: turns a list of entries into a CSV text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._lists import NOTHING, field_of

CALCULATED = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a text (OWASP, CSV injection)."""


def run(ctx: Context) -> Outcome:
    """End by `done` with the text."""
    items = ctx.input["items"]
    for number, entry in enumerate(items, start=1):
        if not isinstance(entry, Mapping):
            raise BlockError(
                "csv.no_entry", f"Entry {number} of the list is no object with fields."
            )
    columns = _columns(ctx.config["columns"], items)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=ctx.config["separator"])
    if columns:
        writer.writerow([_safe(title) for _, title in columns])
    for entry in items:
        writer.writerow([_written(field_of(entry, field)) for field, _ in columns])
    return ctx.emit("done", {"text": text.getvalue(), "count": len(items)})


def _columns(asked: Sequence[Mapping[str, str]], items: Sequence[Any]) -> list[tuple[str, str]]:
    if asked:
        return [(one["field"], one.get("title") or one["field"]) for one in asked]
    return [(name, name) for name in dict.fromkeys(name for entry in items for name in entry)]


def _written(value: Any) -> str:
    if value is NOTHING or value is None:
        return ""
    return _safe(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _safe(text: str) -> str:
    return "'" + text if text.startswith(CALCULATED) else text
