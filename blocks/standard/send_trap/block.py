"""Send an SNMP trap: of an alarm as ALARM-MIB tells it (RFC 3877), or one of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from blocks.sdk import Context, Outcome, SnmpValue, read_oid
from blocks.standard._alarm_words import is_over, severity_of
from blocks.standard._variables import variable

NUMBERS = {
    "cleared": 1,
    "indeterminate": 2,
    "critical": 3,
    "major": 4,
    "minor": 5,
    "warning": 6,
}
"""ItuPerceivedSeverity (RFC 3877, 5.2)."""
TEXT_MAX = 1000


def run(ctx: Context) -> Outcome:
    """End by `done` when it was sent, or by `nothing` with neither an alarm nor a trap."""
    alarm, trap = ctx.input.get("alarm"), ctx.config.get("trap", "")
    variables = [variable(one) for one in ctx.config.get("variables", [])]
    if not trap:
        if not alarm:
            return ctx.emit("nothing")
        trap = "alarmClearState" if is_over(alarm) else "alarmActiveState"
        variables = [*_told(alarm), *variables]
    ctx.snmp.notify(
        ctx.config["host"],
        trap,
        variables,
        inform=ctx.config["confirmed"],
        port=ctx.config["port"],
        connection="receiver",
    )
    return ctx.emit("done", {"trap": read_oid(trap), "confirmed": ctx.config["confirmed"]})


def _told(alarm: Mapping[str, Any]) -> list[SnmpValue]:
    """Say an alarm in variables, under a number that it keeps until it is cleared."""
    number = int.from_bytes(sha256(str(alarm.get("id", "")).encode()).digest()[:4], "big") >> 1
    problem, text = alarm.get("specific_problem") or "", alarm.get("text") or ""
    about = ": ".join(part for part in (problem, text) if part)
    severity = NUMBERS[severity_of(alarm) or "indeterminate"]
    resource = f"{read_oid('alarmActiveResourceId')}.{number}"
    named = alarm.get("managed_object") or ""
    return [
        SnmpValue(oid=f"alarmActiveModelPointer.{number}", kind="oid", value="0.0"),
        SnmpValue(oid=resource, kind="oid", value=resource),
        SnmpValue(oid=f"alarmActiveDescription.{number}", kind="text", value=about[:TEXT_MAX]),
        SnmpValue(oid=f"ituAlarmPerceivedSeverity.{number}", kind="integer", value=severity),
        SnmpValue(oid=f"ituAlarmAdditionalText.{number}", kind="text", value=named[:TEXT_MAX]),
    ]
