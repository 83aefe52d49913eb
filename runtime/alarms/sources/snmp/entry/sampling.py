"""The trap that an entry's form is tried on: its variables, and the alarm it becomes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.errors import InvalidError
from kernel.numbers import whole_number
from runtime.alarms.sources.snmp.catalogue import OBJECTS_MAX, Entry
from runtime.alarms.sources.snmp.entry.rows import EntryRows, Names, ObjectRow, check_rows
from runtime.alarms.sources.snmp.message import Notification, Value
from runtime.alarms.sources.snmp.pasted import read_pasted
from runtime.alarms.sources.snmp.reading import FindEntry, events_of

SENDER = "192.0.2.1"
_SCALAR = "0"
NAME, OBJECT, KEY = "name", "object", "key"
Known = Mapping[str, str]
"""Names of objects by their identifier, as the catalogue's entries have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable of the sample: what the form calls it, and the row it is of."""

    oid: str
    value: Value
    name: str
    index: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of the sample.

    Attributes:
        said: The trap, None where nothing readable was pasted.
        variables: Its variables as the form names them.
        events: The alarm events it makes; none where the entry is not complete.
        unread: Why it cannot be read.
        unmet: Why no alarm is shown: the entry is another trap's, or not complete.
    """

    said: Notification | None = None
    variables: tuple[Variable, ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    unread: str = ""
    unmet: str = ""


def try_rows(rows: EntryRows, names: Names, find: FindEntry) -> Trial:
    """Let the form, as it stands, make alarms of its sample.

    Args:
        rows: The form.
        names: Traps by name.
        find: The catalogue, for what the form itself is not about.
    """
    if not rows.sample.strip():
        return Trial()
    try:
        said = read_pasted(rows.sample)
    except InvalidError as error:
        return Trial(unread=error.message)
    variables = tuple(_variable(oid, value, rows) for oid, value in said.variables)
    try:
        entry = check_rows(rows, names)
    except InvalidError as error:
        told = "; ".join(one.message for one in error.problems) or error.message
        return Trial(said=said, variables=variables, unmet=f"not complete yet: {told}")
    if entry.oid != said.oid:
        unmet = f"this sample is the trap {said.oid}, which the entry is not about"
        return Trial(said=said, variables=variables, unmet=unmet)
    events = events_of(said, sender=SENDER, find=lambda oid: _find(oid, entry, find))
    return Trial(said=said, variables=variables, events=tuple(events))


def _find(oid: str, entry: Entry, find: FindEntry) -> Entry | None:
    return entry if oid == entry.oid else find(oid)


def begin_with(rows: EntryRows, known: Known) -> None:
    """Fill an empty form from its sample: which trap it is, and a name for each variable."""
    try:
        said = read_pasted(rows.sample)
    except InvalidError:
        return
    rows.oid = rows.oid or said.oid
    if not rows.objects:
        for number in range(len(said.variables)):
            use_variable(rows, f"{NAME}:{number}", known)


def use_variable(rows: EntryRows, operation: str, known: Known) -> None:
    """Do `name:<n>`, `object:<n>` or `key:<n>`: take a variable of the sample into the form."""
    verb, _, said = operation.partition(":")
    number = whole_number(said)
    if verb not in (NAME, OBJECT, KEY) or number is None:
        return
    try:
        variables = read_pasted(rows.sample).variables
    except InvalidError:
        return
    if number >= len(variables):
        return
    oid, value = variables[number]
    named = _variable(oid, value, rows)
    if not named.name:
        if len(rows.objects) >= OBJECTS_MAX:
            return
        name, base = _call(oid, known, {one.name for one in rows.objects})
        rows.objects.append(ObjectRow(name, base))
        named = _variable(oid, value, rows)
    if verb == OBJECT:
        rows.managed_object = f"{{agent}}/{{{named.name}}}"
    elif verb == KEY:
        _turn_in_key(rows, named)


def _turn_in_key(rows: EntryRows, one: Variable) -> None:
    """Put a variable's row, or its value where it has none, into the key, or take it out."""
    bare, row = f"{{{one.name}}}", f"{{{one.name}.index}}"
    place = bare if one.index == _SCALAR else row
    parts = [part for part in rows.key.split("/") if part.strip()]
    kept = [part for part in parts if part not in (bare, row)]
    rows.key = "/".join(kept if len(kept) < len(parts) else [*parts, place])


def _variable(oid: str, value: Value, rows: EntryRows) -> Variable:
    named = ((one.oid.removeprefix("."), one.name) for one in rows.objects if one.oid and one.name)
    base, name = next(
        ((base, name) for base, name in named if oid.startswith(f"{base}.")), ("", "")
    )
    return Variable(oid=oid, value=value, name=name, index=oid[len(base) + 1 :] if base else "")


def _call(oid: str, known: Known, taken: set[str]) -> tuple[str, str]:
    """Name a variable and its object: as the catalogue does, else by the object's last number."""
    parts = oid.split(".")
    bases = (".".join(parts[:length]) for length in range(len(parts) - 1, 1, -1))
    base = next((one for one in bases if one in known), ".".join(parts[:-1]))
    usual = known.get(base, f"object{parts[-2]}")
    numbers = range(2, OBJECTS_MAX + 2)
    names = (usual, *(f"{usual}_{number}" for number in numbers))
    return next(one for one in names if one not in taken), base
