"""Texts that data is put into: `= "Down: " + trigger.alarm.text` as pieces, and back.

A business user sees the text with the data in it as chips; what is kept is an expression like any
other. One that has another form is no such text and is shown as code. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from blocks.schemas import EXPRESSION_PREFIX
from designer.drafts import read_json_text
from kernel.errors import InvalidError
from runtime.expressions.references import Token, read_path, tokens_of

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_JOINED = ".join(', ')"
_PARTS = frozenset({"text", "path", "kind"})


class Piece(NamedTuple):
    """Some text as it is, or an expression that gives some."""

    text: str
    is_data: bool


def pieces_of(text: str) -> list[Piece] | None:
    r"""Take an expression (without its `= `) apart; None when it is no text with data in it.

    >>> pieces_of('"Down: " + string(trigger.alarm.count)')
    [Piece(text='Down: ', is_data=False), Piece(text='trigger.alarm.count', is_data=True)]
    >>> pieces_of("trigger.n + 1") is None
    True
    """
    found: list[Piece] = []
    for operand in _operands(tokens_of(text)):
        piece = _piece(operand)
        if piece is None:
            return None
        found.append(piece)
    return found if any(not one.is_data for one in found) else None


class Part(NamedTuple):
    """A part of a text as a page sends it: some words, or data by its path and plain kind."""

    text: str = ""
    path: str = ""
    kind: str = ""


def read_parts(sent: str) -> list[Part]:
    """Read what a page sends of a text with data in it.

    Raises:
        InvalidError: it is no JSON, or no list of parts.
    """
    found = read_json_text(sent)
    parts = found if isinstance(found, list) else [found]
    if not all(isinstance(one, dict) and _PARTS.issuperset(one) for one in parts):
        raise InvalidError("a text with data is a list of parts: text, or path and kind")
    return [Part(**{name: str(value) for name, value in one.items()}) for one in parts]


def composed(parts: Iterable[Part]) -> str:
    """Write a text with data in it: as it is where there is none, else an expression.

    >>> composed([Part("Down: "), Part(path="trigger.alarm.count", kind="number")])
    '= "Down: " + string(trigger.alarm.count)'
    >>> composed([Part("Down")]), composed([Part(path="run.id"), Part("")])
    ('Down', '= run.id')
    """
    said = [one for one in parts if one.path or one.text]
    data = [one for one in said if one.path]
    if not data:
        return "".join(one.text for one in said)
    if len(said) == 1:
        return EXPRESSION_PREFIX + data[0].path
    whole = [Part(), *said] if len(data) == len(said) else said  # text makes text of what joins it
    return EXPRESSION_PREFIX + " + ".join(
        as_text(one.path, one.kind) if one.path else json.dumps(one.text, ensure_ascii=False)
        for one in whole
    )


def as_text(path: str, kind: str) -> str:
    """Write data so that it can be joined to text; `kind` is in plain words."""
    if kind == "text":
        return path
    return path + _JOINED if kind == "list" else f"string({path})"


def _operands(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield what stands between the outermost plus signs."""
    depth, operand = 0, list[Token]()
    for token in tokens:
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if token.text == "+" and depth == 0:
            yield operand
            operand = []
        else:
            operand.append(token)
    yield operand


def _piece(operand: list[Token]) -> Piece | None:
    if len(operand) == 1 and operand[0].kind == "text":
        literal = _literal(operand[0].text)
        return None if literal is None else Piece(literal, is_data=False)
    words = [one.text for one in operand]
    if words[:2] == ["string", "("] and words[-1:] == [")"]:
        operand = operand[2:-1]
    elif words[-5:-1] == [".", "join", "(", "', '"]:
        operand = operand[:-5]
    text = "".join(one.text for one in operand)
    return Piece(text, is_data=True) if operand and read_path(text) is not None else None


def _literal(text: str) -> str | None:
    """Read a text in quotes; one with escapes that JSON has not is left to those who wrote it."""
    if text.startswith("'") and not text.startswith("'''") and "\\" not in text:
        return text[1:-1]
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, str) else None
