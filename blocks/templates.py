"""What the designer stored, made into what a block gets: defaults filled in, expressions evaluated.

A template is taken apart once, when its workflow is compiled; each step of each run then only
evaluates what is an expression. Parts without any are the same object every time: whoever gets
them must not change them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from blocks.schemas import (
    EXPRESSION_PREFIX,
    field_schema,
    is_deferred,
    is_expression,
    is_schema,
    widget_of,
    with_defaults,
)


class Evaluators(NamedTuple):
    """How expressions get their values.

    Attributes:
        template: Evaluates an expression text, its "= " included.
        condition: Evaluates a condition (a field with the widget `expression`), without it.
    """

    template: Callable[[str], Any]
    condition: Callable[[str], bool]


_Part = Callable[[Evaluators], Any]


class Template:
    """A block's config or input as stored, ready to be filled in.

    >>> Template({}, {"n": "= 1", "t": "x"}).fill(Evaluators(len, bool))
    {'n': 3, 't': 'x'}
    """

    def __init__(self, schema: Mapping[str, Any], value: Mapping[str, Any]) -> None:
        self._filled: dict[str, Any] = with_defaults(schema, dict(value))
        self._part = _part_of(schema, self._filled)

    @property
    def is_constant(self) -> bool:
        """Tell whether there is nothing to evaluate in it."""
        return self._part is None

    def fill(self, evaluators: Evaluators) -> dict[str, Any]:
        """Give the value; raises whatever the evaluators raise."""
        if self._part is None:
            return self._filled
        filled: dict[str, Any] = self._part(evaluators)
        return filled


def _part_of(schema: Mapping[str, Any], value: Any) -> _Part | None:
    """Give what evaluates a value, None when there is nothing to evaluate in it."""
    if isinstance(value, dict):
        return _fields(
            value, {name: _part_of(field_schema(schema, name), one) for name, one in value.items()}
        )
    if isinstance(value, list):
        items = schema.get("items")
        part = items if is_schema(items) else {}
        return _items(value, [_part_of(part, one) for one in value])
    if not isinstance(value, str) or is_deferred(schema):
        return None
    if widget_of(schema) == "expression":
        text = value.removeprefix(EXPRESSION_PREFIX)
        return lambda evaluators: evaluators.condition(text)
    return (lambda evaluators: evaluators.template(value)) if is_expression(value) else None


def _fields(value: dict[str, Any], parts: Mapping[str, _Part | None]) -> _Part | None:
    living = [(name, part) for name, part in parts.items() if part is not None]
    if not living:
        return None

    def fill(evaluators: Evaluators) -> dict[str, Any]:
        filled = value.copy()  # keeps the order of the fields
        for name, part in living:
            filled[name] = part(evaluators)
        return filled

    return fill


def _items(value: list[Any], parts: list[_Part | None]) -> _Part | None:
    if not any(parts):
        return None
    pairs = list(zip(value, parts, strict=True))
    return lambda evaluators: [one if part is None else part(evaluators) for one, part in pairs]
