"""Call on-call: raises an alert at an on-call service, which wakes whoever is on duty."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._alarm_words import description_of, facts_of, headline_of, shortened
from blocks.standard._priorities import priority_of
from blocks.standard._servers import Server

MESSAGE_MAX, ALIAS_MAX, DESCRIPTION_MAX, ENTITY_MAX = 130, 512, 15_000, 512
PRIORITIES = ("P1", "P2", "P3", "P4", "P5")
SETTINGS = {"priority": "Priorities", "responders": "Teams", "message": "Title", "alias": "Key"}


def run(ctx: Context) -> Outcome:
    """End by `done` once the service took the alert; one with the same key is counted there."""
    config, alarm = ctx.config, ctx.input.get("alarm") or {}
    title = ctx.input.get("title") or headline_of(alarm)
    if not title:
        raise BlockError("incident.empty", "There is nothing to say: give an alarm or a title.")
    key = ctx.input.get("key") or str(alarm.get("id") or "") or ctx.run.idempotency_key
    said: dict[str, Any] = {
        "message": shortened(" ".join(title.split()), MESSAGE_MAX),
        "alias": key[:ALIAS_MAX],
        "description": (ctx.input.get("text") or description_of(alarm))[:DESCRIPTION_MAX],
        "priority": priority_of(alarm, PRIORITIES, config.get("priorities", {})),
        "source": "Workflows",
        "entity": str(alarm.get("managed_object") or "")[:ENTITY_MAX],
        "details": facts_of(alarm),
        "responders": [{"type": "team", "name": name} for name in config.get("teams", ())],
    }
    server = Server(
        http=ctx.http,
        url=config["server"],
        name="the on-call service",
        connection="account",
        settings=SETTINGS,
    )
    sent = {name: value for name, value in said.items() if value}
    answer = server.entry(server.call("POST", "/v2/alerts", json=sent))
    return ctx.emit("done", {"key": said["alias"], "request": str(answer.get("requestId", ""))})
