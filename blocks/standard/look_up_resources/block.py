"""Look up resources: asks an inventory that speaks TMF639 for those that fit."""

from __future__ import annotations

from blocks.sdk import Context, Outcome
from blocks.standard._inventory import Shape, run_look_up
from blocks.standard._servers import Server

SHAPE = Shape(
    path="/resource",
    states=("administrativeState", "operationalState", "usageState", "resourceStatus"),
    characteristic="resourceCharacteristic",
    relations={"resourceRelationship": "resource", "supportingResource": "resource"},
)


def run(ctx: Context) -> Outcome:
    """End by `found` with what fits, or by `none`."""
    server = Server(
        http=ctx.http,
        url=ctx.config["server"],
        name="the inventory",
        connection="account",
        settings={"filter": "Conditions", "fields": "Fields"},
    )
    return run_look_up(ctx, server, SHAPE, named="resources")
