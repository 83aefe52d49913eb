"""From a submission back to a typed value.

Never fails: text that is not what the schema wants stays in the value as it was typed, the
validator then says what is wrong with it, and the form shows both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from blocks.forms._kinds import (
    ABSENT,
    COMPOSITE,
    ROWS,
    Kind,
    is_nullable,
    kind_of,
    read_any,
    read_choice,
    read_duration,
    read_number,
)
from blocks.forms.operations import OPERATION, Kept, apply_operation
from blocks.schemas import field_schema, is_expression
from kernel.numbers import whole_number
from kernel.schema import pointer_to

PRESENT = "{}"
UNIT = "/#unit"
_PLAIN_TEXT = frozenset({"text", "textarea"})
_BOOLEANS = {"true": True, "false": False}


class Submitted(Protocol):
    """A submitted form, as werkzeug's MultiDict is."""

    def getlist(self, key: str, /) -> list[str]:
        """Return all values of a control, [] when it was not sent."""
        ...

    def __iter__(self) -> Iterator[str]: ...


def read_form(
    schema: Mapping[str, Any],
    form: Submitted,
    *,
    previous: Any = None,
    at: str = "",
    kept: Kept | None = None,
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
        kept: As in `apply_operation`, by the names of the controls.
    """
    operation = (form.getlist(OPERATION) or [""])[-1]
    reader = _Reader(form, keep_blank=bool(operation))
    value = reader.group(schema, at, previous)
    verb, _, name = operation.partition(":")
    if name.startswith(at + "/"):
        mine = None if kept is None else _kept_at(kept, at)
        apply_operation(schema, value, f"{verb}:{name.removeprefix(at)}", mine)
        if kept is not None:
            kept |= {at + inner: one for inner, one in (mine or {}).items()}
    return value


def _kept_at(kept: Kept, at: str) -> Kept:
    start = at + "/"
    return {name[len(at) :]: one for name, one in kept.items() if name.startswith(start)}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one submission."""

    form: Submitted
    keep_blank: bool

    def group(self, schema: Mapping[str, Any], name: str, previous: Any) -> dict[str, Any]:
        required = schema.get("required", ())
        value: dict[str, Any] = {}
        for field, part in (schema.get("properties") or {}).items():
            stored = previous.get(field, ABSENT) if isinstance(previous, dict) else ABSENT
            found = self._read(part, name + pointer_to([field]), stored, required=field in required)
            if found is not ABSENT:
                value[field] = found
        return value

    def _read(self, schema: Mapping[str, Any], name: str, previous: Any, *, required: bool) -> Any:
        """Read one place; empty is null where null may stand and something must or did."""
        if not is_nullable(schema):
            return self._given(schema, name, previous, required=required)
        had_rows = kind_of(schema) in ROWS and previous not in (ABSENT, None)
        found = self._given(schema, name, previous, required=required and had_rows)
        if found == "" and kind_of(schema) in _PLAIN_TEXT:
            return None
        return None if found is ABSENT and (required or previous is None) else found

    def _given(self, schema: Mapping[str, Any], name: str, previous: Any, *, required: bool) -> Any:
        sent = self.form.getlist(name)
        text = sent[-1].replace("\r\n", "\n") if sent else ""
        kind = kind_of(schema)
        if kind in COMPOSITE:
            return self._composite(kind, schema, name, previous, required=required)
        if is_expression(text):
            return text
        if text == "" and _keeps(kind, previous, required=required):
            return previous
        if text == "":
            return self._empty(kind, schema, name, required=required)
        return self._typed(kind, schema, name, text)

    def _empty(self, kind: Kind, schema: Mapping[str, Any], name: str, *, required: bool) -> Any:
        """Say what an empty control means: "" where a text must be, or where the default is one."""
        if required and kind != "choice" and _takes_text(schema):
            return ""
        cleared = kind in _PLAIN_TEXT and schema.get("default") and name in self.form
        return "" if cleared else ABSENT

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
            return self.group(schema, name, previous) if there else ABSENT
        value = (
            self._list(schema, name, previous)
            if kind == "list"
            else self._map(schema, name, previous)
        )
        emptied = bool(schema.get("default")) and bool(text)
        return value if value or required or emptied else ABSENT

    def _list(self, schema: Mapping[str, Any], name: str, previous: Any) -> list[Any]:
        items = schema.get("items") or {}
        value: list[Any] = []
        for index in self._indexes(name):
            known = isinstance(previous, list) and index < len(previous)
            stored = previous[index] if known else ABSENT
            found = self._row(items, f"{name}/{index}", stored)
            if found is not ABSENT:
                value.append(found)
            elif self.keep_blank or kind_of(items) in COMPOSITE:
                value.append(_blank(kind_of(items)))
        return value

    def _map(self, schema: Mapping[str, Any], name: str, previous: Any) -> dict[str, Any]:
        stored = list(previous.values()) if isinstance(previous, dict) else []
        value: dict[str, Any] = {}
        for index in self._indexes(name):
            key = (self.form.getlist(f"{name}/{index}/key") or [""])[-1].replace("\r\n", "\n")
            part = field_schema(schema, key)
            before = stored[index] if index < len(stored) else ABSENT
            found = self._row(part, f"{name}/{index}/value", before)
            if found in (ABSENT, None) and not key and not self.keep_blank:
                continue
            value[_free_key(key, value)] = _blank(kind_of(part)) if found is ABSENT else found
        return value

    def _row(self, schema: Mapping[str, Any], name: str, previous: Any) -> Any:
        """Read what stands in a row; a row that is there and empty is null where that may be."""
        found = self._read(schema, name, previous, required=False)
        if found == "" and kind_of(schema) != "choice":
            found = ABSENT
        if found is ABSENT and kind_of(schema) not in ROWS and not self.keep_blank:
            return None if is_nullable(schema) else ABSENT
        return found

    def _indexes(self, name: str) -> list[int]:
        """List the rows that were sent, in their order."""
        start = name + "/"
        parts = {key[len(start) :].partition("/")[0] for key in self.form if key.startswith(start)}
        found = (whole_number(part) for part in parts)
        return sorted({index for index in found if index is not None})


def _keeps(kind: Kind, previous: Any, *, required: bool) -> bool:
    """Tell whether an empty control leaves what was there: it does not show everything."""
    if kind == "secret":
        return previous not in (ABSENT, None) and not is_expression(previous)
    return kind == "any" and required and previous == ""


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
