"""Update service problem: sets its state or priority and adds a note, at a TMF656 server."""

from __future__ import annotations

from blocks.sdk import Context, Outcome
from blocks.standard._servers import Server
from blocks.standard._tmf import Shelf, run_update

SETTINGS = {"status": "State", "statusChangeReason": "Reason", "priority": "Priority"}
SHOWN = ("id", "href", "status", "name", "category", "priority", "lastUpdate", "changed")


def run(ctx: Context) -> Outcome:
    """End by `done` when the problem is as wanted, by `missing` when there is none."""
    server = Server(
        http=ctx.http,
        url=ctx.config["server"],
        name="the problem management",
        connection="account",
        settings=SETTINGS,
    )
    shelf = Shelf(server=server, path="/serviceProblem", filter="", what="problem")
    return run_update(ctx, shelf, SHOWN)
