"""From a submission back to a typed value.

Never fails: text that is not what the schema wants stays in the value as it was typed, the
validator then says what is wrong with it, and the form shows both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from blocks.forms._kinds import (
    COMPOSITE,
    Kind,
    kind_of,
    read_any,
    read_choice,
    read_duration,
    read_number,
)
from blocks.forms.operations import OPERATION, apply_operation
from blocks.schemas import field_schema, is_expression
from kernel.schema import pointer_to

PRESENT = "{}"
ROWS_MAX = 500
UNIT = "#unit"
_BOOLEANS = {"true": True, "false": False}
_MISSING: Final = object()


class Submitted(Protocol):
    """A submitted form, as werkzeug's MultiDict is."""

    def getlist(self, key: str, /) -> list[str]:
        """Return all values of a control, [] when it was not sent."""
        ...

    def __iter__(self) -> Iterator[str]: ...


def read_form(
    schema: Mapping[str, Any], form: Submitted, *, previous: Any = None, at: str = ""
) -> dict[str, Any]:
    """Read a submission of `form_fields(schema, …)`, its operation included.

    Empty controls are left out, except that a required text is "". Empty rows are dropped, unless
    an operation (`_op`) is under way, as the user is still editing. A map's second entry of the
    same name is kept as "name (2)".

    Args:
        schema: The schema the form was made from.
        form: What was submitted.
        previous: The value the form was made from; an empty secret keeps its stored one.
        at: As in `form_fields`.
    """
    operation = (form.getlist(OPERATION) or [""])[-1]
    reader = _Reader(form, keep_blank=bool(operation))
    value = reader.group(schema, at, previous)
    verb, _, name = operation.partition(":")
    if name.startswith(at + "/"):
        apply_operation(schema, value, f"{verb}:{name.removeprefix(at)}")
    return value


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one submission."""

    form: Submitted
    keep_blank: bool

    def group(self, schema: Mapping[str, Any], name: str, previous: Any) -> dict[str, Any]:
        required = schema.get("required", ())
        value: dict[str, Any] = {}
        for field, part in (schema.get("properties") or {}).items():
            stored = previous.get(field) if isinstance(previous, dict) else None
            found = self._read(part, name + pointer_to([field]), stored, required=field in required)
            if found is not _MISSING:
                value[field] = found
        return value

    def _read(self, schema: Mapping[str, Any], name: str, previous: Any, *, required: bool) -> Any:
        sent = self.form.getlist(name)
        text = sent[-1].replace("\r\n", "\n") if sent else ""
        kind = kind_of(schema)
        if kind in COMPOSITE:
            return self._composite(kind, schema, name, previous, required=required)
        if is_expression(text):
            return text
        if kind == "secret":
            return text or previous or ("" if required else _MISSING)
        if text == "":
            return "" if required and kind != "choice" and _takes_text(schema) else _MISSING
        return self._typed(kind, schema, name, text)

    def _typed(self, kind: Kind, schema: Mapping[str, Any], name: str, text: str) -> Any:
        if kind == "number":
            return read_number(text)
        if kind == "duration":
            return read_duration(text, (self.form.getlist(name + UNIT) or ["s"])[-1])
        if kind == "boolean":
            return _BOOLEANS.get(text, text)
        if kind == "choice":
            return read_choice(schema, text)
        return read_any(text) if kind == "any" else text

    def _composite(
        self,
        kind: Kind,
        schema: Mapping[str, Any],
        name: str,
        previous: Any,
        *,
        required: bool,
    ) -> Any:
        sent = self.form.getlist(name)
        text = sent[-1] if sent else ""
        if text not in ("", PRESENT):
            return read_any(text)
        if kind == "group":
            there = bool(text) or required
            return self.group(schema, name, previous) if there else _MISSING
        value = (
            self._list(schema, name, previous)
            if kind == "list"
            else self._map(schema, name, previous)
        )
        return value if value or required else _MISSING

    def _list(self, schema: Mapping[str, Any], name: str, previous: Any) -> list[Any]:
        items = schema.get("items") or {}
        value: list[Any] = []
        for index in self._indexes(name):
            known = isinstance(previous, list) and index < len(previous)
            stored = previous[index] if known else None
            found = self._read(items, f"{name}/{index}", stored, required=False)
            if found is not _MISSING:
                value.append(found)
            elif self.keep_blank or kind_of(items) in COMPOSITE:
                value.append(_blank(kind_of(items)))
        return value

    def _map(self, schema: Mapping[str, Any], name: str, previous: Any) -> dict[str, Any]:
        stored = list(previous.values()) if isinstance(previous, dict) else []
        value: dict[str, Any] = {}
        for index in self._indexes(name):
            key = (self.form.getlist(f"{name}/{index}/key") or [""])[-1]
            part = field_schema(schema, key)
            before = stored[index] if index < len(stored) else None
            found = self._read(part, f"{name}/{index}/value", before, required=False)
            if found is _MISSING:
                if not key and not self.keep_blank:
                    continue
                found = _blank(kind_of(part))
            value[_free_key(key, value)] = found
        return value

    def _indexes(self, name: str) -> list[int]:
        """List the rows that were sent, in their order."""
        start = name + "/"
        parts = {
            key[len(start) :].partition("/")[0].partition("#")[0]
            for key in self.form
            if key.startswith(start)
        }
        found = sorted(int(part) for part in parts if part.isdecimal() and part.isascii())
        return [index for index in found if index < ROWS_MAX]


def _takes_text(schema: Mapping[str, Any]) -> bool:
    named = schema.get("type")
    return named == "string" or (isinstance(named, list) and "string" in named)


def _blank(kind: Kind) -> Any:
    blanks: dict[str, Any] = {"list": [], "map": {}, "group": {}}
    return blanks.get(kind, "")


def _free_key(key: str, taken: Mapping[str, Any]) -> str:
    free, number = key, 2
    while free in taken:
        free, number = f"{key} ({number})", number + 1
    return free
