"""The kind `code`: a few lines in a subset of Python, without files, network or packages.

The lines find every field of the input by its name, those of an object in the settings too when the
manifest says so, and all settings as `config`. What they `return`, or the value of their last line,
is the output. `print` writes into the step's log. What they may use is what Monty knows: the
language without inheritance, and of its library `json`, `re`, `math`, `datetime`, `decimal` and the
like. The clock stands still at the instant the attempt began.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from blocks._profile import check_profile
from blocks.kinds import _monty
from blocks.manifest import Code, Manifest
from blocks.schemas import is_expression, texts_with_widget, value_at
from blocks.sdk import BlockError, Context, Outcome
from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.schema import Schema

SOURCE_MAX = 64 * 1024
CHECK_S = 2.0
CHECK_MEMORY_MB = 64
DEPTH_MAX = 100
BITS_MAX = 3_320
_UNDER = "if False:\n    pass\n"
_INDENT = "    "
_AGAIN = frozenset({"busy"})


def make_run(manifest: Manifest, folder: Path) -> Callable[[Context], Outcome]:  # noqa: ARG001  as every kind
    """Make what carries the block out.

    Raises:
        InvalidError: the manifest's own lines cannot be read; the problem says where.
    """
    code = manifest.code
    if code is None:
        raise InvalidError("a block of kind code needs code")
    if code.source and (wrong := syntax_problem(code.source)):
        problems = [Problem("/code/source", wrong)]
        raise InvalidError("the block's code cannot be read", problems=problems)

    def run(ctx: Context) -> Outcome:
        """Carry the lines out and leave by the block's port."""
        return ctx.emit(manifest.outputs[0].name, _output(manifest, code, ctx))

    return run


@lru_cache(maxsize=256)
def syntax_problem(source: str) -> str:
    r"""Say why lines cannot be read, and where; "" when they can. Nothing is carried out.

    >>> syntax_problem("a + 1"), syntax_problem("a = 1\nb +")
    ('', 'line 2, column 4: Expected an expression')
    """
    if len(source) > SOURCE_MAX:
        return f"the code has {len(source):,} characters: at most {SOURCE_MAX:,}"
    if not source.strip():
        return "write at least one line"
    guarded = _UNDER + "\n".join(_INDENT + line for line in source.split("\n"))
    try:
        _monty.evaluate(guarded, {}, limit_s=CHECK_S, memory_mb=CHECK_MEMORY_MB, now=utc_now())
    except _monty.CodeError as error:
        line = max(error.line - _UNDER.count("\n"), 1) if error.line else 0
        return _where(error.message, line, max(error.column - len(_INDENT), 1))
    return ""


def code_problems(schema: Mapping[str, Any], value: Any) -> list[Problem]:
    """List what is wrong with the code in a value, in fields of the widget code.

    Code is written, never calculated: else data could say what is carried out.
    """
    found: list[Problem] = []
    for pointer, text in texts_with_widget("code", schema, value):
        calculated = "code is written as it is: take the = sign away"
        wrong = calculated if is_expression(text) else syntax_problem(text)
        if wrong:
            found.append(Problem(pointer, f"{pointer.rpartition('/')[2]}: {wrong}"))
    return found


def _output(manifest: Manifest, code: Code, ctx: Context) -> Any:
    behaviour = manifest.behaviour
    source = code.source or str(value_at(ctx.config, code.source_at))
    try:
        came = _monty.evaluate(
            source,
            _variables(code, ctx),
            limit_s=ctx.run.timeout_s or behaviour.timeout_s,
            memory_mb=behaviour.memory_mb,
            now=ctx.run.now,
        )
    except _monty.CodeError as error:
        message = f"The code stopped: {_where(error.message, error.line, error.column)}."
        raise BlockError(f"code.{error.kind}", message, retryable=error.kind in _AGAIN) from None
    for line in came.printed.splitlines():
        ctx.log.info(line)
    value = _plain(came.value)
    _check_expected(value_at(ctx.config, code.expects) if code.expects else None, value)
    return value


def _variables(code: Code, ctx: Context) -> dict[str, Any]:
    named = value_at(ctx.config, code.variables) if code.variables else {}
    found = {**(named or {}), **ctx.input, "config": dict(ctx.config)}
    for name in found:
        if not name.isidentifier():
            message = f"The code cannot read a variable called {name}: use letters, digits and _."
            raise BlockError("code.bad_name", message, retryable=False)
    return found


def _check_expected(wanted: Any, value: Any) -> None:
    if not isinstance(wanted, Mapping) or not wanted:
        return
    problems = check_profile(wanted, closed=False) or Schema(wanted).problems(value)
    if problems:
        told = "; ".join(f"{one.pointer or 'output'}: {one.message}" for one in problems[:3])
        message = f"What the code gave does not fit what is expected: {told}."
        raise BlockError("code.unexpected", message, retryable=False)


def _plain(value: Any, depth: int = 0) -> Any:
    """Give a value as JSON: tuples as lists, instants and decimals as text."""
    if depth > DEPTH_MAX:
        raise _no_data("data nested without end")
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_name(key): _plain(item, depth + 1) for key, item in value.items()}
    return _single(value)


def _single(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise _no_data(f"the number {value}")
    if isinstance(value, int) and value.bit_length() > BITS_MAX:
        raise _no_data("a number of more than 1,000 digits")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise _no_data(f"a {type(value).__name__}")


def _name(key: Any) -> str:
    if isinstance(key, str):
        return key
    raise _no_data(f"a field whose name is {key!r}, not text")


def _no_data(what: str) -> BlockError:
    message = (
        f"The code gave {what}, which cannot be handed on: give text, numbers, lists, objects."
    )
    return BlockError("code.bad_result", message, retryable=False)


def _where(message: str, line: int, column: int) -> str:
    return f"line {line}, column {column}: {message}" if line else message
