"""What docs/flows.md shows can be published, and its expressions give what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from blocks.registry import standard_registry
from runtime.flows.expressions import check_expression, evaluate
from runtime.flows.validate import check_flow

PAGE = (Path(__file__).parents[4] / "docs" / "flows.md").read_text(encoding="utf-8")


def test_the_example_has_no_problems() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)

    assert check_flow(json.loads(example), standard_registry()) == []


def test_the_expressions_are_ones() -> None:
    shown = re.findall(
        r"^\| `(?:= )?((?:trigger|steps|timestamp|has|\").*?)` \|", PAGE, re.MULTILINE
    )

    assert len(shown) >= 6
    assert [text for text in shown if check_expression(text) is not None] == []


def test_the_total_is_one() -> None:
    variables: dict[str, Any] = {"steps": {"read": {"output": {"rows": [{"n": 1}, {"n": 2}]}}}}

    assert evaluate("steps.read.output.rows.map(r, r.n).sum()", variables) == 3
