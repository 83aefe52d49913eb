"""Rates over several processes: counted together in Redis, and alone where it is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from runtime.limits.buckets import Rate
from runtime.limits.rates import Rates
from tests.support.redis import running_redis

NOWHERE = Redis(host="127.0.0.1", port=1, socket_timeout=0.1)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with running_redis(tmp_path_factory.mktemp("r")) as client:
        yield client


@pytest.fixture
def two(redis: Redis) -> tuple[Rates, Rates]:
    redis.flushall()
    return Rates(redis), Rates(redis)


def test_two_processes_take_from_one_bucket(two: tuple[Rates, Rates]) -> None:
    one, other = two
    rate = Rate(per_s=0.1, burst=5)

    taken = [rates.take("k", 2, rate) == 0.0 for rates in (one, other, one)]

    assert taken == [True, True, False]


def test_a_bucket_tells_when_there_is_enough_again(two: tuple[Rates, Rates]) -> None:
    rate = Rate(per_s=2, burst=4)
    two[0].take("k", 4, rate)

    first, second = (two[1].take("k", 1, rate) for _ in range(2))

    assert first == pytest.approx(0.5, abs=0.2)
    assert second == pytest.approx(1.0, abs=0.2)


def test_two_processes_share_places(two: tuple[Rates, Rates]) -> None:
    one, other = two
    entered = [
        rates.enter("k", who, 2, for_s=30) == 0.0
        for rates, who in ((one, "a"), (other, "b"), (other, "c"))
    ]

    one.leave("k", "a")

    assert entered == [True, True, False]
    assert other.enter("k", "c", 2, for_s=30) == 0.0


def test_a_place_is_free_after_its_time(two: tuple[Rates, Rates]) -> None:
    two[0].enter("k", "dead", 1, for_s=0.05)
    import time

    time.sleep(0.1)

    assert two[1].enter("k", "next", 1, for_s=1) == 0.0


def test_without_redis_each_process_counts_by_itself() -> None:
    one, other = Rates(NOWHERE), Rates(NOWHERE)
    rate = Rate(per_s=0.1, burst=1)

    taken = [rates.take("k", 1, rate) == 0.0 for rates in (one, one, other)]

    assert taken == [True, False, True]


def test_redis_is_not_asked_again_before_some_seconds_passed() -> None:
    now = [100.0]
    rates = Rates(NOWHERE, clock=lambda: now[0])
    rates.take("k", 1, Rate(per_s=1, burst=1))

    before = rates._ask_at  # noqa: SLF001  nothing else shows it
    now[0] += 1
    rates.take("k", 1, Rate(per_s=1, burst=1))

    assert before == 105.0
    assert rates._ask_at == before  # noqa: SLF001  as above
