"""How much random testing is done: little each time, much where `--nightly` was given."""

from __future__ import annotations

import os

NIGHTLY = "GARLAND_NIGHTLY"
FACTOR = 20


def examples(usual: int, *, at_night: int | None = None) -> int:
    """Give the number of examples to try: so many; at night another, or twenty times as many."""
    if not os.environ.get(NIGHTLY):
        return usual
    return at_night or usual * FACTOR
