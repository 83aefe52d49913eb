"""The garbage collector rests while modules are loaded and seldom stops what is set up."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from garland.memory import loading

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


def test_the_collector_rests_while_modules_are_loaded() -> None:
    with loading():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_the_collector_works_again_after_a_module_that_cannot_be_loaded() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError

    assert gc.isenabled()


def test_ten_thousand_new_objects_cost_no_round_and_old_ones_are_never_looked_at() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", LOOKED_AT], capture_output=True, text=True, check=True
    )

    assert answer.stdout.split() == ["0", "True", "True"]
