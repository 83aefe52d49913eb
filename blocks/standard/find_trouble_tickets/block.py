"""Find trouble tickets: lists those of a TMF621 server that fit."""

from __future__ import annotations

from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._servers import Server, gather
from blocks.standard._tmf import OVER, kept, keys_of

SHOWN = (
    "id",
    "href",
    "status",
    "name",
    "description",
    "severity",
    "priority",
    "ticketType",
    "creationDate",
    "lastUpdate",
)


def run(ctx: Context) -> Outcome:
    """End by `found` with the tickets, or by `none`."""
    server = Server(
        http=ctx.http,
        url=ctx.config["server"],
        name="the ticket system",
        connection="account",
        settings={"filter": "Further conditions"},
    )
    found = gather(
        server,
        "/troubleTicket",
        _asked(ctx),
        most=ctx.config["most"],
        fits=lambda one: _is_wanted(ctx, one),
    )
    tickets = [{**kept(one, SHOWN), "keys": sorted(keys_of(one))} for one in found.entries]
    output = {"tickets": tickets, "count": len(tickets), "more": found.more}
    if not tickets:
        return ctx.emit("none", output)
    return ctx.emit("found", {**output, "first": tickets[0]})


def _asked(ctx: Context) -> dict[str, Any]:
    is_v4 = ctx.config["version"] == "4"
    return {
        "externalId" if is_v4 else "externalIdentifier.id": ctx.input.get("key"),
        "relatedEntity.id" if is_v4 else "relatedEntity.entity.id": ctx.input.get("object"),
        "sort": ctx.config.get("sort"),
        **ctx.config.get("where", {}),
    }


def _is_wanted(ctx: Context, ticket: dict[str, Any]) -> bool:
    """Hold what came against what was asked: a server may pay no heed to a filter."""
    if ctx.config["only_open"] and ticket.get("status") in OVER:
        return False
    key = ctx.input.get("key")
    return not key or key in keys_of(ticket)
