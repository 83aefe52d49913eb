"""Look up in the inventory: gives the resource with a key, a name or some attributes."""

from __future__ import annotations

from blocks.sdk import Context, Outcome

SEVERAL_MAX = 100


def run(ctx: Context) -> Outcome:
    """End by `found` with the resource, by `several`, or by `missing`."""
    key, name = ctx.input.get("key", ""), ctx.input.get("name", "")
    attributes = ctx.input.get("attributes", {})
    kind = ctx.config["kind"]
    found = ctx.inventory.find(
        key,
        name=name,
        kind="" if kind == "any" else kind,
        attributes=attributes,
        limit=SEVERAL_MAX,
    )
    resources = found["resources"]
    if not resources:
        return ctx.emit("missing", {"key": key, "name": name})
    if len(resources) == 1:
        return ctx.emit("found", resources[0])
    several = {"resources": resources, "count": len(resources), "more": found["more"]}
    return ctx.emit("several", several)
