"""Cells as text: read from what a person typed, and written so that the same is read again.

Pure. The writing is the part of FEEL's unary tests that people use in DMN tables, with words for
what FEEL writes as functions: `contains los`, `starts with "ge-"`, `missing`.

>>> write_cell(parse_cell("not( < 5 , [90..100) )", Kind.NUMBER))
'not(< 5, [90..100))'
"""

from __future__ import annotations

import json
import re
from typing import Any

from runtime.rules.conditions import Op
from runtime.rules.fields import SEVERITIES, SEVERITY_RANK, Kind, Scalar, number_text, read_as
from runtime.rules.tables.cells import (
    ANY,
    ORDERED,
    Between,
    Cell,
    Compared,
    Equals,
    Missing,
    Test,
    Textual,
    rank,
)

CELL_MAX = 500
TESTS_MAX = 24
ANY_TEXT = "-"
MISSING_TEXT = "missing"

_COMPARISONS = {"<": Op.LESS_THAN, "<=": Op.AT_MOST, ">": Op.MORE_THAN, ">=": Op.AT_LEAST}
_SIGNS = {op: sign for sign, op in _COMPARISONS.items()}
_PHRASES = {
    "contains": Op.CONTAINS,
    "starts with": Op.STARTS_WITH,
    "ends with": Op.ENDS_WITH,
}
_PHRASE_OF = {op: phrase for phrase, op in _PHRASES.items()}

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_CHUNK = re.compile(rf"(?:{_QUOTED}|[^,\"])+|,|\"", re.DOTALL)
_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)
_COMPARED = re.compile(r"(<=|>=|<|>)\s*(.*)", re.DOTALL)
_BETWEEN = re.compile(r"([\[\](])\s*(.+?)\s*\.\.\s*(.+?)\s*([\[\])])", re.DOTALL)
_TEXTUAL = re.compile(r"(contains|starts\s+with|ends\s+with)\s+(.+)", re.DOTALL)
_PLAIN = re.compile(r"[^\W_][\w ./:#+*&@%-]*", re.ASCII)
_RESERVED = re.compile(r"(missing|not|(contains|starts\s+with|ends\s+with)\s.*)", re.DOTALL)


class CellError(ValueError):
    """The text is no cell of this kind; the message names what is wrong and the remedy."""


def parse_cell(text: str, kind: Kind) -> Cell:
    """Read a cell's text.

    Raises:
        CellError: naming what is wrong and how to write it.
    """
    if len(text) > CELL_MAX:
        raise CellError(f"it has over {CELL_MAX} characters: spread it over several rows")
    trimmed = text.strip()
    if trimmed in ("", ANY_TEXT):
        return ANY
    negation = _NOT.fullmatch(trimmed)
    chunks = _chunks(negation[1] if negation else trimmed)
    if len(chunks) > TESTS_MAX:
        raise CellError(f"it lists over {TESTS_MAX} values: spread them over several rows")
    return Cell(tuple(_test(chunk, kind) for chunk in chunks), negation is not None)


def _chunks(text: str) -> list[str]:
    found = [""]
    for piece in _CHUNK.findall(text):
        if piece == '"':
            raise CellError('a quotation mark is not closed: write "…" round the text')
        if piece == ",":
            found.append("")
        else:
            found[-1] += piece
    chunks = [chunk.strip() for chunk in found]
    if "" in chunks or ANY_TEXT in chunks:
        raise CellError("a value is missing between commas or brackets: write it or take it away")
    return chunks


def _test(chunk: str, kind: Kind) -> Test:
    if chunk == MISSING_TEXT:
        return Missing()
    if kind in (Kind.TEXT, Kind.TEXTS) and (found := _TEXTUAL.fullmatch(chunk)):
        return Textual(_PHRASES[" ".join(found[1].split())], _text(found[2]))
    if found := _COMPARED.fullmatch(chunk):
        _demand_order(kind, chunk)
        return Compared(_COMPARISONS[found[1]], _value(found[2], kind))
    if found := _BETWEEN.fullmatch(chunk):
        _demand_order(kind, chunk)
        return _between(found, kind)
    if kind is Kind.TEXTS:
        raise CellError(f"{chunk} compares a whole list: write contains {chunk}")
    return Equals(_value(chunk, kind))


def _demand_order(kind: Kind, chunk: str) -> None:
    if kind not in ORDERED:
        raise CellError(
            f"{chunk} needs a number or a severity: write a value, or contains, starts with, "
            'ends with; a text that begins like this goes between "…"'
        )


def _between(found: re.Match[str], kind: Kind) -> Between:
    low, high = _value(found[2], kind), _value(found[3], kind)
    if rank(low) > rank(high):
        raise CellError(f"{found[0]} ends before it begins: write the smaller value first")
    return Between(low, high, with_low=found[1] == "[", with_high=found[4] == "]")


def _value(text: str, kind: Kind) -> Scalar:
    """Read one value of a kind; the refusal says how one is written."""
    if kind is Kind.TEXT:
        return _text(text)
    trimmed = _text(text) if text.startswith('"') else text.strip()
    if kind is Kind.SEVERITY:
        if trimmed not in SEVERITY_RANK:
            raise CellError(f"{text} is no severity: use one of {', '.join(SEVERITIES)}")
        return trimmed
    taken = read_as(trimmed, kind)
    if not isinstance(taken, bool | float):
        wanted = "number: write it like 90 or 2.5" if kind is Kind.NUMBER else "true or false"
        raise CellError(f"{text} is not {'a ' if kind is Kind.NUMBER else ''}{wanted}")
    return taken


def _text(written: str) -> str:
    value: Any = written.strip()
    if value.startswith('"'):
        try:
            value = json.loads(value, strict=False)
        except ValueError:
            raise CellError(
                f"{written} is no text: write one text between quotation marks, and "
                '\\" for a quotation mark within'
            ) from None
    elif '"' in value:
        raise CellError(f'{written} has a quotation mark within: write "…" round the whole text')
    taken = read_as(value, Kind.TEXT)
    if not isinstance(taken, str):
        raise CellError(f"a text is empty: write {MISSING_TEXT} to ask for no value")
    return taken


def write_cell(cell: Cell) -> str:
    """Write a cell as text; `parse_cell` reads the same cell from it."""
    if cell.is_any:
        return ANY_TEXT
    text = ", ".join(map(write_test, cell.tests))
    return f"not({text})" if cell.negated else text


def write_test(test: Test) -> str:
    """Write one test."""
    match test:
        case Missing():
            return MISSING_TEXT
        case Equals(value):
            return write_value(value)
        case Compared(op, value):
            return f"{_SIGNS[op]} {write_value(value)}"
        case Textual(op, part):
            return f"{_PHRASE_OF[op]} {write_value(part)}"
        case Between(low, high, with_low, with_high):
            begins, ends = "[" if with_low else "(", "]" if with_high else ")"
            return f"{begins}{write_value(low)}..{write_value(high)}{ends}"


def write_value(value: Scalar) -> str:
    """Write a value: a text as it is where it can be taken for nothing else, or in quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    is_plain = _PLAIN.fullmatch(value) and value == value.strip() and ".." not in value
    if is_plain and not _RESERVED.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)
