"""Every promise in docs/guarantees.md and docs/matching.md names a test that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
MATCHING = (ROOT / "docs" / "matching.md").read_text(encoding="utf-8")
CITED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT + MATCHING)))


@pytest.mark.parametrize(("path", "name"), CITED)
def test_a_promise_names_a_test_that_is_there(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_a_test() -> None:
    promises = [line for line in TEXT.splitlines() if line.startswith("- ")]

    assert [line for line in promises if "::test_" not in line] == []
    assert len(promises) > 10


def test_everything_that_durable_rules_is_spared_names_a_test() -> None:
    rows = [line for line in MATCHING.splitlines() if line.startswith("| ")][1:]

    assert [line for line in rows if "::test_" not in line] == []
    assert len(rows) == 16  # the table of what was found by trying it
