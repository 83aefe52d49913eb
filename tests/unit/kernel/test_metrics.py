"""Counting many at once gives what counting one by one gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from kernel.metrics import Histogram


def told(one: Histogram) -> dict[str, float]:
    return {
        f"{sample.name}{sample.labels}": sample.value
        for family in one.collect()
        for sample in family.samples
    }


@given(st.lists(st.floats(min_value=0, max_value=10_000), max_size=50))
def test_many_observations_at_once_are_as_many_one_by_one(amounts: list[float]) -> None:
    at_once, one_by_one = (
        Histogram("h", "h", registry=CollectorRegistry(), buckets=(0.1, 1, 60)) for _ in range(2)
    )

    at_once.observe_many(amounts)
    for amount in amounts:
        one_by_one.observe(amount)

    assert told(at_once) == pytest.approx(told(one_by_one))
    assert told(at_once)["h_count{}"] == len(amounts)
