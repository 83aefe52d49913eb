"""From a notification to an alarm event, by the trap catalogue. Pure.

A trap that the catalogue does not know is an indeterminate alarm with all it said: nothing that an
agent found worth telling is dropped for want of a MIB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from runtime.alarms.model import NAME_MAX, TEXT_MAX, Severity
from runtime.alarms.sources.snmp.catalogue import INDEX, Entry
from runtime.alarms.sources.snmp.message import VERSION_NAMES, Notification, Value

KEY_MAX = 4 * NAME_MAX
FindEntry = Callable[[str], Entry | None]


def events_of(said: Notification, *, sender: str, find: FindEntry) -> list[dict[str, Any]]:
    """Make the events of one notification: one, or as many as the alarms it ends.

    Args:
        said: What came.
        sender: The address it came from.
        find: Gives the entry of a trap, or None.
    """
    agent = said.agent or sender
    entry = find(said.oid)
    if entry is None:
        return [_unknown(said, agent, sender)]
    named, rest = name_variables(said.variables, entry)
    standing = {
        "agent": agent,
        "sender": sender,
        "trap": entry.name,
        "trap_oid": said.oid,
        "enterprise": said.enterprise,
    }
    values = {**named, **standing}
    event: dict[str, Any] = {
        "managed_object": entry.managed_object.fill(values)[:NAME_MAX] or agent,
        "perceived_severity": entry.severity.value,
        "event_type": entry.event_type,
        "probable_cause": entry.probable_cause,
        "specific_problem": entry.specific_problem.fill(values)[:NAME_MAX],
        "text": entry.text.fill(values)[:TEXT_MAX],
        "attributes": _attributes(said, sender, {"trap": entry.name, **_shown(named)}, rest),
    }
    keys = [_key(oid, agent, entry, values) for oid in entry.clears or (said.oid,)]
    return [{**_said(event), "reduction_key": key} for key in keys]


def _key(oid: str, agent: str, entry: Entry, values: Mapping[str, Any]) -> str:
    """Give the identity: which trap raised it, of which agent, and what the key tells apart."""
    return f"trap {oid} {agent} {entry.key.fill(values)}".strip()[:KEY_MAX]


def name_variables(
    variables: Iterable[tuple[str, Value]], entry: Entry
) -> tuple[dict[str, Value], dict[str, Value]]:
    """Name a trap's variables by its entry: values by name and `name.index`; and those left over.

    The index is what stands behind the object's own identifier: the row that the variable is of.
    """
    named: dict[str, Value] = {}
    rest: dict[str, Value] = {}
    for oid, value in variables:
        known = next(
            ((prefix, name) for prefix, name in entry.objects if oid.startswith(prefix + ".")), None
        )
        if known is None or known[1] in named:
            rest[oid] = value
            continue
        prefix, name = known
        named[name] = value
        named[name + INDEX] = oid[len(prefix) + 1 :]
    return named, rest


def _shown(named: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in named.items() if not name.endswith(INDEX)}


def _unknown(said: Notification, agent: str, sender: str) -> dict[str, Any]:
    listed = ", ".join(f"{oid} = {value}" for oid, value in said.variables)
    return {
        "managed_object": agent,
        "perceived_severity": Severity.INDETERMINATE.value,
        "specific_problem": f"Trap {said.oid}"[:NAME_MAX],
        "text": f"A trap that the catalogue does not know. {listed}".strip()[:TEXT_MAX],
        "attributes": _attributes(said, sender, {}, dict(said.variables)),
        "reduction_key": f"trap {said.oid} {agent}"[:KEY_MAX],
    }


def _attributes(
    said: Notification, sender: str, named: Mapping[str, Any], rest: Mapping[str, Value]
) -> dict[str, Any]:
    frame = {
        "trap_oid": said.oid,
        "snmp": VERSION_NAMES[said.version],
        "sender": sender,
        "enterprise": said.enterprise,
        "variables": dict(rest),
    }
    told = {name: value for name, value in frame.items() if value not in ("", None, {})}
    return {**named, **told}


def _said(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if value not in ("", None)}
