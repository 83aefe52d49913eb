"""Look up resources: asks an inventory that speaks TMF639 for those that fit."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._inventory import Shape, follow, look_up
from blocks.standard._servers import Server

SHAPE = Shape(
    path="/resource",
    states=("administrativeState", "operationalState", "usageState", "resourceStatus"),
    characteristic="resourceCharacteristic",
    relations={"resourceRelationship": "resource", "supportingResource": "resource"},
)


def run(ctx: Context) -> Outcome:
    """End by `found` with what fits, or by `none`."""
    config, given = ctx.config, ctx.input
    asked = {
        "id": given.get("id"),
        "name": given.get("name"),
        **config.get("where", {}),
        "fields": ",".join(config.get("fields", ())),
    }
    if not any(value for name, value in asked.items() if name != "fields"):
        message = "Nothing says what to look for: give a name, an id or a condition."
        raise BlockError("inventory.nothing", message)
    server = Server(
        http=ctx.http,
        url=config["server"],
        name="the inventory",
        connection="account",
        settings={"filter": "Conditions", "fields": "Fields"},
    )
    found = look_up(server, SHAPE, asked, most=config["most"])
    entries = found["entries"]
    output = {"resources": entries, "count": len(entries), "more": found["more"]}
    if not entries:
        return ctx.emit("none", output)
    first = entries[0]
    if config["follow"]:
        first = {**first, "neighbours": follow(server, SHAPE, first)}
    return ctx.emit("found", {**output, "first": first})
