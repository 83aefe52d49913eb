"""Texts that data is put into: `= "Down: " + trigger.alarm.text` as pieces, and back.

A business user sees the text with the data in it as chips; what is kept is an expression like any
other. One that has another form is no such text and is shown as code. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from runtime.expressions.references import Token, read_path, tokens_of

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_JOINED = ".join(', ')"


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


def joined(pieces: Iterable[tuple[str, bool, str]]) -> str:
    """Write pieces as an expression; the third part is the data's kind, which says how to join it.

    >>> joined([("Down: ", False, ""), ("trigger.alarm.count", True, "number")])
    '"Down: " + string(trigger.alarm.count)'
    """
    return " + ".join(
        as_text(text, kind) if is_data else json.dumps(text, ensure_ascii=False)
        for text, is_data, kind in pieces
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
