"""What a field takes from data, as people see it: what it reads, text with data in it, or code.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from blocks.forms import Field
from blocks.schemas import EXPRESSION_PREFIX, is_expression
from designer.data.texts import pieces_of
from designer.data.tree import ABSENT, BELOW, Datum, each_of, tree_of, words_of
from runtime.expressions.references import Path, paths_read_by, read_path
from runtime.flows.reading import Readable

_WRITTEN = frozenset({"text", "textarea", "number", "any", "email", "uri", "datetime"})
"""Controls that a person writes in: they need no button to hold an expression, but may have one."""
_CODE = frozenset({"condition"})
_APART = frozenset({"secret", "code"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One piece of data or of text, as people see it."""

    text: str
    path: str = ""
    kind: str = ""
    value: str = ""
    is_seen: bool = False


class Data:
    """The data one step can read, with its last values."""

    def __init__(self, sources: Sequence[Readable], variables: Mapping[str, Any]) -> None:
        self.tree = [tree_of(one, value_at(variables, one.path)) for one in sources]
        self._by_path: dict[Path, Datum] = {}
        for one in each_of(self.tree):
            path = read_path(one.path)
            if path is not None:
                self._by_path.setdefault(path, one)
        self._variables = variables

    def named(self, text: str) -> Shown:
        """Say in words what an expression that only reads a path reads, and its last value."""
        path = read_path(text) or ()
        value = value_at(self._variables, path)
        return Shown(
            text=self._trail_of(path) or text,
            path=text,
            kind=self.kind_of(text),
            value="" if value is ABSENT else words_of(value),
            is_seen=value is not ABSENT,
        )

    def kind_of(self, text: str) -> str:
        """Give the kind of what a path leads to, in plain words; "" when nobody knows."""
        found = self._by_path.get(read_path(text) or ())
        return found.kind if found is not None else ""

    def lacking(self, text: str) -> list[str]:
        """Name what an expression reads that every start gives, and yet not among these values."""
        read = paths_read_by(text.removeprefix(EXPRESSION_PREFIX))
        given = sorted(path for path in read if path[0] == "trigger")
        found = [one for path in given if (one := self._by_path.get(path)) is not None]
        return [one.trail for one in found if not one.is_seen and "?" not in one.path]

    def _trail_of(self, path: Path) -> str:
        for length in range(len(path), 0, -1):
            found = self._by_path.get(path[:length])
            if found is not None:
                return BELOW.join([found.trail, *path[length:]])
        return ""


def value_at(variables: Any, path: Iterable[str]) -> Any:
    """Give the value a path leads to; ABSENT where it leads nowhere."""
    found = variables
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            return ABSENT
        found = found[name]
    return found


def with_data(fields: Iterable[Field], data: Data | None) -> list[Field]:
    """Let the fields of a form be taken from data, and say what those take that are.

    Args:
        fields: What `form_fields` made.
        data: What can be read; None leaves the fields as they are.
    """
    if data is None:
        return list(fields)
    return [_with_data(one, data) for one in fields]


def _with_data(field: Field, data: Data) -> Field:
    if field.kind in _APART or (not field.can_toggle and field.kind not in _WRITTEN | _CODE):
        return replace(
            field,
            children=tuple(with_data(field.children, data)),
            rows=_rows(field, data),
        )
    is_code = field.kind in _CODE and not is_expression(field.text)
    formula = field.formula or is_expression(field.text) or is_code
    made = replace(
        field,
        takes_data=True,
        formula=formula,
        can_toggle=not is_code,
        children=tuple(with_data(field.children, data)),
        rows=_rows(field, data),
    )
    return replace(made, shown=_shown(field, data)) if formula else made


def _rows(field: Field, data: Data) -> tuple[Any, ...]:
    return tuple(replace(row, fields=tuple(with_data(row.fields, data))) for row in field.rows)


def _shown(field: Field, data: Data) -> tuple[Shown, ...]:
    """Give what is shown in place of code: one path, or texts and paths; nothing for other code."""
    text = field.text.removeprefix(EXPRESSION_PREFIX).strip()
    if read_path(text) is not None:
        return (data.named(text),)
    pieces = pieces_of(text) or []
    return tuple(data.named(one.text) if one.is_data else Shown(text=one.text) for one in pieces)
