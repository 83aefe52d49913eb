"""Look up services: asks an inventory that speaks TMF638 for those that fit."""

from __future__ import annotations

from blocks.sdk import Context, Outcome
from blocks.standard._inventory import Shape, run_look_up
from blocks.standard._servers import Server

SHAPE = Shape(
    path="/service",
    states=("state", "operatingStatus", "serviceType", "isServiceEnabled", "startDate", "endDate"),
    characteristic="serviceCharacteristic",
    relations={
        "serviceRelationship": "service",
        "supportingService": "service",
        "supportingResource": "resource",
    },
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
    return run_look_up(ctx, server, SHAPE, named="services")
