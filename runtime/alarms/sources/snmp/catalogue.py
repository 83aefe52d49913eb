"""The trap catalogue: what a trap means, as an entry for each, and the alarm it makes.

An entry is a document with a JSON Schema. It says how bad the trap is, what the alarm is called and
which variables tell one problem from another. The trap that ends a problem names the traps that
raised it; both keys must come to the same text, which is checked when an entry is saved: a clear
that could never meet its raise would leave alarms standing for ever. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.schema import Schema
from runtime.alarms._storable import storage_problems
from runtime.alarms.model import EventType, Severity
from runtime.alarms.sources.templates import (
    TEMPLATE_MAX,
    Place,
    Template,
    parse_template,
    template_problem,
)

FORMAT = 1
OBJECTS_MAX = 40
CLEARS_MAX = 20
INDEX = ".index"
STANDING = ("agent", "sender", "trap", "trap_oid", "enterprise")
"""Names that every trap has: who sent it, as it says itself and as the network says, and what."""
DEFAULT_OBJECT = "{agent}"

_OID = {"type": "string", "pattern": r"^[0-2](\.(0|[1-9][0-9]{0,9})){1,127}$", "maxLength": 512}
_NAME = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]*$", "maxLength": 100}
_TEMPLATE = {"type": "string", "maxLength": TEMPLATE_MAX}
CATALOGUE_ENTRY: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/trap-entry",
    "title": "Trap catalogue entry",
    "type": "object",
    "required": ["trap", "oid", "name", "severity"],
    "additionalProperties": False,
    "properties": {
        "trap": {"const": FORMAT, "description": "The format's version"},
        "oid": {**_OID, "description": "The trap's name, as SNMPv2 has it"},
        "name": {**_NAME, "description": "What its MIB calls it"},
        "mib": {"type": "string", "maxLength": 100},
        "severity": {"enum": [one.value for one in Severity]},
        "event_type": {"enum": ["", *(one.value for one in EventType)]},
        "probable_cause": {"type": "string", "maxLength": 200},
        "specific_problem": {**_TEMPLATE, "description": "The problem's name; the trap's if empty"},
        "text": {**_TEMPLATE, "description": "What a person reads"},
        "managed_object": {**_TEMPLATE, "description": "What has the problem; the agent if empty"},
        "key": {**_TEMPLATE, "description": "What tells one problem from another"},
        "clears": {
            "type": "array",
            "maxItems": CLEARS_MAX,
            "items": _OID,
            "description": "The traps whose alarm this one ends; severity is cleared then",
        },
        "objects": {
            "type": "object",
            "maxProperties": OBJECTS_MAX,
            "propertyNames": _NAME,
            "additionalProperties": _OID,
            "description": "Names of the trap's variables",
        },
    },
}
_SCHEMA = Schema(CATALOGUE_ENTRY)
_TEMPLATES = ("specific_problem", "text", "managed_object", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, read.

    Attributes:
        objects: (object identifier, name) of the trap's variables.
        clears: The traps whose alarm it ends; empty for one that raises.
    """

    oid: str
    name: str
    severity: Severity
    event_type: str
    probable_cause: str
    specific_problem: Template
    text: Template
    managed_object: Template
    key: Template
    clears: tuple[str, ...]
    objects: tuple[tuple[str, str], ...]


Find = Callable[[str], Mapping[str, Any] | None]


def parse_entry(document: Any) -> Entry:
    """Read an entry by itself; whether it meets the entries it names is `check_meeting`'s matter.

    Raises:
        InvalidError: with a problem for each field that does not fit.
    """
    unkept = storage_problems(document) if isinstance(document, dict) else []
    if unkept:
        raise InvalidError("the entry cannot be kept so", problems=unkept)
    _SCHEMA.require(document, "the entry cannot be kept so")
    objects: dict[str, str] = document.get("objects", {})
    known = [*STANDING, *objects, *(name + INDEX for name in objects)]
    problems = [
        Problem(f"/{field}", f"{field}: {wrong}")
        for field in _TEMPLATES
        if (wrong := template_problem(document.get(field, ""), known))
    ]
    key = document.get("key", "")
    if not problems and any(len(one.names) > 1 for one in parse_template(key).places):
        message = "key: a place in a key names one value, or the key would depend on what is there"
        problems.append(Problem("/key", message))
    if bool(document.get("clears")) != (document["severity"] == Severity.CLEARED):
        message = "severity: a trap that clears has severity cleared, and names in clears what ends"
        problems.append(Problem("/severity", message))
    if document["oid"] in document.get("clears", ()):
        problems.append(Problem("/clears", "clears: a trap cannot end the alarm it raises"))
    if problems:
        raise InvalidError("the entry cannot be kept so", problems=problems)
    return Entry(
        oid=document["oid"],
        name=document["name"],
        severity=Severity(document["severity"]),
        event_type=document.get("event_type", ""),
        probable_cause=document.get("probable_cause", ""),
        specific_problem=parse_template(document.get("specific_problem", "") or document["name"]),
        text=parse_template(document.get("text", "")),
        managed_object=parse_template(document.get("managed_object", "") or DEFAULT_OBJECT),
        key=parse_template(key),
        clears=tuple(document.get("clears", ())),
        objects=tuple((oid, name) for name, oid in objects.items()),
    )


