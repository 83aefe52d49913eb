"""The table of the audit's actions and the code say the same: each that is noted has words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tenancy.audit.actions import ACTIONS, GROUPS

ROOT = Path(__file__).parents[2]
FOLDERS = ("kernel", "tenancy", "blocks", "runtime", "designer", "marketplace", "garland")
NOTING = re.compile(r"_?note\w*|_told")
ACTION = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")


def noted_in(source: str) -> Iterator[str]:
    """Give the actions that a module names, where it notes any."""
    if "tenancy.audit" not in source and "note_of_person" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and NOTING.fullmatch(_name(node.func)):
            yield from _words(node.args)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp):
            yield from _words([node.value])  # one of two, chosen just before


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _words(arguments: list[ast.expr]) -> Iterator[str]:
    for argument in arguments:
        parts = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        for part in parts:
            word = part.value if isinstance(part, ast.Constant) else None
            if isinstance(word, str) and ACTION.fullmatch(word):
                yield word


def test_every_action_that_is_noted_has_words_and_the_other_way_round() -> None:
    noted = {
        action
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for action in noted_in(path.read_text(encoding="utf-8"))
    }

    assert noted == set(ACTIONS)


def test_every_action_has_a_group() -> None:
    assert {one.group for one in ACTIONS.values()} == set(GROUPS)
