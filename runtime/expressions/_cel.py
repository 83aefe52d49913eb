"""The CEL library: the only module that knows it.

Quirks of the library dealt with here: memory is not budgeted, so length and the number of macros
are capped, and what may grow large is evaluated in a process apart (`_apart.py`); every variable
is converted whole, read or not, so it is given only what is read; texts end at a NUL and numbers
beyond 64 bits refuse the whole variable, so the first are refused by name and the second become
floating-point numbers.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

from kernel.clock import format_instant
from kernel.errors import GarlandError
from runtime.expressions._apart import growth_of
from runtime.expressions._reasons import explain
from runtime.expressions.references import ROOTS, Path, Wanted, paths_read_by, plain_path, wanted_of

LENGTH_MAX = 2_048
MACROS_MAX = 4
DEPTH_MAX = 100

_MACRO = re.compile(r"\.\s*(?:map|filter|exists|exists_one|all|optMap|optFlatMap)\s*\(")
_INT64 = range(-(2**63), 2**63)


class ExpressionError(GarlandError):
    """An expression cannot be read or gives no value; the message says where and what to do."""

    code = "flow.expression"
    status = 422


@dataclass(frozen=True, slots=True)
class Compiled:
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


@lru_cache(maxsize=4_096)
def compiled(text: str) -> Compiled:
    """Compile an expression; the latest are kept.

    Raises:
        ExpressionError: it cannot be read.
    """
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
    return Compiled(program, wanted_of(paths_read_by(text)), plain_path(text), growth_of(text))


def evaluate_here(text: str, data: Mapping[str, Any]) -> Any:
    """Evaluate in this process, however much that takes, with data as the library takes it.

    Raises:
        ExpressionError: as `evaluate`.
    """
    try:
        return plain(_value_of(compiled(text).program.eval(data=data)))
    except (RuntimeError, ValueError, MemoryError, OverflowError) as error:
        raise ExpressionError(explain(str(error)), expression=text) from None


def kind_of(text: str) -> str | None:
    """Give the JSON Schema type of what an expression gives; None where only running it tells.

    >>> kind_of("1 + 2"), kind_of("trigger.alarm.text + '!'"), kind_of("trigger.alarm.text")
    ('number', 'string', None)

    Raises:
        ExpressionError: it cannot be read.
    """
    return _KINDS.get(str(compiled(text).program.return_type().name()).partition("<")[0])


def data_for(wanted: Mapping[str, Wanted], variables: Mapping[str, Any]) -> dict[str, Any]:
    """Give the library what an expression reads of the variables, by name.

    Raises:
        ValueError: something in it cannot be given to the library; the message says what.
    """
    return {name: _to_cel(variables.get(name, {}), part, 0) for name, part in wanted.items()}


def plain(value: Any, depth: int = 0) -> Any:
    """Copy a value into plain JSON."""
    if depth > DEPTH_MAX:
        raise ValueError(f"the value is nested over {DEPTH_MAX} deep: give a part of it")
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in value]
    return _scalar(value)


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
