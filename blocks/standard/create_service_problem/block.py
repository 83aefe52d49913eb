"""Report service problem: at a system that speaks TMF656, once for one problem."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._alarm_words import description_of, headline_of, names_in
from blocks.standard._priorities import priority_of
from blocks.standard._servers import Server
from blocks.standard._tmf import (
    NAME_MAX,
    OWNER,
    TEXT_MAX,
    Shelf,
    external_ids,
    kept,
    typed,
)

PRIORITIES = (1, 2, 3, 4, 5)
SETTINGS = {
    "category": "Category",
    "priority": "Priorities",
    "originatorParty": "Reported by",
    "reason": "Reason",
    "description": "Description",
    "affectedService": "Services",
    "affectedResource": "Alarm",
}
SHOWN = ("id", "href", "status", "name", "category", "priority", "creationDate", "lastUpdate")


def run(ctx: Context) -> Outcome:
    """End by `done` when this step reported it, by `existing` when it was known."""
    version = ctx.config["version"]
    server = Server(
        http=ctx.http,
        url=ctx.config["server"],
        name="the problem management",
        connection="account",
        settings=SETTINGS,
    )
    shelf = Shelf(
        server=server, path="/serviceProblem", filter="externalIdentifier.id", what="problem"
    )
    alarm = ctx.input.get("alarm") or {}
    key = ctx.input.get("key") or str(alarm.get("id") or "") or ctx.run.idempotency_key
    problem, is_new = shelf.open_once(_problem(ctx, version, alarm, key), key, ctx.run)
    return ctx.emit("done" if is_new else "existing", {**kept(problem, SHOWN), "key": key})


def _problem(ctx: Context, version: str, alarm: dict[str, Any], key: str) -> dict[str, Any]:
    given = ctx.input
    description = given.get("description") or description_of(alarm)
    if not description:
        message = "There is nothing to report: give an alarm or a description."
        raise BlockError("problem.empty", message)
    name = headline_of(alarm) or description
    services = given.get("services") or names_in(alarm, "affected_services")
    resources = [str(alarm["managed_object"])] if alarm.get("managed_object") else []
    about = [typed(version, "ResourceRef", id=one, name=one) for one in resources]
    fields = {
        "name": " ".join(name.split())[:NAME_MAX],
        "description": description[:TEXT_MAX],
        "category": ctx.config["category"],
        "reason": given.get("reason") or str(alarm.get("probable_cause") or "") or name,
        "priority": priority_of(alarm, PRIORITIES, ctx.config.get("priorities", {})),
        "originatingSystem": OWNER,
        "originatorParty": _originator(version, ctx.config["reported_by"]),
        "affectedResource": about,
        "affectedService": [typed(version, "ServiceRef", id=one, name=one) for one in services],
        "affectedNumberOfServices": len(services),
        "rootCauseResource": about if alarm.get("is_root_cause") else [],
        "externalIdentifier": external_ids(version, key, ctx.run),
    }
    return {**typed(version, "ServiceProblem", **fields), **ctx.config.get("more", {})}


def _originator(version: str, name: str) -> dict[str, Any]:
    if version == "4":
        return {"id": name, "name": name, "role": "originator", "@referredType": "Organization"}
    party = typed(version, "PartyRef", id=name, name=name, at_referredType="Organization")
    kind = "RelatedPartyRefOrPartyRoleRef"
    return typed(version, kind, role="originator", partyOrPartyRole=party)
