"""New item at an address: tells the entries of a JSON list that were not there the last time."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError, Context, Outcome

ITEMS_MAX = 1_000


def run(ctx: Context) -> Outcome:
    """Read the list and give an event for each entry whose id is new."""
    items = _items(ctx)
    found = {_id_of(item, ctx.config["id"]): item for item in items}
    seen = ctx.input.get("cursor")
    is_first = seen is None
    known = set(found) if is_first and ctx.config["first"] == "skip" else set(seen or ())
    events = [{"key": key, "data": item} for key, item in found.items() if key not in known]
    return ctx.emit("events", {"events": events, "cursor": list(found)})


def _items(ctx: Context) -> list[Any]:
    response = ctx.http.request("GET", ctx.config["url"], headers={"Accept": "application/json"})
    response.raise_if_busy()
    if not response.ok:
        raise BlockError("poll.refused", f"The address answered {response.status}.")
    items = _at(response.json(), ctx.config.get("items", ""))
    if not isinstance(items, list):
        where = ctx.config.get("items") or "the answer itself"
        raise BlockError("poll.no_list", f"There is no list at {where}.")
    if len(items) > ITEMS_MAX:
        message = f"The list has {len(items)} entries, and may have {ITEMS_MAX}: ask for fewer."
        raise BlockError("poll.too_many", message)
    return items


def _id_of(item: Any, pointer: str) -> str:
    found = _at(item, pointer)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        raise BlockError("poll.no_id", f"An entry has no text or whole number at {pointer}.")
    return str(found)[:200]


def _at(document: Any, pointer: str) -> Any:
    """Follow a JSON Pointer (RFC 6901); None when it leads nowhere."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(name)
        elif isinstance(document, list) and name.isdecimal() and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document
