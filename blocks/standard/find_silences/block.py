"""Find silences: those of an Alertmanager that are about the same alerts."""

from __future__ import annotations

from blocks.sdk import Context, Outcome
from blocks.standard._alertmanager import (
    filters_of,
    matchers_of,
    matchers_of_alarm,
    silence_of,
)
from blocks.standard._servers import Server


def run(ctx: Context) -> Outcome:
    """End by `found` with the silences, or by `none`."""
    config = ctx.config
    server = Server(http=ctx.http, url=config["server"], name="Alertmanager", connection="account")
    taken = matchers_of_alarm(ctx.input.get("alarm") or {}, config["labels"])
    asked = {"filter": filters_of([*taken, *matchers_of(config.get("conditions", ()))])}
    found = map(silence_of, server.entries(server.get("/api/v2/silences", asked)))
    fitting = [one for one in found if one["state"] != "expired" or config["expired"]]
    silences = fitting[: config["most"]]
    output = {"silences": silences, "count": len(silences), "more": len(fitting) > len(silences)}
    if not silences:
        return ctx.emit("none", output)
    return ctx.emit("found", {**output, "first": silences[0]})
