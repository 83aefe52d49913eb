"""What docs/flows.md shows can be published, and its expressions give what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from blocks.registry import standard_registry
from garland.cli import main
from runtime.expressions.evaluating import check_expression, evaluate
from runtime.flows.validate import check_flow

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "flows.md").read_text(encoding="utf-8")


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


def test_the_commands_shown_run() -> None:
    shown = re.findall(r"^garland (flow run .*)$", PAGE, re.MULTILINE)

    assert len(shown) == 2
    for command in shown:
        arguments = [one.replace("examples/", f"{ROOT}/examples/") for one in shlex.split(command)]
        assert CliRunner().invoke(main, arguments).exit_code == 0
