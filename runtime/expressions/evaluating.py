"""Expressions: CEL (Common Expression Language) for conditions and for mapping data.

A template is a JSON value in which each text that begins with `= ` is an expression; everything
else stays as it is. Expressions see `trigger`, `steps`, `run`, `vars` and `item`. A bare path
(`trigger.alarm.text`) is looked up without the library (`_cel.py`) and comes back exactly as it
went in.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator, Mapping
from typing import Any

from kernel.errors import Problem
from kernel.schema import pointer_to
from runtime.expressions._apart import Apart, TooMuchError, is_light
from runtime.expressions._cel import (
    ExpressionError,
    compiled,
    data_for,
    evaluate_here,
    kind_of,
    plain,
)
from runtime.expressions._reasons import explain
from runtime.expressions.references import Path, paths_read_by

__all__ = [
    "PREFIX",
    "ExpressionError",
    "check_expression",
    "evaluate",
    "evaluate_apart",
    "evaluate_condition",
    "evaluate_here",
    "evaluate_template",
    "expressions_in",
    "is_expression",
    "kind_of",
    "paths_read_by",
    "steps_read_by",
]

PREFIX = "= "

_ABSENT = object()
_TOO_MUCH = "it takes too much memory or time: shorten its lists and texts in a step before"


_APART = Apart()
atexit.register(_APART.stop)


def is_expression(value: Any) -> bool:
    """Tell whether a value of a template is an expression.

    >>> is_expression("= 1 + 1"), is_expression("=1"), is_expression(3)
    (True, False, False)
    """
    return isinstance(value, str) and value.startswith(PREFIX)


def check_expression(text: str) -> Problem | None:
    """Say what is wrong with an expression (without its `= `), or None."""
    try:
        compiled(text)
    except ExpressionError as error:
        return Problem("", error.message)
    return None


def evaluate(text: str, variables: Mapping[str, Any]) -> Any:
    """Evaluate an expression to a plain JSON value; instants and durations become text.

    Args:
        text: The expression, without `= `.
        variables: Values by name; what is absent counts as empty.

    Raises:
        ExpressionError: when it cannot be read, or gives an error such as a missing field.
    """
    expression = compiled(text)
    try:
        if expression.path is not None:
            found = _look_up(expression.path, variables)
            if found is not _ABSENT:
                return plain(found)
        data = data_for(expression.wanted, variables)
    except ValueError as error:
        raise ExpressionError(explain(str(error)), expression=text) from None
    return (
        evaluate_here(text, data)
        if is_light(expression.growth, text, data)
        else evaluate_apart(text, data)
    )


def evaluate_apart(text: str, data: Mapping[str, Any]) -> Any:
    """Evaluate likewise in a process of its own, which may die of it.

    Raises:
        ExpressionError: as `evaluate`, or it takes too much memory or time.
    """
    try:
        answer = _APART.ask(text, data)
    except TooMuchError:
        answer = {"error": "std::bad_alloc"}
    if "error" in answer:
        wrong = _TOO_MUCH if "bad_alloc" in answer["error"] else answer["error"]
        raise ExpressionError(wrong, expression=text)
    return answer["value"]


def evaluate_condition(text: str, variables: Mapping[str, Any]) -> bool:
    """Evaluate a condition; anything but true or false is an error.

    >>> evaluate_condition("trigger.n > 3", {"trigger": {"n": 5}})
    True
    """
    value = evaluate(text.removeprefix(PREFIX), variables)
    if not isinstance(value, bool):
        raise ExpressionError(
            f"the condition gives {type(value).__name__} {value!r:.60}, not true or false: "
            "compare it with something, such as == 'gold'",
            expression=text,
        )
    return value


def evaluate_template(value: Any, variables: Mapping[str, Any]) -> Any:
    """Give the template's value with every expression in it evaluated.

    >>> evaluate_template({"n": "= trigger.n + 1", "t": "as it is"}, {"trigger": {"n": 1}})
    {'n': 2, 't': 'as it is'}
    """
    if isinstance(value, str):
        return evaluate(value[len(PREFIX) :], variables) if value.startswith(PREFIX) else value
    if isinstance(value, Mapping):
        return {key: evaluate_template(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [evaluate_template(item, variables) for item in value]
    return value


def expressions_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield the JSON Pointer and text of every expression in a template."""
    if isinstance(value, str):
        if value.startswith(PREFIX):
            yield pointer_to(path), value[len(PREFIX) :]
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from expressions_in(item, (*path, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from expressions_in(item, (*path, index))


def steps_read_by(text: str) -> set[str]:
    """Give the ids of the steps an expression reads.

    >>> sorted(steps_read_by("steps.site.output.tier + steps['b2'].output.x + 'steps.no'"))
    ['b2', 'site']
    """
    return {path[1] for path in paths_read_by(text) if path[0] == "steps" and len(path) > 1}


def _look_up(path: Path, variables: Mapping[str, Any]) -> Any:
    found: Any = variables
    for name in path:
        if not isinstance(found, Mapping):
            return _ABSENT
        found = found.get(name, _ABSENT)
    return found
