"""Hidden values are left out of what an attempt tells of itself."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.presets import Hold, Preset
from blocks.sdk import LogLine
from runtime.runs.attempt import Attempted
from runtime.runs.events import Failed
from runtime.runs.withheld import SHORTEST, parted, told_without, without
from tests.support.decided import CANARY, decided_block
from tests.support.size import examples

VALUES = st.lists(st.text("abX.", min_size=SHORTEST, max_size=6), min_size=1, max_size=3)


@given(values=VALUES, around=st.text("abX. ", max_size=6))
@settings(max_examples=examples(100))
def test_no_hidden_value_is_left_in_a_text(values: list[str], around: str) -> None:
    text = around + around.join(one.upper() for one in values) + around

    told = without(text, {"values": values}).casefold()

    assert not [one for one in values if one.casefold() in told]


def test_the_error_and_the_notes_of_an_attempt_are_told_without_what_is_hidden() -> None:
    failed = Failed("lamp", 1, {"code": "http.unreachable", "message": f"{CANARY} is away."})
    done = Attempted(event=failed, logs=(LogLine("info", f"Asking {CANARY}:8443"),))

    told = told_without(done, {"host": CANARY, "ports": [8443], "on": True})

    assert isinstance(told.event, Failed)
    assert told.event.error == {"code": "http.unreachable", "message": "••• is away."}
    assert told.logs == (LogLine("info", "Asking •••:•••"),)


def test_where_nothing_is_hidden_nothing_is_touched() -> None:
    done = Attempted(event=Failed("lamp", 1, {"code": "a", "message": "b"}))

    assert told_without(done, None) is done


def test_what_is_fixed_is_in_sight_and_what_is_hidden_apart() -> None:
    some: list[Any] = [
        Preset(name="host", hold=Hold.HIDDEN, value=CANARY),
        Preset(name="port", hold=Hold.HIDDEN, has_value=False),
        Preset(name="tone", hold=Hold.FIXED, value="loud"),
    ]

    shown, apart = parted(decided_block(*some), {})

    assert (shown, apart) == ({"tone": "loud"}, {"host": CANARY, "port": 80})
    assert CANARY not in json.dumps(shown)
