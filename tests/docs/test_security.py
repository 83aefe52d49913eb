"""The page on security names files that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FILE = re.compile(r"`([a-z][\w./-]*/[\w./-]+|requirements\.lock)`")


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(_FILE.findall((ROOT / "docs" / "security.md").read_text()))

    assert len(named) > 30
    assert {one for one in named if not (ROOT / one).exists()} == set()
