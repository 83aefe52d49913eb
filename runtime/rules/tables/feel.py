"""FEEL: cells written as DMN's unary tests, and read back from what other tools write.

Pure. Taken are literals, lists, comparisons, intervals, `not(…)`, `null`, and `contains`,
`starts with`, `ends with` of `?`. A severity has no order in FEEL, so what compares severities is
written as the list of those it takes.
"""

from __future__ import annotations

import json
import re

from runtime.rules.conditions import Op
from runtime.rules.fields import SEVERITIES, Kind, Scalar
from runtime.rules.tables.cell_text import CellError, parse_cell, write_cell, write_value
from runtime.rules.tables.cells import (
    ANY,
    Cell,
    Equals,
    Missing,
    Test,
    Textual,
    cell_holds,
)

_FUNCTIONS = {
    Op.CONTAINS: "contains",
    Op.STARTS_WITH: "starts with",
    Op.ENDS_WITH: "ends with",
}
_STRING = r'"(?:[^"\\]|\\.)*"'
_INTERVAL = r"[\[\](][^\[\](),\"]*\.\.[^\[\](),\"]*[\])\[]"
_PIECE = re.compile(rf"{_STRING}|{_INTERVAL}|[(),\[\]\"]|[^\[\](),\"]+", re.DOTALL)
_FUNCTION = re.compile(
    r"(contains|starts\s+with|ends\s+with)\s*\(\s*(\?|lower\s+case\s*\(\s*\?\s*\))\s*,\s*"
    rf"({_STRING})\s*\)",
    re.DOTALL,
)
_SOME = re.compile(
    r"some\s+(\w+)\s+in\s+\?\s+satisfies\s+contains\s*\(\s*"
    rf"(?:\1|lower\s+case\s*\(\s*\1\s*\))\s*,\s*({_STRING})\s*\)",
    re.DOTALL,
)
_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)
_NUMBER = re.compile(r"-?\s*[0-9]*\.?[0-9]+")
_RANGE = re.compile(r"[\[\](].*\.\..*[\])\[]", re.DOTALL)


def write_feel(cell: Cell, kind: Kind) -> str:
    """Write a cell as FEEL unary tests.

    >>> write_feel(parse_cell("contains LOS, a", Kind.TEXT), Kind.TEXT)
    'contains(lower case(?), "los"), "a"'
    """
    if cell.is_any:
        return "-"
    if kind is Kind.SEVERITY:
        taken = [one for one in SEVERITIES if cell_holds(cell, one)]
        cell = Cell(tuple(map(Equals, taken))) if taken else cell
    text = ", ".join(_written(test, kind) for test in cell.tests)
    return f"not({text})" if cell.negated else text


def _written(test: Test, kind: Kind) -> str:
    if isinstance(test, Missing):
        return "null"
    if isinstance(test, Equals):
        return write_literal(test.value)
    if isinstance(test, Textual):
        part = write_literal(test.part.lower())
        if kind is Kind.TEXTS:
            return f"some text in ? satisfies contains(lower case(text), {part})"
        return f"{_FUNCTIONS[test.op]}(lower case(?), {part})"
    return write_cell(Cell((test,)))


def write_literal(value: Scalar) -> str:
    """Write a value as a FEEL literal."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else write_value(value)


def read_feel(text: str, kind: Kind) -> Cell:
    """Read FEEL unary tests as a cell.

    Raises:
        CellError: naming the part that is not taken.
    """
    trimmed = text.strip()
    if trimmed in ("", "-"):
        return ANY
    negation = _NOT.fullmatch(trimmed)
    chunks = [one.strip() for one in split_list(negation[1] if negation else trimmed)]
    return Cell(tuple(_test(one, kind) for one in chunks), negation is not None)


def split_list(text: str) -> list[str]:
    """Part a list at its commas, but not within a call's brackets or a string.

    >>> split_list('(1..5], contains(?, "a,b")')
    ['(1..5]', ' contains(?, "a,b")']
    """
    found, depth = [""], 0
    for piece in _PIECE.findall(text):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "," and depth <= 0:
            found.append("")
        else:
            found[-1] += piece
    return found


def _test(chunk: str, kind: Kind) -> Test:
    if chunk == "null":
        return Missing()
    if (found := _FUNCTION.fullmatch(chunk)) and kind is Kind.TEXT:
        op = next(op for op, name in _FUNCTIONS.items() if name == " ".join(found[1].split()))
        return Textual(op, read_string(found[3]))
    if (found := _SOME.fullmatch(chunk)) and kind is Kind.TEXTS:
        return Textual(Op.CONTAINS, read_string(found[2]))
    if not _is_literal(chunk, kind):
        raise CellError(
            f"{chunk} is FEEL that is not taken: write values, comparisons, intervals, "
            "not(…), contains, starts with or ends with"
        )
    [test] = parse_cell(chunk, kind).tests
    return test


def _is_literal(chunk: str, kind: Kind) -> bool:
    """Tell whether FEEL and Garland write this the same; a bare word is a name in FEEL."""
    operand = chunk.lstrip("<>=").strip()
    if kind is Kind.NUMBER:
        return bool(_NUMBER.fullmatch(operand) or _RANGE.fullmatch(chunk))
    if kind is Kind.TRUTH:
        return chunk in ("true", "false")
    return re.fullmatch(_STRING, operand, re.DOTALL) is not None or (
        kind is Kind.SEVERITY and _RANGE.fullmatch(chunk) is not None
    )


def read_string(text: str) -> str:
    """Read a FEEL string literal.

    Raises:
        CellError: it is none.
    """
    try:
        value = json.loads(text, strict=False)
    except ValueError:
        value = None
    if not isinstance(value, str) or not value:
        raise CellError(f"{text} is no text: write it between quotation marks")
    return value


def read_literal(text: str, kind: Kind) -> str:
    """Read a FEEL literal as an output cell's text; "" where there is nothing to put out.

    Raises:
        CellError: it is something to be worked out, or of another kind.
    """
    trimmed = text.strip()
    if trimmed in ("", "-", "null", '""'):
        return ""
    is_plain = _NUMBER.fullmatch(trimmed) or trimmed in ("true", "false")
    if kind in (Kind.NUMBER, Kind.TRUTH) and is_plain:
        return trimmed
    if re.fullmatch(_STRING, trimmed, re.DOTALL):
        return read_string(trimmed)
    raise CellError(f"{trimmed} is to be worked out, which no cell does: write the value itself")


def compares_case(text: str) -> bool:
    """Tell whether a FEEL text minds the case where Garland does not."""
    return any(found[2] == "?" for found in _FUNCTION.finditer(text))
