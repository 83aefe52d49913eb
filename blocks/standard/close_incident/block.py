"""End on-call alert: closes what was raised under a key at an on-call service."""

from __future__ import annotations

from blocks.sdk import Context, Outcome
from blocks.standard._servers import Server, segment

NOTE_MAX = 25_000
_NOT_FOUND = 404


def run(ctx: Context) -> Outcome:
    """End by `done` once the service took it, by `missing` when nothing has the key."""
    key = ctx.input["key"]
    server = Server(
        http=ctx.http,
        url=ctx.config["server"],
        name="the on-call service",
        connection="account",
        settings={"note": "Note"},
    )
    said = {"source": "Workflows", "note": ctx.input.get("note", "")[:NOTE_MAX]}
    response = server.send(
        "POST",
        f"/v2/alerts/{segment(key)}/close",
        query={"identifierType": "alias"},
        json={name: value for name, value in said.items() if value},
    )
    if response.status == _NOT_FOUND:
        return ctx.emit("missing", {"key": key})
    server.check(response)
    answer = server.entry(response)
    return ctx.emit("done", {"key": key, "request": str(answer.get("requestId", ""))})
