"""Expressions: CEL (Common Expression Language) for conditions and for mapping data.

The only module that knows the CEL library. A template is a JSON value in which each text that
begins with `= ` is an expression; everything else stays as it is. Expressions see `trigger`,
`steps`, `run`, `vars` and `item`.

Quirks of the library dealt with here: memory is not budgeted, so length and the number of macros
are capped, and what may grow large is evaluated in a process apart (`_apart.py`); every variable
is converted whole, read or not, so it is given only what is read; texts end at a NUL and numbers
beyond 64 bits refuse the whole variable, so the first are refused by name and the second become
floating-point numbers. A bare path (`trigger.alarm.text`) is looked up without the library and
comes back exactly as it went in.
"""

from __future__ import annotations

import atexit
import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

from kernel.clock import format_instant
from kernel.errors import GarlandError, Problem
from kernel.schema import pointer_to
from runtime.flows._apart import Apart, TooMuchError, growth_of, is_light
from runtime.flows._reasons import explain
from runtime.flows._references import ROOTS, Path, Wanted, paths_read_by, plain_path, wanted_of

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
LENGTH_MAX = 2_048
MACROS_MAX = 4
DEPTH_MAX = 100

_MACRO = re.compile(r"\.\s*(?:map|filter|exists|exists_one|all|optMap|optFlatMap)\s*\(")
_INT64 = range(-(2**63), 2**63)
_ABSENT = object()
_TOO_MUCH = "it takes too much memory or time: shorten its lists and texts in a step before"


class ExpressionError(GarlandError):
    """An expression cannot be read or gives no value; the message says where and what to do."""

    code = "flow.expression"
    status = 422


@dataclass(frozen=True, slots=True)
class _Compiled:
    """An expression ready to evaluate, and what it reads."""

    program: cel.Expression
    wanted: Wanted
    path: Path | None
    growth: int


def _sum(numbers: Sequence[Any]) -> Any:
    return sum(numbers)


def _make_environment() -> cel.Env:
    dynamic = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    variables = {name: cel.Type.DYN if name == "item" else dynamic for name in ROOTS}
    extensions = [
        ext_optional.ExtOptional(),
        ext_strings.ExtStrings(),
        ext_math.ExtMath(),
        ext_bindings.ExtBindings(),
    ]
    total = cel.Overload(
        "list_sum",
        return_type=cel.Type.DYN,
        parameters=[cel.Type.List(cel.Type.DYN)],
        is_member=True,
        impl=_sum,
    )
    functions = [cel.FunctionDecl("sum", [total])]
    return cel.NewEnv(variables=variables, extensions=extensions, functions=functions)


_ENVIRONMENT = _make_environment()
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
        _compile(text)
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
    compiled = _compile(text)
    try:
        if compiled.path is not None:
            found = _look_up(compiled.path, variables)
            if found is not _ABSENT:
                return _plain(found)
        data = {name: _given(name, part, variables) for name, part in compiled.wanted.items()}
    except ValueError as error:
        raise ExpressionError(explain(str(error)), expression=text) from None
    return (
        evaluate_here(text, data)
        if is_light(compiled.growth, text, data)
        else evaluate_apart(text, data)
    )


def evaluate_here(text: str, data: Mapping[str, Any]) -> Any:
    """Evaluate in this process, however much that takes, with data as the library takes it.

    Raises:
        ExpressionError: as `evaluate`.
    """
    try:
        return _plain(_value_of(_compile(text).program.eval(data=data)))
    except (RuntimeError, ValueError, MemoryError, OverflowError) as error:
        raise ExpressionError(explain(str(error)), expression=text) from None


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


_KINDS = {
    "INT": "number",
    "UINT": "number",
    "DOUBLE": "number",
    "DURATION": "number",
    "BOOL": "boolean",
    "STRING": "string",
    "TIMESTAMP": "string",
    "NULL": "null",
    "LIST": "array",
    "MAP": "object",
}


def kind_of(text: str) -> str | None:
    """Give the JSON Schema type of what an expression gives; None where only running it tells.

    >>> kind_of("1 + 2"), kind_of("trigger.alarm.text + '!'"), kind_of("trigger.alarm.text")
    ('number', 'string', None)

    Raises:
        ExpressionError: it cannot be read.
    """
    return _KINDS.get(str(_compile(text).program.return_type().name()).partition("<")[0])


@lru_cache(maxsize=4_096)
def _compile(text: str) -> _Compiled:
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
        program = _ENVIRONMENT.compile(text)
    except (RuntimeError, ValueError) as error:
        raise ExpressionError(explain(str(error)), expression=text) from None
    return _Compiled(program, wanted_of(paths_read_by(text)), plain_path(text), growth_of(text))


def _look_up(path: Path, variables: Mapping[str, Any]) -> Any:
    found: Any = variables
    for name in path:
        if not isinstance(found, Mapping):
            return _ABSENT
        found = found.get(name, _ABSENT)
    return found


def _given(name: str, wanted: Wanted, variables: Mapping[str, Any]) -> Any:
    return _to_cel(variables.get(name, {}), wanted, 0)


def _to_cel(value: Any, wanted: Wanted, depth: int) -> Any:
    """Give the library what is wanted of a value, in forms that it does not garble."""
    if depth > DEPTH_MAX:
        raise ValueError(f"the data is nested over {DEPTH_MAX} deep: read a part of it")
    if isinstance(value, str):
        return _whole_text(value)
    if isinstance(value, dict):
        return _fields(value, wanted, depth + 1)
    if isinstance(value, list):
        return [_to_cel(item, {}, depth + 1) for item in value]
    return float(value) if isinstance(value, int) and value not in _INT64 else value


def _fields(value: dict[str, Any], wanted: Wanted, depth: int) -> dict[str, Any]:
    if wanted:
        parts = [name for name in wanted if name in value]
        return {name: _to_cel(value[name], wanted[name], depth) for name in parts}
    return {_whole_text(key): _to_cel(item, wanted, depth) for key, item in value.items()}


def _whole_text(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text holds a NUL character: remove it in the source")
    return text


def _value_of(result: cel.Value) -> Any:
    """Read a result; run-time errors come back as values of a type of their own."""
    try:
        found = result.plain_value()
    except (TypeError, SystemError):  # how the binding says that a value is an optional
        raise ValueError("the value may be absent: end with .orValue(…) to say what then") from None
    if result.type() == cel.Type.ERROR:
        raise ValueError(str(found))
    return found


def _plain(value: Any, depth: int = 0) -> Any:
    """Copy a value into plain JSON."""
    if depth > DEPTH_MAX:
        raise ValueError(f"the value is nested over {DEPTH_MAX} deep: give a part of it")
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("the number is not finite: check for a division by zero")
        return value
    if isinstance(value, dt.datetime):
        return format_instant(value)
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    raise ValueError(f"{type(value).__name__} is not a JSON value: convert it with string(…)")
