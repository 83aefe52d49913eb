"""Read from a text: finds named parts of a text by a regular expression."""

from __future__ import annotations

from typing import Any

import re2

from blocks.sdk import BlockError, Context, Outcome

PLACES_MAX = 10_000


def run(ctx: Context) -> Outcome:
    """End by `found` with the parts, or by `missing`."""
    pattern = _compiled(ctx.config["pattern"], _flags(ctx.config))
    items = []
    for found in pattern.finditer(ctx.input["text"]):
        items.append(_parts(found))
        if not ctx.config["every"] or len(items) >= PLACES_MAX:
            break
    if not items:
        return ctx.emit("missing", {"count": 0})
    return ctx.emit("found", {"fields": items[0], "items": items, "count": len(items)})


def _flags(config: Any) -> str:
    letters = ("i" if config["ignore_case"] else "") + ("m" if config["lines"] else "")
    return f"(?{letters})" if letters else ""


def _compiled(pattern: str, flags: str) -> Any:
    """Compile with re2, which no pattern keeps busy for longer than the text is long."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(flags + pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it cannot be read"
        reason = reason.decode() if isinstance(reason, bytes) else str(reason)
        raise BlockError("pattern.unreadable", f"The pattern cannot be used: {reason}.") from None


def _parts(found: Any) -> dict[str, str | None]:
    named: dict[str, str | None] = found.groupdict()
    if named:
        return named
    return {str(number): text for number, text in enumerate(found.groups(), start=1)}
