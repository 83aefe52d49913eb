"""Waiting on behalf of a caller: by few, with notices or without, and not for ever."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from runtime.hooks.waiting import RunNotices, Slots, wait_until_found


def deaf() -> Redis:
    """Nobody answers there."""
    return Redis.from_url("redis://127.0.0.1:1/0")


def test_only_so_many_wait_at_a_time() -> None:
    slots, tenants = Slots(2), [uuid4() for _ in range(3)]

    with ExitStack() as held:
        assert [held.enter_context(slots.one(each)) for each in tenants] == [True, True, False]
    with slots.one(tenants[2]) as again:
        assert again


def test_one_tenant_has_half_of_the_places_at_most() -> None:
    slots, eager, other = Slots(4), uuid4(), uuid4()

    with ExitStack() as held:
        assert [held.enter_context(slots.one(eager)) for _ in range(3)] == [True, True, False]
        assert [held.enter_context(slots.one(other)) for _ in range(2)] == [True, True]


def test_room_is_given_back_when_the_caller_breaks() -> None:
    slots, tenant_id = Slots(1), uuid4()

    with pytest.raises(ZeroDivisionError), slots.one(tenant_id):
        raise ZeroDivisionError

    with slots.one(tenant_id) as has_room:
        assert has_room


def test_there_is_always_one_look() -> None:
    rests: list[float] = []

    assert wait_until_found(lambda: 7, rests.append, at_most_s=0.0) == 7
    assert wait_until_found(lambda: None, rests.append, at_most_s=0.0) is None
    assert rests == []


def test_it_looks_again_after_each_rest_until_it_is_found() -> None:
    answers: Any = iter([None, None, "there"])

    assert wait_until_found(lambda: next(answers), lambda _: None, at_most_s=10) == "there"


def test_without_redis_it_rests_shortly_and_looks_all_the_same() -> None:
    began = time.monotonic()

    with RunNotices(deaf(), uuid4()) as notices:
        found = wait_until_found(lambda: None, notices.rest, at_most_s=0.5)

    assert found is None
    assert 0.4 < time.monotonic() - began < 15


def test_a_wait_that_another_thread_ends_is_short() -> None:
    done = threading.Event()
    threading.Timer(0.2, done.set).start()

    with RunNotices(deaf(), uuid4()) as notices:
        found = wait_until_found(lambda: done.is_set() or None, notices.rest, at_most_s=20)

    assert found
