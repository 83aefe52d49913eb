"""Update alarm elsewhere: acknowledges, clears or comments an alarm at a TMF642 server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._servers import Server, segment
from blocks.standard._tmf import OWNER, TEXT_MAX, amend, kept, typed
from kernel.clock import format_instant

SETTINGS = {"ackState": "What to do", "state": "What to do", "comment": "Comment"}
SHOWN = ("id", "href", "state", "perceivedSeverity", "ackState")
_ACKS = {"acknowledge": "acknowledged", "unacknowledge": "unacknowledged"}


def run(ctx: Context) -> Outcome:
    """End by `done` when the alarm is as wanted, by `missing` when there is none."""
    server = Server(
        http=ctx.http,
        url=ctx.config["server"],
        name="the other system",
        connection="account",
        settings=SETTINGS,
    )
    where = f"/alarm/{segment(ctx.input['alarm_id'])}"
    response = server.find(where)
    if response is None:
        return ctx.emit("missing", {"id": ctx.input["alarm_id"]})
    before = server.entry(response)
    patch = _deed(ctx.config["do"], before, ctx.config["name"]) | _comment(ctx, before)
    if not patch:
        return ctx.emit("done", {**kept(before, SHOWN), "changed": False})
    kind = typed(ctx.config["version"], "Alarm")
    after = amend(server, where, response, patch=patch, kind=kind, facts=ctx.run)
    return ctx.emit("done", {**kept(after, SHOWN), "changed": True})


def _deed(do: str, before: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Say what to change; nothing where it is so already."""
    if do == "clear":
        if before.get("state") == "cleared" or before.get("perceivedSeverity") == "cleared":
            return {}
        return {"state": "cleared", "clearUserId": name, "clearSystemId": OWNER}
    if do not in _ACKS or before.get("ackState") == _ACKS[do]:
        return {}
    return {"ackState": _ACKS[do], "ackUserId": name, "ackSystemId": OWNER}


def _comment(ctx: Context, before: Mapping[str, Any]) -> dict[str, Any]:
    """Add a comment to those that are there, unless the last is the same."""
    text = ctx.input.get("comment", "")[:TEXT_MAX]
    if not text:
        if ctx.config["do"] == "comment":
            raise BlockError("alarm.no_comment", "There is nothing to comment: give a comment.")
        return {}
    listed = [one for one in before.get("comment") or () if isinstance(one, dict)]
    if listed and listed[-1].get("comment") == text:
        return {}
    said = {"comment": text, "userId": ctx.config["name"], "systemId": OWNER}
    at = format_instant(ctx.run.now)
    return {"comment": [*listed, typed(ctx.config["version"], "Comment", **said, time=at)]}
