"""Whether a schema takes all that another takes: decided in time, or taken for no."""

from __future__ import annotations

from typing import Any

import pytest

from kernel import schema
from kernel.schema import covers

MANY = {f"field_{number}": {"type": "integer", "minimum": number} for number in range(400)}
WIDE: dict[str, Any] = {"type": "object", "properties": MANY, "additionalProperties": False}
NARROW: dict[str, Any] = {**WIDE, "required": ["field_1"]}


def test_a_large_schema_covers_one_that_takes_less() -> None:
    assert covers(WIDE, NARROW)


def test_a_large_schema_covers_none_that_takes_more() -> None:
    assert not covers(NARROW, WIDE)


def test_what_takes_too_long_to_decide_is_not_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "COVERS_WITHIN_S", 0.3)
    listed = {"enum": list(range(9_000))}  # a list against a range takes the square of its length

    assert not covers(listed, {"type": "integer", "minimum": 0, "maximum": 8_999})


def test_a_pair_that_is_decided_at_once_may_list_hundreds() -> None:
    listed = {"enum": list(range(1_000))}

    assert covers(listed, {"type": "integer", "minimum": 0, "maximum": 999})
