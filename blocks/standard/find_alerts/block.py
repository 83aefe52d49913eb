"""Find alerts: what an Alertmanager knows of at this moment."""

from __future__ import annotations

from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._alertmanager import filters_of, matchers_of
from blocks.standard._servers import Server
from blocks.standard._tmf import cut


def run(ctx: Context) -> Outcome:
    """End by `found` with the alerts, or by `none`."""
    config = ctx.config
    server = Server(http=ctx.http, url=config["server"], name="Alertmanager", connection="account")
    asked = {
        "filter": filters_of(matchers_of(config.get("conditions", ()))),
        "silenced": str(config["silenced"]).lower(),
        "inhibited": str(config["silenced"]).lower(),
    }
    listed = server.entries(server.get("/api/v2/alerts", asked))
    alerts = [_alert(one) for one in listed[: config["most"]]]
    output = {"alerts": alerts, "count": len(alerts), "more": len(listed) > len(alerts)}
    if not alerts:
        return ctx.emit("none", output)
    return ctx.emit("found", {**output, "first": alerts[0]})


def _alert(raw: dict[str, Any]) -> dict[str, Any]:
    status = raw.get("status") or {}
    return {
        "fingerprint": str(raw.get("fingerprint", "")),
        "state": str(status.get("state", "")),
        "silenced_by": cut(status.get("silencedBy") or []),
        "labels": cut(raw.get("labels") or {}),
        "annotations": cut(raw.get("annotations") or {}),
        "starts_at": str(raw.get("startsAt", "")),
        "ends_at": str(raw.get("endsAt", "")),
    }
