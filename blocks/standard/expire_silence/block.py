"""End silence: lets an Alertmanager tell of alerts again before a silence is over."""

from __future__ import annotations

from blocks.sdk import Context, Outcome
from blocks.standard._alertmanager import silence_of
from blocks.standard._servers import Server, segment


def run(ctx: Context) -> Outcome:
    """End by `done` when it is over, whoever ended it, by `missing` when there is none."""
    server = Server(
        http=ctx.http, url=ctx.config["server"], name="Alertmanager", connection="account"
    )
    where = f"/api/v2/silence/{segment(ctx.input['silence_id'])}"
    response = server.find(where)
    if response is None:
        return ctx.emit("missing", {"id": ctx.input["silence_id"]})
    silence = silence_of(server.entry(response))
    was_silent = silence["state"] != "expired"
    if was_silent:
        server.call("DELETE", where)
    return ctx.emit("done", {**silence, "state": "expired", "was_silent": was_silent})
