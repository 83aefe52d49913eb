"""Compare data: lists what is different between two values."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import islice, zip_longest
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._lists import NOTHING, key_of

CHANGES_MAX = 1_000


def run(ctx: Context) -> Outcome:
    """End by `same`, or by `different` with the changes."""
    ignored = frozenset(ctx.config["ignore"])
    found = _changes(ctx.input["before"], ctx.input["after"], ignored)
    changes = list(islice(found, CHANGES_MAX + 1))
    if len(changes) > CHANGES_MAX:
        message = f"There are over {CHANGES_MAX:,} differences: compare less at a time."
        raise BlockError("compare.too_many", message)
    if not changes:
        return ctx.emit("same", {"changes": [], "count": 0})
    text = "\n".join(_sentence(one) for one in changes)
    return ctx.emit("different", {"changes": changes, "count": len(changes), "text": text})


def _changes(
    before: Any, after: Any, ignored: Collection[str], *, at: str = "", field: str = ""
) -> Iterator[dict[str, Any]]:
    """List the changes; `field` is the place `at` without the places in lists."""
    if at in ignored or field in ignored:
        return
    parts = _parts(before, after)
    if parts is not None:
        is_object = isinstance(before, dict)
        for name, one, other in parts:
            inner = f"{at}.{name}".removeprefix(".")
            part = f"{field}.{name}".removeprefix(".") if is_object else field
            yield from _changes(one, other, ignored, at=inner, field=part)
    elif before is NOTHING:
        yield {"at": at, "change": "added", "after": after}
    elif after is NOTHING:
        yield {"at": at, "change": "removed", "before": before}
    elif key_of(before) != key_of(after):
        yield {"at": at, "change": "changed", "before": before, "after": after}


def _parts(before: Any, after: Any) -> list[tuple[str, Any, Any]] | None:
    """Give the parts that are compared one by one, None where the two are compared whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = dict.fromkeys((*before, *after))
        return [(name, before.get(name, NOTHING), after.get(name, NOTHING)) for name in names]
    if isinstance(before, list) and isinstance(after, list):
        pairs = zip_longest(before, after, fillvalue=NOTHING)
        return [(str(place), one, other) for place, (one, other) in enumerate(pairs)]
    return None


def _sentence(change: dict[str, Any]) -> str:
    if change["change"] == "changed":
        said = f"changed from {_written(change['before'])} to {_written(change['after'])}"
    else:
        value = change.get("after", change.get("before"))
        said = f"{change['change']}: {_written(value)}"
    return f"{change['at'] or 'it'} {said}"


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
