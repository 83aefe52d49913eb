"""Reading what a source sent by its mapping: each entry of its list becomes an alarm event.

Pure. What is wrong with one alarm is that alarm's problem; the others are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from kernel.schema import pointer_to
from kernel.zones import find_zone
from runtime.alarms.model import TEXT_MAX, AlarmError, Severity
from runtime.alarms.sources.mapping import TIME_FIELDS
from runtime.alarms.sources.paths import ABSENT, WHOLE, look_up, read_path
from runtime.alarms.sources.reading import EVENTS_MAX, Batch
from runtime.expressions.evaluating import PREFIX, ExpressionError, evaluate

_WORDS = frozenset(one.value for one in Severity)
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MILLISECONDS_FROM = 100_000_000_000  # as seconds, that would be in the year 5138


@dataclass(frozen=True, slots=True)
class _Sent:
    """One alarm of a body, and the body."""

    item: Any
    body: Any


def read_mapped(body: Any, *, source: str, mapping: Mapping[str, Any]) -> Batch:
    """Read a body by a checked mapping.

    Raises:
        InvalidError: there is no list where the mapping says that one is.
    """
    items, place = items_of(body, mapping.get("list", ""))
    batch = Batch(list_name=place)
    for index, item in enumerate(items):
        try:
            document = event_of(item, body, mapping)
        except AlarmError as error:
            batch.refuse(index, error, raw=item)
        else:
            batch.take(index, {"source": source, **document}, raw=item)
    return batch


def items_of(body: Any, path: str) -> tuple[list[Any], str]:
    """Give the alarms of a body, and where in it they are ("" where the body is one).

    Raises:
        InvalidError: there is no list at the path, or it is too long.
    """
    if not path and not isinstance(body, list):
        return [body], ""
    parts = tuple(one for one in read_path(path) if one != WHOLE)
    found = look_up(parts, body, body)
    place = pointer_to(parts).removeprefix("/")
    if not isinstance(found, list):
        message = f"{path or 'the body'} must be a list of alarms: the mapping reads it as one"
        raise InvalidError(message, problems=[Problem(pointer_to(parts), message)])
    if len(found) > EVENTS_MAX:
        message = f"{path or 'the body'} has over {EVENTS_MAX} alarms: send more in further calls"
        raise InvalidError(message, problems=[Problem(pointer_to(parts), message)])
    return found, place


def event_of(item: Any, body: Any, mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Map one alarm to the document of an event, which `parse_event` has yet to check.

    Raises:
        AlarmError: a field has no value that fits it; each is named with the remedy.
    """
    sent, problems = _Sent(item, body), []
    document: dict[str, Any] = {}
    for name, field in mapping["fields"].items():
        try:
            value = _field(name, field, sent, mapping)
        except (ExpressionError, ValueError) as error:
            problems.append(Problem(pointer_to([name]), f"{name}: {error}"))
        else:
            document.update({} if value is None else {name: value})
    attributes = _attributes(sent, mapping, problems)
    if problems:
        raise AlarmError("the mapping gives no alarm for this", problems=problems)
    if document.get("perceived_severity") != Severity.CLEARED:
        document.pop("cleared_at", None)
    return {**document, "attributes": attributes} if attributes else document


def _attributes(sent: _Sent, mapping: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in mapping.get("attributes", {}).items():
        try:
            value = _value(field, sent)
        except ExpressionError as error:
            problems.append(Problem(pointer_to(["attributes", name]), f"{name}: {error}"))
        else:
            found.update({} if value is ABSENT else {name: value})
    return found


def _field(name: str, field: Mapping[str, str], sent: _Sent, mapping: Mapping[str, Any]) -> Any:
    if name == "perceived_severity":
        return _severity(field, sent, mapping)
    value = _value(field, sent)
    if value is ABSENT:
        return None
    if name in _READERS:
        return _READERS[name](value)
    if name in TIME_FIELDS:
        return _instant(value, mapping.get("zone", ""))
    return _text(value)[: TEXT_MAX if name == "text" else None]


def _value(field: Mapping[str, str], sent: _Sent) -> Any:
    """Give what a field's `from` finds, else its default; null and blank text count as absent."""
    found = _found(field["from"], sent) if "from" in field else ABSENT
    is_there = found is not ABSENT and found is not None
    if is_there and not (isinstance(found, str) and not found.strip()):
        return found
    return field.get("default", ABSENT)


def _found(text: str, sent: _Sent) -> Any:
    if text.startswith(PREFIX):
        variables = {"item": sent.item, "trigger": {"body": sent.body}}
        return evaluate(text.removeprefix(PREFIX), variables)
    return look_up(read_path(text), sent.item, sent.body)


def _severity(field: Mapping[str, str], sent: _Sent, mapping: Mapping[str, Any]) -> str:
    if _is_clear(sent, mapping):
        return Severity.CLEARED.value
    value = _value({"from": field["from"]}, sent) if "from" in field else ABSENT
    said = "" if value is ABSENT else _text(value).lower()
    own = said if said in _WORDS else None
    found = mapping.get("severities", {}).get(said) or own or field.get("default")
    if found is None:
        where = field.get("from", "")
        what = f"nothing is at {where}" if value is ABSENT else f"{said[:60]!r} is not known"
        raise ValueError(f"{what}: add it to the table of severities, or say which one else")
    return str(found)


def _is_clear(sent: _Sent, mapping: Mapping[str, Any]) -> bool:
    clear = mapping.get("clear")
    if clear is None:
        return False
    value = _found(clear["from"], sent)
    if value is ABSENT or isinstance(value, dict | list):
        return False
    return _text(value).lower() in {one.strip().lower() for one in clear["is"]}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    if isinstance(value, int | float):
        return str(value)
    kind = "a list" if isinstance(value, list) else "an object"
    raise ValueError(f"{kind} is there, and text is needed: choose a part of it")


def _services(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else _text(value).split(",")
    return [text for one in parts if (text := _text(one))]


def _truth(value: Any) -> bool:
    said = _text(value).lower()
    if said not in _TRUTHS:
        raise ValueError(f"{said[:60]!r} is neither true nor false: say yes or no, or leave it out")
    return _TRUTHS[said]


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "affected_services": _services,
    "will_clear": _truth,
}


def _instant(value: Any, zone: str) -> str:
    """Write an instant as events carry it: from seconds, milliseconds or text.

    Text without a time zone is read in the mapping's.
    """
    said = _text(value)
    is_number = said.isascii() and said.replace(".", "", 1).isdigit()
    try:
        instant = _counted(float(said)) if is_number else datetime.fromisoformat(said)
        if instant.tzinfo is not None:
            return format_instant(instant)
        found = find_zone(zone) if zone else None
        if found is not None:
            return format_instant(instant.replace(tzinfo=found))
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f"{said[:60]!r} is no instant: such as 2026-11-24T14:56:14Z, or seconds since 1970"
        ) from None
    raise ValueError(f"{said[:60]!r} has no time zone: set the time zone of this source")


def _counted(number: float) -> datetime:
    seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
    return datetime.fromtimestamp(seconds, UTC)
