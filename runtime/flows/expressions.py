"""Expressions: CEL (Common Expression Language) for conditions and for mapping data.

The only module that knows the CEL library. A template is a JSON value in which each text that
begins with `= ` is an expression; everything else stays as it is. Expressions see `trigger`,
`steps`, `run`, `vars` and `item`.

Memory is not budgeted by the library, so length and the number of macros are capped.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_math, ext_optional, ext_strings

from kernel.clock import format_instant
from kernel.errors import GarlandError, Problem
from kernel.schema import pointer_to

PREFIX = "= "
LENGTH_MAX = 2_048
MACROS_MAX = 4
DEPTH_MAX = 40
VARIABLES = ("trigger", "steps", "run", "vars", "item")

_MACRO = re.compile(r"\.\s*(?:map|filter|exists|exists_one|all)\s*\(")
_PLACE = re.compile(r"<input>:(\d+):(\d+): (.*)")
_STATUS = re.compile(r"^[A-Z_]+: ")
_MISSING = re.compile(r'Key not found in map : "(.*)"')
_STEP = re.compile(r"\bsteps\s*(?:\.\s*\??\s*([A-Za-z_]\w*)|\[\s*['\"]([^'\"]+)['\"]\s*\])")


class ExpressionError(GarlandError):
    """An expression cannot be read or gives no value; the message says where and what to do."""

    code = "flow.expression"
    status = 422


def _make_environment() -> cel.Env:
    dynamic = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    variables = {name: cel.Type.DYN if name == "item" else dynamic for name in VARIABLES}
    extensions = [ext_optional.ExtOptional(), ext_strings.ExtStrings(), ext_math.ExtMath()]
    return cel.NewEnv(variables=variables, extensions=extensions)


_ENVIRONMENT = _make_environment()


def is_expression(value: Any) -> bool:
    """Tell whether a value of a template is an expression.

    >>> is_expression("= 1 + 1"), is_expression("=1"), is_expression(3)
    (True, False, False)
    """
    return isinstance(value, str) and value.startswith(PREFIX)


def check_expression(text: str) -> Problem | None:
    """Say what is wrong with an expression (without its `= `), or None."""
    try:
        _compile(text)
    except ExpressionError as error:
        return Problem("", error.message)
    return None


def evaluate(text: str, variables: Mapping[str, Any]) -> Any:
    """Evaluate an expression to a plain JSON value; instants and durations become text.

    Args:
        text: The expression, without `= `.
        variables: Values by name; what is absent counts as an empty map.

    Raises:
        ExpressionError: when it cannot be read, or gives an error such as a missing field.
    """
    compiled = _compile(text)
    data = {name: variables.get(name, {}) for name in VARIABLES}
    try:
        result = compiled.eval(data=data)
        if result.type() == cel.Type.ERROR:
            raise ExpressionError(_explain(str(result.value())), expression=text)
        return _plain(result.plain_value())
    except (RuntimeError, TypeError, ValueError, MemoryError) as error:
        raise ExpressionError(_explain(str(error)), expression=text) from None


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

    >>> sorted(steps_read_by("steps.site.output.tier + steps['b2'].output.x"))
    ['b2', 'site']
    """
    return {name or quoted for name, quoted in _STEP.findall(text)}


@lru_cache(maxsize=4_096)
def _compile(text: str) -> cel.Expression:
    if not text.strip():
        raise ExpressionError("the expression is empty: write one, such as trigger.alarm.text")
    if len(text) > LENGTH_MAX:
        raise ExpressionError(f"the expression is longer than {LENGTH_MAX} characters: split it")
    if len(_MACRO.findall(text)) > MACROS_MAX:
        raise ExpressionError(
            f"the expression uses more than {MACROS_MAX} of map, filter, all and exists: "
            "split it over several steps"
        )
    try:
        return _ENVIRONMENT.compile(text)
    except RuntimeError as error:
        raise ExpressionError(_explain(str(error)), expression=text) from None


def _explain(text: str) -> str:
    place = _PLACE.search(text)
    if place:
        line, column, reason = place.groups()
        return f"line {line}, column {int(column)}: {reason.split(' (in container')[0]}"
    missing = _MISSING.search(text)
    if missing:
        name = missing.group(1)
        return (
            f"there is no {name!r} here: check the name, or allow for its absence with "
            f"has(….{name}) or ….?{name}.orValue('')"
        )
    return _STATUS.sub("", text).splitlines()[0][:300] if text else "the expression gives no value"


def _plain(value: Any, depth: int = 0) -> Any:
    if depth > DEPTH_MAX:
        raise ValueError("the value is nested too deeply")
    if isinstance(value, dt.datetime):
        return format_instant(value)
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, dict):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} is not a JSON value: convert it to text")
