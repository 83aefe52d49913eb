"""Mappings: how alarms are read from whatever a source sends. The document, its schema, its checks.

Pure. A mapping says for each field of the alarm where it comes from: a path into what was sent
(`paths`) or, after `= `, an expression (CEL) over `item`, the alarm that is read, and
`trigger.body`, all that was sent; `default` is used where nothing is there, and alone it is a
constant. `reading` of one is `mapped`'s matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.schema import Schema, pointer_to
from kernel.zones import find_zone
from runtime.alarms._storable import storage_problems
from runtime.alarms.model import EVENT_SCHEMA, NAME_MAX, EventType, Severity
from runtime.alarms.sources.paths import PATH_MAX, PathError, read_path
from runtime.expressions.evaluating import PREFIX, check_expression
from runtime.expressions.references import paths_read_by

MAPPING_VERSION = 1
IDENTITY_FIELDS = (
    "managed_object",
    "event_type",
    "probable_cause",
    "specific_problem",
    "reduction_key",
)
TIME_FIELDS = ("raised_at", "cleared_at")
FIELDS = (
    "managed_object",
    "perceived_severity",
    "specific_problem",
    "text",
    "event_type",
    "probable_cause",
    "raised_at",
    "cleared_at",
    "external_id",
    "affected_services",
    "will_clear",
    "reporting_system",
    "problem",
    "reduction_key",
)
EXPRESSION_MAX = 2_048
ATTRIBUTES_MAX = 50
WORDS_MAX = 100
ROOTS = frozenset({"item", "trigger"})

_FROM = {"type": "string", "minLength": 1, "maxLength": EXPRESSION_MAX}
_FIELD: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "from": {**_FROM, "description": "A path, or an expression that begins with `= `"},
        "default": {
            "type": "string",
            "minLength": 1,
            "maxLength": NAME_MAX,
            "description": "Used where nothing is there; alone, a constant",
        },
    },
}
MAPPING_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/source-mapping",
    "title": "Mapping of a source",
    "type": "object",
    "required": ["mapping", "fields"],
    "additionalProperties": False,
    "properties": {
        "mapping": {"const": MAPPING_VERSION},
        "list": {"type": "string", "maxLength": PATH_MAX},
        "fields": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(FIELDS, _FIELD),
        },
        "attributes": {
            "type": "object",
            "maxProperties": ATTRIBUTES_MAX,
            "propertyNames": {"minLength": 1, "maxLength": 100},
            "additionalProperties": _FIELD,
        },
        "severities": {
            "type": "object",
            "maxProperties": WORDS_MAX,
            "additionalProperties": {"enum": [one.value for one in Severity]},
        },
        "clear": {
            "type": "object",
            "required": ["from", "is"],
            "additionalProperties": False,
            "properties": {
                "from": _FROM,
                "is": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 20,
                    "items": {"type": "string", "minLength": 1, "maxLength": 100},
                },
            },
        },
        "zone": {"type": "string", "maxLength": 60},
    },
}
_SCHEMA = Schema(MAPPING_SCHEMA)
_TITLES: Mapping[str, Any] = EVENT_SCHEMA["properties"]
_UNSTEADY_LEAVES = {
    "how bad it is": ("severity", "priority", "state", "status", "level", "nseverity"),
    "a time": ("time", "timestamp", "date", "startsat", "endsat", "created", "clock", "uptime"),
    "free text": ("message", "msg", "description", "output", "text", "summary", "long_output"),
}


class MappingError(InvalidError):
    """A mapping cannot be kept as it is; `problems` name each field."""

    code = "source.mapping_rejected"


def check_mapping(document: Any) -> None:
    """Refuse a mapping that could never give an alarm.

    Raises:
        MappingError: with a problem by field.
    """
    unkept = storage_problems(document) if isinstance(document, dict) else []
    problems = unkept or _SCHEMA.problems(document) or _meaning_problems(document)
    if problems:
        raise MappingError(
            "the mapping cannot be kept so: " + problems[0].message, problems=problems
        )


def warnings_of(document: Mapping[str, Any]) -> list[Problem]:
    """Say what may keep the raise and the clear of one problem apart, or hide its severity.

    A field that identifies an alarm must be the same in each message about it; severity, times
    and free text are not.
    """
    fields = document["fields"]
    unsteady = {
        read: what
        for what, names in {
            "how bad it is": ("perceived_severity",),
            "a time": TIME_FIELDS,
            "free text": ("text",),
        }.items()
        for name in names
        for read in _reads(fields.get(name, {}).get("from", ""))
    }
    unsteady |= dict.fromkeys(_reads(document.get("clear", {}).get("from", "")), "how bad it is")
    found = [
        Problem(
            pointer_to(["fields", name]),
            f"{name} is read from {read or 'the whole alarm'}, which says {what}: what identifies "
            "an alarm must be the same when it ends, or it never clears",
        )
        for name in IDENTITY_FIELDS
        for read in _reads(fields.get(name, {}).get("from", ""))
        if (what := unsteady.get(read) or _unsteady_by_name(read))
    ]
    return found + _clear_warning(document)


def _clear_warning(document: Mapping[str, Any]) -> list[Problem]:
    severity = document["fields"]["perceived_severity"]
    may_clear = Severity.CLEARED in document.get("severities", {}).values() or (
        "from" in severity and not document.get("severities")
    )
    if "clear" in document or may_clear:
        return []
    remedy = (
        "nothing says when an alarm ends: set the field that tells it, or map a word of the "
        "severity to cleared; or give the source a time after which alarms expire"
    )
    return [Problem("/clear", remedy)]


def _meaning_problems(document: Mapping[str, Any]) -> list[Problem]:
    fields = document["fields"]
    problems = [
        Problem(
            pointer_to(["fields", name]),
            f"{name} is missing: say where it comes from, or give a constant",
        )
        for name in ("managed_object", "perceived_severity")
        if name not in fields
    ]
    for path, text in _texts(document):
        wrong = _why_not_read(text, may_compute=path != ["list"])
        if wrong:
            problems.append(Problem(pointer_to(path), f"{path[-1]}: {wrong}"))
    problems += _constant_problems(fields)
    problems += [
        Problem(
            pointer_to(["severities", word]),
            f"severities: write {word!r} in lower case; it counts however it is sent",
        )
        for word in document.get("severities", {})
        if word != word.lower()
    ]
    zone = document.get("zone", "")
    if zone and find_zone(zone) is None:
        remedy = f"zone: {zone!r} is not known: write one such as Europe/Zurich"
        problems.append(Problem("/zone", remedy))
    return problems


def _constant_problems(fields: Mapping[str, Any]) -> list[Problem]:
    allowed = {
        "perceived_severity": [one.value for one in Severity if one is not Severity.CLEARED],
        "event_type": [one.value for one in EventType],
        "will_clear": ["true", "false"],
    }
    return [
        Problem(
            pointer_to(["fields", name]),
            f"{name}: {fields[name]['default']!r} must be one of {', '.join(words)}",
        )
        for name, words in allowed.items()
        if "default" in fields.get(name, {}) and fields[name]["default"] not in words
    ]


def _texts(document: Mapping[str, Any]) -> Iterator[tuple[list[str], str]]:
    if document.get("list"):
        yield ["list"], document["list"]
    for group in ("fields", "attributes"):
        for name, one in document.get(group, {}).items():
            if "from" in one:
                yield [group, name], one["from"]
    if "clear" in document:
        yield ["clear"], document["clear"]["from"]


def _why_not_read(text: str, *, may_compute: bool) -> str:
    if text.startswith(PREFIX):
        if not may_compute:
            return "write a path, such as alerts; an expression is not read here"
        return _why_not_computed(text.removeprefix(PREFIX))
    try:
        read_path(text)
    except PathError as error:
        return error.message
    return ""


def _why_not_computed(expression: str) -> str:
    problem = check_expression(expression)
    if problem is not None:
        return problem.message
    strange = {path[0] for path in paths_read_by(expression)} - ROOTS
    if not strange:
        return ""
    return (
        f"{', '.join(sorted(strange))} is not there: use `item`, the alarm that is read, and "
        "`trigger.body`, all that was sent"
    )


def _reads(text: str) -> list[str]:
    """Name what a path or an expression reads, as plain dotted paths of the item."""
    if not text:
        return []
    if not text.startswith(PREFIX):
        return [text.strip()]
    read = paths_read_by(text.removeprefix(PREFIX))
    return sorted(".".join(path[1:]) for path in read if path[0] == "item")


def _unsteady_by_name(read: str) -> str:
    leaf = str(read_path(read)[-1]).lower() if read else ""
    return next((what for what, names in _UNSTEADY_LEAVES.items() if leaf in names), "")
