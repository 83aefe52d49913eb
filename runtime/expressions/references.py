"""Which data an expression reads, found without running it.

Used twice: a workflow is refused when an expression reads a step that does not come before it,
and only what is read is handed to the CEL library, which converts all it is given, read or not.
A path is cut short where its rest is only known while running (`steps[name]`), never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

ROOTS = ("trigger", "steps", "run", "vars", "item")

Path = tuple[str, ...]
Wanted = Mapping[str, Any]

_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|//[^\n]*)
  | (?P<raw>(?:[rR][bB]?|[bB][rR])(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*'))
  | (?P<text>[bB]?(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}
        |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
  | (?P<name>[A-Za-z_]\w*)
  | (?P<quoted>`[^`\n]*`)
  | (?P<number>0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPERANDS = frozenset({"raw", "text", "name", "quoted", "number"})
_CLOSING = frozenset(")]}")


class Token(NamedTuple):
    """One word of an expression."""

    kind: str
    text: str


NOTHING = Token("end", "")


def tokens_of(text: str) -> list[Token]:
    """Split an expression into its words; blanks and comments are left out."""
    return [token for token, _ in placed_tokens(text)]


def placed_tokens(text: str) -> list[tuple[Token, int]]:
    """Split an expression into its words, each with where it begins."""
    return [
        (Token(str(one.lastgroup), one.group()), one.start())
        for one in _TOKEN.finditer(text)
        if one.lastgroup != "skip"
    ]


def paths_read_by(text: str) -> frozenset[Path]:
    """Give the paths an expression reads, each from one of the variables.

    >>> sorted(paths_read_by("trigger.alarm.text.size() > 3 && 'steps.x' != steps['b'].output.n"))
    [('steps', 'b', 'output', 'n'), ('trigger', 'alarm', 'text')]
    """
    tokens = tokens_of(text)
    return frozenset(
        _path_from(tokens, index)
        for index, token in enumerate(tokens)
        if token.kind == "name" and token.text in ROOTS and not is_field(tokens, index)
    )


def plain_path(text: str) -> Path | None:
    """Give the path when an expression is nothing but one, such as `trigger.alarm.text`."""
    tokens = tokens_of(text)
    names, dots = tokens[::2], tokens[1::2]
    is_path = (
        len(tokens) % 2 == 1
        and names[0].text in ROOTS
        and all(one.kind == "name" for one in names)
        and all(one.text == "." for one in dots)
    )
    return tuple(one.text for one in names) if is_path else None


def read_path(text: str) -> Path | None:
    """Give the path when an expression only reads one, whether or not what is there may be absent.

    >>> read_path('steps.a.output.?tags[?"x-y"].orValue("")')
    ('steps', 'a', 'output', 'tags', 'x-y')
    >>> read_path("trigger.alarm.text + '!'")
    """
    tokens = [one for one in tokens_of(text) if one.text != "?"]
    if tokens and tokens[0].kind == "name" and tokens[0].text in ROOTS:
        path, end = _read_from(tokens, 0)
        if not tokens[end:] or _is_or_value(tokens[end:]):
            return path
    return None


def wanted_of(paths: Iterable[Path]) -> Wanted:
    """Fold paths into one tree; an empty mapping at a name means all that lies there.

    >>> wanted_of([("steps", "a", "output"), ("steps", "a"), ("run", "id")]) == {
    ...     "steps": {"a": {}}, "run": {"id": {}}}
    True
    """
    tree: dict[str, Any] = {}
    for path in sorted(set(paths), key=len, reverse=True):  # a shorter path takes in the longer
        place = tree
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = {}
    return tree


def is_field(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a name is a field of what stands before it."""
    before = index - 1
    if before >= 0 and tokens[before].text == "?":
        before -= 1
    if before < 1 or tokens[before].text != ".":
        return False
    owner = tokens[before - 1]
    return owner.kind in _OPERANDS or owner.text in _CLOSING


def _path_from(tokens: Sequence[Token], index: int) -> Path:
    return _read_from(tokens, index)[0]


def _read_from(tokens: Sequence[Token], index: int) -> tuple[Path, int]:
    """Give a path, and the place behind it."""
    path = [tokens[index].text]
    position = index + 1
    while True:
        field, after = _field_at(tokens, position)
        if field is None:
            return tuple(path), position
        path.append(field)
        position = after


def _is_or_value(tokens: Sequence[Token]) -> bool:
    """Tell whether all that is left is `.orValue(…)` with a plain value."""
    opening, closing = tokens[:3], tokens[-1:]
    is_call = [one.text for one in (*opening, *closing)] == [".", "orValue", "(", ")"]
    return is_call and not any(one.text in ("(", ")", "+") for one in tokens[3:-1])


def _field_at(tokens: Sequence[Token], position: int) -> tuple[str | None, int]:
    """Read `.name`, `.?name` or `['name']`; None where the path ends."""
    ahead = [*tokens[position : position + 4], NOTHING, NOTHING, NOTHING, NOTHING]
    if ahead[0].text == ".":
        skip = 2 if ahead[1].text == "?" else 1
        name, after = ahead[skip], ahead[skip + 1]
        if name.kind in {"name", "quoted"} and after.text != "(":
            return name.text.strip("`"), position + skip + 1
    elif ahead[0].text == "[" and ahead[1].kind == "text" and ahead[2].text == "]":
        quoted = ahead[1].text
        if "\\" not in quoted and quoted[0] in "'\"" and not quoted.startswith(('"""', "'''")):
            return quoted[1:-1], position + 3
    return None, position