def check_meeting(entry: Entry, find: Find) -> None:
    """Refuse a clear whose key could never be that of the alarms it says it ends.

    Args:
        entry: The entry to keep.
        find: Gives the document of another trap's entry, or None.

    Raises:
        InvalidError: a trap it clears has no entry, or their keys cannot meet.
    """
    for oid in entry.clears:
        document = find(oid)
        if document is None:
            raise _unmet(f"{oid} has no entry: add the trap that raises before the one that clears")
        raised = parse_entry(dict(document))
        if raised.clears:
            raise _unmet(f"{raised.name} clears itself, so it raises no alarm that could be ended")
        if (wrong := why_apart(raised, entry)) is not None:
            raise _unmet(f"{raised.name} and {entry.name} can never meet: {wrong}")


def check_kept(
    kept: Mapping[str, Mapping[str, Any]],
    new: Collection[str],
    find: Find,
    *,
    besides: Collection[str] = (),
) -> None:
    """Refuse entries that would part a raise from a clear that is kept and met it so far.

    Args:
        kept: The entries that were there before, by the trap.
        new: The traps whose entries are new.
        find: Gives the document of a trap's entry as it will be, or None.
        besides: Other traps whose entries are new too.

    Raises:
        InvalidError: a clear could never meet its raise any more.
    """
    for oid, document in kept.items():
        changed = [one for one in document.get("clears", ()) if one in new]
        if oid in new or oid in besides or not changed:
            continue
        clearing = parse_entry(dict(document))
        for one in changed:
            raised = find(one)
            if raised is not None:
                _refuse_parting(parse_entry(dict(raised)), clearing)


def _refuse_parting(raised: Entry, clearing: Entry) -> None:
    wrong = why_apart(raised, clearing)
    if wrong is not None:
        message = (
            f"key: {clearing.name} ends the alarms of {raised.name}, and the two could "
            f"never meet: {wrong}. Change both together"
        )
        raise InvalidError(message, problems=[Problem("/key", message)])


def why_apart(raised: Entry, clearing: Entry) -> str | None:
    """Say why two entries' keys can never come to the same text, or None where they can.

    The texts must be the same and in the same order, and each place must name the same variable. A
    variable's index says the same as another's, for they are of one row.
    """
    ours, theirs = raised.key.parts, clearing.key.parts
    if len(ours) != len(theirs):
        return "their keys have different parts"
    for one, other in zip(ours, theirs, strict=True):
        if isinstance(one, str) or isinstance(other, str):
            if one != other:
                return f"where one key has {_shown(one)}, the other has {_shown(other)}"
        elif not _same(_meaning(one, raised), _meaning(other, clearing)):
            return f"{_shown(one)} and {_shown(other)} are different variables"
    return None


def _same(one: str, other: str) -> bool:
    return one == other or (one.endswith(INDEX) and other.endswith(INDEX))


def _meaning(place: Place, entry: Entry) -> str:
    name = place.names[0]
    bare = name.removesuffix(INDEX)
    oids = {one: oid for oid, one in entry.objects}
    return oids[bare] + name[len(bare) :] if bare in oids else name


def _shown(part: str | Place) -> str:
    return f"{part!r}" if isinstance(part, str) else "{" + "|".join(part.names) + "}"


def _unmet(message: str) -> InvalidError:
    told = f"clears: {message}"
    return InvalidError(told, problems=[Problem("/clears", told)])
