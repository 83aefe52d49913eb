"""Limits: what each may be set to, and what is said where it may not."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from kernel.errors import InvalidError
from runtime.limits.model import LIMITS, Limits, with_changes


def test_every_limit_is_explained() -> None:
    assert [one.name for one in fields(Limits)] == list(LIMITS)


def test_every_default_is_one_that_may_be_set() -> None:
    limits = Limits()

    assert with_changes(limits, {name: getattr(limits, name) for name in LIMITS}) == limits


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        pytest.param("runs_at_once", 0, "a whole number from 1 to 100,000", id="too small"),
        pytest.param("runs_at_once", 1e9, "a whole number from 1 to 100,000", id="too large"),
        pytest.param("runs_at_once", 2.5, "a whole number", id="not whole"),
        pytest.param("runs_at_once", "5", "a whole number", id="text"),
        pytest.param("runs_at_once", True, "a whole number", id="yes or no"),
        pytest.param("weight", float("nan"), "a number from 0.1 to 100", id="no number"),
        pytest.param("rums", 5, "there is no such limit", id="unknown"),
        pytest.param("events_burst", 100, "from 5,000", id="less than the largest batch"),
    ],
)
def test_what_a_limit_may_not_be_is_refused_by_name(name: str, value: Any, said: str) -> None:
    with pytest.raises(InvalidError) as refused:
        with_changes(Limits(), {name: value})

    (problem,) = refused.value.problems
    assert problem.pointer == f"/{name}"
    assert said in problem.message
