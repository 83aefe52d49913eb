"""Update trouble ticket: sets its state or priority and adds a note, at a TMF621 server."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._servers import Server, segment
from blocks.standard._tmf import Shelf, kept, note
from kernel.clock import format_instant

SETTINGS = {"status": "State", "statusChangeReason": "Reason", "priority": "Priority"}
SHOWN = ("id", "href", "status", "name", "severity", "priority", "lastUpdate", "changed")


def run(ctx: Context) -> Outcome:
    """End by `done` when the ticket is as wanted, by `missing` when there is none."""
    config, given = ctx.config, ctx.input
    wanted = {
        "status": config.get("status") or given.get("status"),
        "statusChangeReason": given.get("reason"),
        "priority": given.get("priority"),
    }
    wanted = {name: value for name, value in wanted.items() if value not in (None, "")}
    text = given.get("note", "")
    if not wanted and not text:
        message = "There is nothing to change: choose a state, or give a note or a priority."
        raise BlockError("ticket.nothing", message)
    server = Server(
        http=ctx.http,
        url=config["server"],
        name="the ticket system",
        connection="account",
        settings=SETTINGS,
    )
    shelf = Shelf(server=server, path="/troubleTicket", filter="", what="ticket")
    said = note(config["version"], text, format_instant(ctx.run.now)) if text else None
    changed = shelf.change(segment(given["ticket_id"]), wanted, said, ctx.run)
    if changed is None:
        return ctx.emit("missing", {"id": given["ticket_id"]})
    return ctx.emit("done", kept(changed, SHOWN))
