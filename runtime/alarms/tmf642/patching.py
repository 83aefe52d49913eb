"""Patches: what a merge patch or a JSON patch asks to be done to an alarm. Pure.

An alarm is no plain document: acknowledging, clearing, commenting and grouping are acts of their
own, with their own line in the history. A patch is read as the list of these acts.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.schema import path_of
from runtime.alarms.tmf642.dialect import Dialect
from runtime.alarms.tmf642.filters import values_at
from runtime.alarms.tmf642.mapping import (
    KEPT,
    KEPT_NAMES,
    OWN_FIELDS,
    SAID_ALSO,
    event_type_of,
)
from runtime.alarms.tmf642.measured import CROSSED, PLACE, read_place, read_threshold
from runtime.alarms.tmf642.schemas import (
    JSON_PATCH,
    NEVER_PATCHED,
    alarm_patched,
    alarm_properties,
)
from runtime.alarms.tmf642.signature import sign

_OURS = ("alarmChangedTime", "alarmClearedTime", "alarmReportingTime")
_SIGNING = ("ackSystemId", "ackUserId", "clearSystemId", "clearUserId")
_MARKS = ("@type", "@baseType", "@schemaLocation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What a patch asks for; None leaves a thing as it is.

    Attributes:
        fields: For `set_fields`.
        acknowledged: Whether to acknowledge, or to give back.
        comments: Texts with who says them.
        parent: The parent's id, "" for none.
        children: The ids of all that shall be under it.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    acknowledged: bool | None = None
    ack_by: str = ""
    is_clear: bool = False
    clear_by: str = ""
    comments: Sequence[tuple[str, str]] = ()
    parent: str | None = None
    children: Sequence[str] | None = None


def acts_of(
    before: Mapping[str, Any],
    patch: Mapping[str, Any],
    *,
    kept: Mapping[str, Any],
    dialect: Dialect,
    by: str,
) -> Acts:
    """Tell what an alarm needs done so that it has these attributes.

    Args:
        before: The alarm's document.
        patch: The attributes that shall be others, whole; as `merged` or `operated` give them.
        kept: What is kept of the alarm for TMF642 alone.
        dialect: The version.
        by: Who acts where the patch names nobody.

    Raises:
        InvalidError: it does not fit, changes what is never changed, or asks for nothing.
    """
    _refuse_fixed(patch)
    alarm_patched(dialect).require(patch, "the alarm cannot be patched so")
    moved = {name: value for name, value in patch.items() if value != before.get(name)}
    if not _asks(patch):
        names = ", ".join((*_OURS, *_SIGNING))
        raise _bad("", f"the patch asks for nothing: {names} and @type alone change no alarm")
    _refuse_other_object(before, patch)
    severity, state = patch.get("perceivedSeverity"), patch.get("state")
    is_clear = "cleared" in (severity, state)
    if is_clear and not {severity, state} <= {"cleared", None}:
        raise _bad("state", "state and perceivedSeverity contradict each other")
    return Acts(
        fields=_fields(moved, kept),
        acknowledged=patch["ackState"] == "acknowledged" if "ackState" in patch else None,
        ack_by=_signed(patch, "ack", by),
        is_clear=is_clear,
        clear_by=_signed(patch, "clear", by),
        comments=_new_comments(before, patch, by),
        parent=_parent(patch),
        children=_children(patch),
    )


def merged(before: Mapping[str, Any], patch: Any) -> dict[str, Any]:
    """Read a merge patch (RFC 7396): the attributes it names, as they shall be.

    >>> merged({"alarmedObject": {"id": "a", "name": "A"}}, {"alarmedObject": {"name": None}})
    {'alarmedObject': {'id': 'a'}}
    """
    if not isinstance(patch, Mapping):
        raise _bad("", "a merge patch is an object with the attributes to change")
    return {name: _merge(before.get(name), value) for name, value in patch.items()}


def _merge(before: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    after = dict(before) if isinstance(before, Mapping) else {}
    after.update({name: _merge(after.get(name), value) for name, value in patch.items()})
    return {name: value for name, value in after.items() if value is not None}


def operated(before: Mapping[str, Any], operations: Any, dialect: Dialect) -> dict[str, Any]:
    """Read a JSON patch (RFC 6902): the attributes it changes, as they shall be.

    Raises:
        InvalidError: an operation is none, its path leads nowhere, or a test fails.
    """
    JSON_PATCH.require(operations, "this is no JSON patch")
    known, after = alarm_properties(dialect), copy.deepcopy(dict(before))
    touched: dict[str, None] = {}
    for number, one in enumerate(operations):
        path = path_of(one["path"])
        if "?" in one["path"] or not path or path[0] not in known:
            name = one["path"].lstrip("/")
            raise _bad(f"{number}/path", f"path: {name} is not an attribute of an alarm")
        _operate(after, one, path, number)
        if one["op"] != "test":
            touched[path[0]] = None
    return {name: after.get(name) for name in touched}


def _operate(after: dict[str, Any], one: Mapping[str, Any], path: list[str], number: int) -> None:
    if one["op"] in ("move", "copy"):
        raise _bad(f"{number}/op", "op: add, remove, replace and test are done here")
    if one["op"] != "remove" and "value" not in one:
        raise _bad(f"{number}/value", "value is missing: give it a value")
    try:
        holder: Any = after
        for part in path[:-1]:
            holder = holder[_place(holder, part)]
        is_met = _operate_at(holder, path[-1], one)
    except (KeyError, IndexError, TypeError, ValueError):
        raise _bad(f"{number}/path", f"path: there is nothing at {one['path']}") from None
    if not is_met:
        raise _bad(f"{number}/value", f"the test of {one['path']} fails: nothing is done")


def _operate_at(holder: Any, last: str, one: Mapping[str, Any]) -> bool:
    """Do an operation to the last part of its path; False when it is a test that fails."""
    match one["op"]:
        case "test":
            return bool(holder[_place(holder, last)] == one["value"])
        case "remove":
            del holder[_place(holder, last)]
        case "add" if isinstance(holder, list):
            holder.insert(len(holder) if last == "-" else int(last), one["value"])
        case _:
            holder[_place(holder, last)] = one["value"]
    return True


def _place(holder: Any, part: str) -> Any:
    return int(part) if isinstance(holder, list) else part


def _refuse_fixed(patch: Mapping[str, Any]) -> None:
    named = [one for one in NEVER_PATCHED if one in patch]
    if named:
        problems = [Problem(f"/{one}", f"{one} is never patched: leave it out") for one in named]
        raise InvalidError(", ".join(one.message for one in problems), problems=problems)


def _refuse_other_object(before: Mapping[str, Any], patch: Mapping[str, Any]) -> None:
    wanted = patch.get("alarmedObject", {})
    if wanted is None or str(wanted.get("id", "")) not in ("", before["alarmedObject"]["id"]):
        raise _bad(
            "alarmedObject/id",
            "alarmedObject.id is part of the alarm's identity: create another alarm",
        )


def _asks(patch: Mapping[str, Any]) -> bool:
    return any(name not in (*_OURS, *_SIGNING, *_MARKS) for name in patch)


def _fields(moved: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        ours: moved[name] or "" for name, ours in OWN_FIELDS.items() if name in moved
    }
    if moved.get("perceivedSeverity", "cleared") != "cleared":
        found["perceived_severity"] = moved["perceivedSeverity"]
    if "affectedService" in moved:
        services = moved["affectedService"] or ()
        found["affected_services"] = [str(one["id"]) for one in services]
    found |= _measured(moved)
    after = {**kept, **{name: moved[name] for name in KEPT_NAMES if name in moved}}
    if moved.get("alarmType"):
        said = moved["alarmType"]
        found["event_type"] = event_type_of(said)
        after["alarmType"] = said if found["event_type"] != said else None
    after = {name: value for name, value in after.items() if value is not None}
    if after != dict(kept):
        found["attributes"] = {KEPT: after}
    return found


def _measured(moved: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields of ours that are kept as TMF642 says them as well."""
    found = {ours: moved[name] for name, ours in SAID_ALSO.items() if name in moved}
    for name in ("managed_object_type", "proposed_repair_actions", "reporting_system"):
        if name in found:
            found[name] = found[name] or ""
    if PLACE in moved:
        found["place"] = read_place(moved[PLACE])
    if CROSSED in moved:
        found["threshold"] = read_threshold(moved[CROSSED])
    return found


def _signed(patch: Mapping[str, Any], verb: str, by: str) -> str:
    user, system = patch.get(f"{verb}UserId"), patch.get(f"{verb}SystemId")
    return sign(user or by, system) if system else str(user or by)


def _new_comments(
    before: Mapping[str, Any], patch: Mapping[str, Any], by: str
) -> list[tuple[str, str]]:
    """Give what is new in the list: comments are added and never taken away."""
    known = values_at(before, ["comment", "comment"])
    found: list[tuple[str, str]] = []
    for one in patch.get("comment") or ():
        text = one.get("comment", "")
        if text in known:
            known.remove(text)
            continue
        user, system = one.get("userId") or by, one.get("systemId")
        found.append((text, sign(user, system) if system else user))
    return found


def _parent(patch: Mapping[str, Any]) -> str | None:
    if "parentAlarm" not in patch:
        return None
    refs = patch["parentAlarm"] or ()
    return str(refs[0]["id"]) if refs else ""


def _children(patch: Mapping[str, Any]) -> list[str] | None:
    if "correlatedAlarm" not in patch:
        return None
    return [str(one["id"]) for one in patch["correlatedAlarm"] or ()]


def _bad(where: str, message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem(f"/{where}" if where else "", message)])
