"""docs/sdk.md and the SDK: what the page shows works, and what there is stands on the page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from blocks.outcomes import Emit
from blocks.sdk import BlockError, Context
from blocks.versions import SDK_VERSION, sdk_problem
from tests.unit.blocks.test_desk import Desk, done

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "sdk.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def run_of(snippet: str) -> Any:
    names: dict[str, Any] = {}
    exec(compile(snippet, "docs/sdk.md", "exec"), names)  # noqa: S102  our own page
    return names["run"]


def test_the_first_block_of_the_page_counts() -> None:
    run = run_of(SNIPPETS[0])

    def settled(most: int) -> Any:
        def with_settings(ctx: Context) -> Any:
            object.__setattr__(ctx, "config", {"most": most})
            return run(ctx)

        return done(with_settings, Desk({"silent": 2})).outcome

    assert settled(5) == Emit("done", {"silent": 3})
    with pytest.raises(BlockError, match="silent 3 times"):
        settled(2)


def test_the_coroutine_of_the_page_ends() -> None:
    assert done(run_of(SNIPPETS[1])).outcome == Emit("done", {"sum": 3})


@pytest.mark.parametrize("name", [*Context.__slots__, "progress", "cancelled"])
def test_every_ability_stands_on_the_page(name: str) -> None:
    if name == "live":  # what stands behind progress and cancelled
        return
    assert f"`ctx.{name}" in PAGE


def test_the_sdk_is_imported_alone() -> None:
    program = (
        "import sys, blocks.sdk; print(*sorted(n for n in sys.modules if n.split('.')[0] in "
        "('flask', 'sqlalchemy', 'jsonschema_rs', 'structlog', 'runtime', 'tenancy')))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert told == []


@pytest.mark.parametrize(
    ("wanted", "sdk", "said"),
    [
        ("", "1.0", ""),
        (">=1", "1.0", ""),
        (">=1.2,<2", "1.10", ""),
        (">=1.2,<2", "1.1", "newer release"),
        (">=1.2,<2", "2.0", "widen the range"),
        (">=1.2,<1.4", "1.4", "widen the range"),
        (">=2,<1", "1.5", "no version"),
    ],
)
def test_a_range_says_why_it_leaves_an_sdk_out(wanted: str, sdk: str, said: str) -> None:
    told = sdk_problem(wanted, sdk=sdk)

    assert (said in told) if said else told == ""


def test_this_sdk_has_two_numbers() -> None:
    assert re.fullmatch(r"[0-9]+\.[0-9]+", SDK_VERSION)
