"""Silence alerts: makes or prolongs a silence in an Alertmanager, one for the same alerts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._alertmanager import (
    Matcher,
    filters_of,
    matchers_of,
    matchers_of_alarm,
    required,
    same,
)
from blocks.standard._servers import Server
from kernel.clock import format_instant

SETTINGS = {"comment": "Comment", "matchers": "Conditions", "createdBy": "In the name of"}
SILENT = ("active", "pending")
CLOSE_ENOUGH_S = 60


def run(ctx: Context) -> Outcome:
    """End by `done` with the silence that holds from now until the time is over."""
    config = ctx.config
    server = Server(
        http=ctx.http,
        url=config["server"],
        name="Alertmanager",
        connection="account",
        settings=SETTINGS,
    )
    taken = matchers_of_alarm(ctx.input.get("alarm") or {}, config["labels"])
    matchers = required([*taken, *matchers_of(config.get("conditions", ()))])
    ends = ctx.run.now + timedelta(seconds=config["for_s"])
    known = _known(server, matchers, config["created_by"])
    if known and _instant(known["endsAt"]) >= ends - timedelta(seconds=CLOSE_ENOUGH_S):
        return ctx.emit("done", _told(known["id"], known["endsAt"], matchers, is_new=False))
    silence = {
        "matchers": matchers,
        "startsAt": known["startsAt"] if known else format_instant(ctx.run.now),
        "endsAt": format_instant(ends),
        "createdBy": config["created_by"],
        "comment": config["comment"],
        **({"id": known["id"]} if known else {}),
    }
    answer = server.entry(server.call("POST", "/api/v2/silences", json=silence))
    if not isinstance(answer.get("silenceID"), str):
        raise server.strange("it names no silence")
    told = _told(answer["silenceID"], silence["endsAt"], matchers, is_new=known is None)
    return ctx.emit("done", told)


def _known(server: Server, matchers: list[Matcher], created_by: str) -> dict[str, Any] | None:
    """Find a silence of ours for the same alerts: a repeat of the step makes no second one."""
    asked = {"filter": filters_of(one for one in matchers if one["isEqual"])}
    for one in server.entries(server.get("/api/v2/silences", asked)):
        is_silent = (one.get("status") or {}).get("state") in SILENT
        is_ours = one.get("createdBy") == created_by and same(one.get("matchers") or (), matchers)
        if is_silent and is_ours:
            return one
    return None


def _told(id_: str, ends_at: str, matchers: list[Matcher], *, is_new: bool) -> dict[str, Any]:
    return {"id": id_, "ends_at": ends_at, "matchers": filters_of(matchers), "is_new": is_new}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
