"""Filters as TMF630 part 1 writes them in a query, and whether a document fits them. Pure.

`attribute=a,b` is a or b, `attribute=a;attribute=b` too; several attributes hold together. After
the attribute's name `.eq`, `.ne`, `.gt`, `.gte`, `.lt`, `.lte` compare, or `>`, `>=`, `<`, `<=`
in place of `=`. A path reads into objects and lists: any entry of a list will do. `.regex` is
refused: an expression of somebody else's is no bounded work.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from kernel.clock import parse_instant
from kernel.errors import InvalidError, Problem
from runtime.alarms.model import Severity
from runtime.alarms.tmf642.dialect import Dialect
from runtime.alarms.tmf642.schemas import alarm_properties

CONDITIONS_MAX = 50
VALUES_MAX = 200


class Operator(StrEnum):
    """How a value is compared."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"


COMPARE: Mapping[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.GT: operator.gt,
    Operator.GTE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LTE: operator.le,
}
_SIGNS = {">=": Operator.GTE, "<=": Operator.LTE, ">": Operator.GT, "<": Operator.LT}
Comparable = datetime | int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison; any of the values will do, and for `ne` none may be met."""

    path: str
    operator: Operator
    values: tuple[str, ...]


def read_conditions(pairs: Iterable[tuple[str, str]], known: Mapping[str, Any]) -> list[Condition]:
    """Read a query's pairs.

    Args:
        pairs: Names and values, decoded.
        known: The attributes by their paths, as `paths_of` gives them.

    Raises:
        InvalidError: naming the attribute that is none, or the value that does not fit it.
    """
    found: list[Condition] = []
    for name, value in _apart(pairs):
        path, sign, text = _read_name(name, value)
        values = tuple(one for one in text.split(",") if one)
        if path not in known:
            raise _bad(path, f"{path} is not an attribute to filter by")
        if not 1 <= len(values) <= VALUES_MAX:
            raise _bad(path, f"{path} needs 1 to {VALUES_MAX} values to compare with")
        for one in values:
            comparable(one, known[path], path=path)
        found.append(Condition(path=path, operator=sign, values=values))
    if len(found) > CONDITIONS_MAX:
        raise _bad("query", f"a query has at most {CONDITIONS_MAX} filters")
    return _joined(found)


def _joined(conditions: Iterable[Condition]) -> list[Condition]:
    """Put equalities of one attribute together: any of their values will do."""
    found: dict[tuple[str, Operator, int], Condition] = {}
    for number, one in enumerate(conditions):
        key = (one.path, one.operator, 0 if one.operator is Operator.EQ else number)
        before = found[key].values if key in found else ()
        values = (*before, *one.values)
        found[key] = Condition(path=one.path, operator=one.operator, values=values)
    return list(found.values())


def _apart(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Part `status=a;status=b`, which comes as one value."""
    for name, value in pairs:
        first, *others = value.split(";")
        yield name, first
        for other in others:
            other_name, sign, other_value = other.partition("=")
            yield (other_name, other_value) if sign else (name, other)


def _read_name(name: str, value: str) -> tuple[str, Operator, str]:
    for sign, meaning in _SIGNS.items():
        if sign.endswith("=") and name.endswith(sign[0]):  # `a>=1` is the name `a>` and the value
            return name[:-1], meaning, value
        before, found, after = name.partition(sign)
        if found:
            return before, meaning, after or value
    path, dot, last = name.rpartition(".")
    if dot and last in list(Operator):
        return path, Operator(last), value
    if dot and last == "regex":
        raise _bad(path, ".regex is not done here: compare with .eq, .ne, .gt, .gte, .lt or .lte")
    return name, Operator.EQ, value


@cache
def paths_of(dialect: Dialect) -> dict[str, Any]:
    """Give every attribute of an alarm by its path, with its part of the schema."""
    found: dict[str, Any] = {"count": {"type": "integer"}}
    _walk(alarm_properties(dialect), "", found)
    return found


