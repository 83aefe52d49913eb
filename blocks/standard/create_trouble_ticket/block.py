"""Open trouble ticket: at a ticket system that speaks TMF621, once for one problem."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._alarm_words import description_of, headline_of, names_in
from blocks.standard._priorities import priority_of, severity_at_worst
from blocks.standard._servers import Server
from blocks.standard._tmf import (
    NAME_MAX,
    TEXT_MAX,
    Shelf,
    external_ids,
    kept,
    note,
    related,
    typed,
)

PRIORITIES = ("Critical", "High", "Medium", "Low", "Low")
SETTINGS = {
    "ticketType": "Ticket type",
    "priority": "Priorities",
    "relatedEntity": "Alarm",
    "description": "Description",
    "name": "Title",
    "note": "Note",
}
SHOWN = ("id", "href", "status", "name", "severity", "priority", "creationDate", "lastUpdate")


def run(ctx: Context) -> Outcome:
    """End by `done` when this step opened the ticket, by `existing` when one was open."""
    version = ctx.config["version"]
    server = Server(
        http=ctx.http,
        url=ctx.config["server"],
        name="the ticket system",
        connection="account",
        settings=SETTINGS,
    )
    by = "externalId" if version == "4" else "externalIdentifier.id"
    shelf = Shelf(server=server, path="/troubleTicket", filter=by, what="ticket")
    alarm = ctx.input.get("alarm") or {}
    key = ctx.input.get("key") or str(alarm.get("id") or "") or ctx.run.idempotency_key
    ticket, is_new = shelf.open_once(_ticket(ctx, version, alarm, key), key, ctx.run)
    return ctx.emit("done" if is_new else "existing", {**kept(ticket, SHOWN), "key": key})


def _ticket(ctx: Context, version: str, alarm: dict[str, Any], key: str) -> dict[str, Any]:
    given = ctx.input
    description = given.get("description") or description_of(alarm)
    if not description:
        message = "There is nothing to write into the ticket: give an alarm or a description."
        raise BlockError("ticket.empty", message)
    name = given.get("name") or headline_of(alarm) or description
    fields = {
        "name": " ".join(name.split())[:NAME_MAX],
        "description": description[:TEXT_MAX],
        "severity": severity_at_worst(alarm).capitalize(),
        "priority": priority_of(alarm, PRIORITIES, ctx.config.get("priorities", {})),
        "ticketType": ctx.config["ticket_type"],
        "relatedEntity": _about(version, alarm),
    }
    if given.get("note"):
        fields["note"] = [note(version, given["note"])]
    if version == "4":
        fields["externalId"] = key
    else:
        fields["externalIdentifier"] = external_ids(version, key, ctx.run)
    return {**typed(version, "TroubleTicket", **fields), **ctx.config.get("more", {})}


def _about(version: str, alarm: dict[str, Any]) -> list[dict[str, Any]]:
    services = names_in(alarm, "affected_services")
    about = [related(version, "affectedService", one, "Service") for one in services]
    if alarm.get("managed_object"):
        kind = str(alarm.get("managed_object_type") or "Resource")
        about.insert(0, related(version, "affectedObject", str(alarm["managed_object"]), kind))
    return about
