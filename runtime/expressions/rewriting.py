"""An expression whose names changed: the steps and variables it reads are called otherwise now.

Found by the references the expression makes (`references.py`), never by searching its text: a name
in quotes, in a comment or as a field of something else stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from runtime.expressions.references import ROOTS, Token, is_field, placed_tokens

Names = Mapping[tuple[str, str], str]
"""What becomes of a name, by the variable it is read from: `{("steps", "a"): "b"}`."""


def renamed(text: str, names: Names) -> str:
    """Give the expression with the names it reads replaced.

    >>> renamed("steps.a.output.a + size('steps.a')", {("steps", "a"): "b"})
    "steps.b.output.a + size('steps.a')"
    """
    placed = placed_tokens(text)
    tokens = [token for token, _ in placed]
    found = text
    for index in reversed(range(len(tokens))):
        root = tokens[index]
        if root.kind != "name" or root.text not in ROOTS or is_field(tokens, index):
            continue
        at = _name_after(tokens, index)
        if at is None:
            continue
        new = names.get((root.text, _bare(tokens[at])))
        if new is not None:
            start, old = placed[at][1], tokens[at].text
            found = found[:start] + old.replace(_bare(tokens[at]), new) + found[start + len(old) :]
    return found


def _name_after(tokens: list[Token], index: int) -> int | None:
    """Find the first field of a variable: `.name`, `.?name` or `['name']`."""
    ahead = [one.text for one in tokens[index + 1 : index + 4]]
    if ahead[:1] == ["."]:
        at = index + (3 if ahead[1:2] == ["?"] else 2)
        return at if at < len(tokens) and tokens[at].kind in ("name", "quoted") else None
    if ahead[:1] == ["["] and ahead[2:3] == ["]"] and tokens[index + 2].kind == "text":
        return index + 2
    return None


def _bare(token: Token) -> str:
    return token.text if token.kind == "name" else token.text[1:-1]
