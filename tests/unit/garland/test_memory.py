"""A process that is set up is seldom stopped by Python's garbage collector."""

from __future__ import annotations

import subprocess
import sys

LOOKED_AT = """
import gc
from garland.memory import settle

def new_objects():
    return [[] for _ in range(10_000)]

settle()
rounds = []
gc.callbacks.append(lambda phase, info: rounds.append(phase))
kept = new_objects()
print(len(rounds), gc.get_freeze_count() > 1_000, gc.isenabled())
"""


def test_ten_thousand_new_objects_cost_no_round_and_old_ones_are_never_looked_at() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", LOOKED_AT], capture_output=True, text=True, check=True
    )

    assert answer.stdout.split() == ["0", "True", "True"]