def _walk(properties: Mapping[str, Any], before: str, found: dict[str, Any]) -> None:
    for name, part in properties.items():
        inner = part.get("items", part)
        if "properties" in inner:
            _walk(inner["properties"], f"{before}{name}.", found)
        else:
            found[before + name] = part


def comparable(value: Any, part: Mapping[str, Any], *, path: str = "") -> Comparable:
    """Give what a value is compared by: instants by time, severities by rank, the rest by text.

    Raises:
        InvalidError: the value does not fit the attribute.
    """
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if part.get("format") == "date-time":
        try:
            at = parse_instant(text.replace(" ", "+"))
        except (ValueError, OverflowError):
            message = f"{path} is an instant with a time zone, such as 2026-11-24T14:56:14Z"
            raise _bad(path, message) from None
        return at.replace(microsecond=at.microsecond // 1000 * 1000)
    if part.get("type") == "integer":
        if not text.removeprefix("-").isdecimal() or len(text) > 18:  # noqa: PLR2004  64 bits
            raise _bad(path, f"{path} is a whole number")
        return int(text)
    if "cleared" in part.get("enum", ()) and "critical" in part["enum"]:
        if text not in list(Severity):
            raise _bad(path, f"{path} is one of {', '.join(Severity)}")
        return Severity(text).rank
    return text


def fits(
    document: Mapping[str, Any], wanted: Iterable[Condition], known: Mapping[str, Any]
) -> bool:
    """Tell whether a document fits all of the conditions."""
    return all(_holds(document, one, known[one.path]) for one in wanted)


def _holds(document: Mapping[str, Any], wanted: Condition, part: Mapping[str, Any]) -> bool:
    there = [comparable(one, part) for one in values_at(document, wanted.path.split("."))]
    asked = [comparable(one, part) for one in wanted.values]
    if wanted.operator is Operator.NE:
        return not any(one in asked for one in there)
    return any(COMPARE[wanted.operator](one, other) for one in there for other in asked)


def values_at(document: Any, path: Sequence[str]) -> list[Any]:
    """Give the plain values at a path; of a list, those of every entry.

    >>> values_at({"place": [{"id": "a"}, {"id": "b"}]}, ["place", "id"])
    ['a', 'b']
    """
    if isinstance(document, list):
        return [value for one in document for value in values_at(one, path)]
    if not path:
        return [] if document is None or isinstance(document, Mapping) else [document]
    if not isinstance(document, Mapping) or path[0] not in document:
        return []
    return values_at(document[path[0]], path[1:])


def conditions_of_pattern(pattern: Mapping[str, Any], known: Mapping[str, Any]) -> list[Condition]:
    """Read a task's pattern: each attribute in it must be equal; marks of type say nothing.

    Raises:
        InvalidError: it names no attribute, or one that an alarm does not have.
    """
    found: list[Condition] = []
    _flatten(pattern, "", found)
    for one in found:
        if one.path not in known:
            raise _bad("alarmPattern", f"alarmPattern: {one.path} is not an attribute of an alarm")
        for value in one.values:
            comparable(value, known[one.path], path=one.path)
    if not found:
        message = "alarmPattern: a pattern names at least one attribute, such as id"
        raise _bad("alarmPattern", message)
    return found


def _flatten(part: Any, path: str, found: list[Condition]) -> None:
    if isinstance(part, Mapping):
        for name, value in part.items():
            if not name.startswith("@"):
                _flatten(value, f"{path}.{name}" if path else name, found)
    elif isinstance(part, list):
        for value in part:
            _flatten(value, path, found)
    elif part is not None:
        text = str(part).lower() if isinstance(part, bool) else str(part)
        found.append(Condition(path=path, operator=Operator.EQ, values=(text,)))


def _bad(name: str, message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem(f"/{name}", message)])
