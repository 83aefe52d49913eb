"""How much JavaScript there is: what the server and the browser do alone needs none."""

from __future__ import annotations

import re
from pathlib import Path

SCRIPTS = Path(__file__).parent.parent.parent / "static" / "js"
CODE_LINES = 5_000
MODULE_LINES = 250
_NO_CODE = re.compile(r"\s*(//|/?\*|$)")


def _modules() -> dict[str, list[str]]:
    """Give the lines of every script that browsers load, tests apart."""
    return {
        str(file.relative_to(SCRIPTS)): file.read_text(encoding="utf-8").splitlines()
        for file in sorted(SCRIPTS.rglob("*.js"))
        if not file.name.endswith(".test.js")
    }


def test_all_scripts_stay_within_five_thousand_lines_of_code() -> None:
    lines = [line for module in _modules().values() for line in module]

    assert sum(not _NO_CODE.match(line) for line in lines) < CODE_LINES


def test_no_script_is_longer_than_a_person_reads_at_once() -> None:
    assert {
        name: len(lines) for name, lines in _modules().items() if len(lines) > MODULE_LINES
    } == {}
