"""What a step remembers of many keys: all that fits, the latest where it does not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.abilities.desk import KEYS_MAX, VALUE_MAX_BYTES
from blocks.standard._memory import Memory, shard_of

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
YEAR_S = 365 * 86_400.0


@dataclass
class Shelf:
    """`ctx.state` and `ctx.log` in one, with the limits that Garland keeps to."""

    values: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def get(self, key: str, default: Any = None) -> Any:
        """Give what is kept."""
        return json.loads(self.values[key]) if key in self.values else default

    def set(self, key: str, value: Any) -> None:
        """Keep it, if it may be kept."""
        self.values[key] = json.dumps(value)
        assert len(self.values[key]) <= VALUE_MAX_BYTES
        assert len(self.values) <= KEYS_MAX

    def delete(self, key: str) -> None:
        """Keep it no longer."""
        del self.values[key]

    def list(self) -> list[str]:
        """List the keys."""
        return sorted(self.values)

    def info(self, message: str) -> None:
        """Remember it."""
        self.said.append(message)

    warning = info

    def of(
        self, key: str, *, after_s: float = 0, lifetime_s: float = YEAR_S, of: str = "it.1"
    ) -> Memory:
        """Give the memory of a key at some time."""
        now = NOON + timedelta(seconds=after_s)
        return Memory(self, of, key, now=now, lifetime_s=lifetime_s)

    def shard(self, name: str) -> Mapping[str, Any]:
        """Give what is kept under one of the step's keys."""
        held: Mapping[str, Any] = self.get(name)["keys"]
        return held

    def everything(self) -> Mapping[str, Any]:
        """Give what is remembered of each key."""
        return {key: one[1] for name in self.values for key, one in self.shard(name).items()}


@given(st.lists(st.tuples(st.text(max_size=300), st.integers()), max_size=30))
def test_the_last_that_was_kept_of_each_key_is_remembered(kept: list[tuple[str, int]]) -> None:
    shelf = Shelf()
    for key, value in kept:
        shelf.of(key).keep(value, shelf)

    assert {key: shelf.of(key).value for key, _ in kept} == dict(kept)
    assert shelf.said == []


def test_nothing_is_known_of_a_key_that_was_not_seen() -> None:
    assert Shelf().of("r1").value is None


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 3_000)), min_size=20, max_size=60))
def test_where_it_is_full_those_go_that_were_not_seen_for_longest(
    seen: list[tuple[int, int]],
) -> None:
    shelf, touched = Shelf(), {}
    for second, (number, size) in enumerate(seen):
        key = f"{number}" * 300  # of few shards, so that they fill up
        shelf.of(key, after_s=second).keep("x" * size * 10, shelf)
        touched[key] = second
        assert shelf.of(key).value == "x" * size * 10

    for name in shelf.values:
        kept = shelf.shard(name)
        gone = [key for key in touched if shard_of(key) == name and key not in kept]
        assert all(touched[key] < min(touched[one] for one in kept) for key in gone)


def test_ten_thousand_objects_with_a_short_note_have_room() -> None:
    shelf = Shelf()
    names = [f"zrh-{number:05}/GigabitEthernet0/0/1.100".ljust(40, "x") for number in range(10_000)]
    fullest, count = Counter(map(shard_of, names)).most_common(1)[0]

    for second, name in enumerate(one for one in names if shard_of(one) == fullest):
        shelf.of(name, after_s=second).keep({"passed": [1795780800.123], "held": 17}, shelf)

    assert (len(shelf.everything()), shelf.said) == (count, [])


def test_what_had_to_be_forgotten_is_said() -> None:
    shelf = Shelf()
    same = [key for key in map(str, range(10_000)) if shard_of(key) == shard_of("0")]
    for second, key in enumerate(same[:5]):
        shelf.of(key, after_s=second).keep("x" * 14_000, shelf)

    assert list(shelf.everything()) == same[1:5]
    (said,) = shelf.said
    assert said.startswith("There is more to remember than fits: 1 of 5 were forgotten")


def test_what_is_not_worth_remembering_any_longer_goes_without_a_word() -> None:
    shelf = Shelf()
    same = [key for key in map(str, range(10_000)) if shard_of(key) == shard_of("0")]
    shelf.of(same[0]).keep(1, shelf)
    shelf.of(same[1], after_s=61, lifetime_s=60).keep(2, shelf)

    assert (shelf.everything(), shelf.said) == ({same[1]: 2}, [])


@pytest.mark.parametrize(("after_s", "value"), [(60, 1), (61, None)])
def test_what_outlived_its_lifetime_is_known_no_more(after_s: int, value: int | None) -> None:
    shelf = Shelf()
    shelf.of("r1").keep(1, shelf)

    assert shelf.of("r1", after_s=after_s, lifetime_s=60).value == value


@pytest.mark.parametrize(
    "kept", [{"of": "other.1", "keys": {"r1": [0, 5]}}, {"r1": [0, 5]}, 7, ["r1"]]
)
def test_what_a_step_kept_as_another_block_is_not_read(kept: Any) -> None:
    shelf = Shelf({shard_of("r1"): json.dumps(kept)})

    assert shelf.of("r1").value is None
    shelf.of("r1").keep(1, shelf)
    assert (shelf.of("r1").value, shelf.of("r1", of="it.2").value) == (1, None)
