"""Set values by SNMP: all or none, read back afterwards.

What the device had before is told whatever happens: a further attempt would read the new value for
the old one. So what became of a change without an answer is looked for within the same attempt, and
only a change that did not happen is tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blocks.sdk import BlockError, Context, Outcome, SnmpValue
from blocks.standard._variables import is_same, variable

_OPEN = frozenset({"snmp.timeout", "snmp.unreachable", "snmp.bad_answer", "snmp.failed"})
"""After these nobody knows what the device did."""
_TOLD_MAX = 80


def run(ctx: Context) -> Outcome:
    """End by `done` with the values before and after."""
    host, changes = ctx.config["host"], ctx.config["changes"]
    names = [one["object"] for one in changes]
    wanted = [variable(one) for one in changes]
    before = _read(ctx, names)
    if missing := [name for name, one in zip(names, before, strict=True) if one.kind == "missing"]:
        message = f"{host} does not have {', '.join(missing)}: nothing was changed."
        raise BlockError("snmp.no_such_object", message)
    was = _told(names, before)
    ctx.log.info(f"{host}, before the change: {was}.")
    try:
        ctx.snmp.set(host, wanted, port=ctx.config["port"], connection="device")
    except BlockError as error:
        if error.code not in _OPEN:
            raise
        _settle(ctx, wanted, before, error)
    else:
        if ctx.config["check"]:
            _check(ctx, wanted, was)
    ctx.log.info(f"{host}: changed {', '.join(names)}.")
    return ctx.emit("done", {"before": _by_name(names, before), "values": _by_name(names, wanted)})


def _settle(
    ctx: Context, wanted: Sequence[SnmpValue], before: Sequence[SnmpValue], error: BlockError
) -> None:
    """Find out what became of a change without an answer; return when it was made."""
    names = [one["object"] for one in ctx.config["changes"]]
    was = _told(names, before)
    now = _read_after(ctx, names, was)
    if _odd(names, wanted, now):
        if [one.value for one in now] == [one.value for one in before]:
            raise error
        message = (
            f"{ctx.config['host']} gave no answer that counts to the change, and now has "
            f"{_told(names, now)}. Before: {was}."
        )
        raise BlockError("snmp.unsure", message)


def _check(ctx: Context, wanted: Sequence[SnmpValue], was: str) -> None:
    names = [one["object"] for one in ctx.config["changes"]]
    if odd := _odd(names, wanted, _read_after(ctx, names, was)):
        message = (
            f"{ctx.config['host']} took the change, but {', '.join(odd)} has another value "
            f"afterwards. Before: {was}."
        )
        raise BlockError("snmp.not_kept", message)


def _read_after(ctx: Context, names: list[str], was: str) -> list[SnmpValue]:
    try:
        return _read(ctx, names)
    except BlockError as error:
        message = (
            f"{ctx.config['host']} was told to change, and then did not show what it has "
            f"({error}): look there. Before: {was}."
        )
        raise BlockError("snmp.unsure", message) from error


def _read(ctx: Context, names: list[str]) -> list[SnmpValue]:
    place = {"port": ctx.config["port"], "connection": "device"}
    return ctx.snmp.get(ctx.config["host"], names, **place)


def _odd(
    names: Sequence[str], wanted: Sequence[SnmpValue], found: Sequence[SnmpValue]
) -> list[str]:
    """Name those that are other than wanted."""
    both = zip(names, wanted, found, strict=True)
    return [name for name, one, now in both if not is_same(one, now)]


def _by_name(names: Sequence[str], values: Sequence[SnmpValue]) -> dict[str, Any]:
    return {name: one.value for name, one in zip(names, values, strict=True)}


def _told(names: Sequence[str], values: Sequence[SnmpValue]) -> str:
    return ", ".join(
        f"{name} = {str(one.value)[:_TOLD_MAX]}" for name, one in zip(names, values, strict=True)
    )
