"""Read from a text: finds named parts of a text by a regular expression."""

from __future__ import annotations

from itertools import islice

from blocks.sdk import BlockError, Context, Outcome
from kernel.errors import InvalidError
from kernel.patterns import find_all

PLACES_MAX = 10_000


def run(ctx: Context) -> Outcome:
    """End by `found` with the parts, or by `missing`."""
    config = ctx.config
    try:
        places = find_all(
            config["pattern"],
            ctx.input["text"],
            ignores_case=config["ignore_case"],
            by_line=config["lines"],
        )
    except InvalidError as error:
        raise BlockError("pattern.unreadable", f"The pattern {error.message}.") from None
    items = [dict(one) for one in islice(places, PLACES_MAX if config["every"] else 1)]
    if not items:
        return ctx.emit("missing", {"count": 0})
    return ctx.emit("found", {"fields": items[0], "items": items, "count": len(items)})
