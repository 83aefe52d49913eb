"""API calls in a real Redis: counted over all processes, made facts once, refused in time."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.use.calls import CALLS, Calls
from runtime.use.quotas import QuotaReachedError, count_call
from runtime.use.reading import used_on
from runtime.use.recording import API_CALLS, day_of
from runtime.use.rounds import UseRounds
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.plans import on_plan
from tests.factories.tenancy import make_customer
from tests.support.redis import running_redis

Sessions = sessionmaker[Session]
OPEN = "garland:use:minutes"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with running_redis(tmp_path_factory.mktemp("redis")) as redis:
        yield redis


@pytest.fixture
def redis(server: Redis) -> Redis:
    server.flushall()
    return server


@pytest.fixture
def acme(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        return make_customer(session, "Acme")


def let_minutes_pass(redis: Redis, number: int = 5) -> None:
    """Move what was counted into minutes that are long over."""
    for said in redis.smembers(OPEN):
        minute = int(said)
        redis.srem(OPEN, minute)
        redis.rename(f"garland:use:minute:{minute}", f"garland:use:minute:{minute - number}")
        redis.sadd(OPEN, minute - number)


def told(calls: Calls) -> list[dict[UUID, int]]:
    return [dict(counted) for _, counted in calls.settled()]


def test_what_two_processes_count_is_one_number(redis: Redis) -> None:
    one, other, tenant = Calls(redis), Calls(redis), uuid4()

    let_in = [each.count(tenant, floor=0, most=3) for each in (one, other, one, other)]

    assert let_in == [True, True, True, False]


def test_many_at_the_same_moment_are_let_in_up_to_the_limit(redis: Redis) -> None:
    tenant, ready, let_in = uuid4(), Barrier(8), list[bool]()

    def ask() -> None:
        calls = Calls(redis)
        ready.wait()
        let_in.extend(calls.count(tenant, floor=0, most=20) for _ in range(5))

    threads = [Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (sum(let_in), len(let_in)) == (20, 40)


def test_what_redis_forgot_the_database_knows(redis: Redis) -> None:
    assert Calls(redis).count(uuid4(), floor=3, most=3) is False
    assert Calls(redis).count(uuid4(), floor=2, most=3) is True


def test_a_call_that_is_refused_is_not_counted(redis: Redis) -> None:
    calls, tenant = Calls(redis), uuid4()
    for _ in range(3):
        calls.count(tenant, floor=0, most=1)

    let_minutes_pass(redis)

    assert told(calls) == [{tenant: 1}]


def test_a_minute_is_told_once_it_is_over_and_until_it_is_forgotten(redis: Redis) -> None:
    calls, tenant = Calls(redis), uuid4()
    calls.count(tenant, floor=0, most=None)

    running = told(calls)
    let_minutes_pass(redis)
    over = told(calls)
    for at, _ in calls.settled():
        calls.forget(at)

    assert (running, over, told(calls)) == ([], [{tenant: 1}], [])


def test_calls_that_were_let_in_without_redis_are_counted_at_the_next_one(redis: Redis) -> None:
    now, tenant = [0.0], uuid4()
    away = Redis(host="127.0.0.1", port=1, socket_timeout=0.1)
    calls = Calls(away, clock=lambda: now[0])
    let_in = [calls.count(tenant, floor=0, most=1) for _ in range(3)]
    now[0] = 10.0
    away.connection_pool = redis.connection_pool  # it is back

    let_in.append(calls.count(tenant, floor=0, most=10))
    let_minutes_pass(redis)

    assert let_in == [True] * 4
    assert told(calls) == [{tenant: 4}]


def test_the_scheduler_makes_each_minute_a_fact_once_though_it_dies_in_between(
    redis: Redis, sessions: Sessions, acme: OrganisationView, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Calls(redis)
    for _ in range(7):
        calls.count(acme.id, floor=0, most=None)
    let_minutes_pass(redis)
    ((at, _),) = calls.settled()
    dying = Calls(redis)
    monkeypatch.setattr(dying, "forget", lambda _: None)  # before Redis forgets

    for each in (dying, calls, calls):
        UseRounds(sessions, sessions, each).flush_calls()

    with sessions() as session, as_tenant(session, acme.id):
        assert used_on(session, acme.id, API_CALLS, day_of(at)) == 7
    assert told(calls) == []


def test_over_the_days_quota_a_call_is_refused_and_says_until_when(
    redis: Redis, sessions: Sessions, acme: OrganisationView
) -> None:
    sessions.configure(info={**sessions.kw.get("info", {}), CALLS: Calls(redis)})
    with sessions.begin() as session:
        on_plan(session, acme, quotas={"api_calls_a_day": 2})
    with sessions() as session, as_tenant(session, acme.id):
        for _ in range(2):
            count_call(session, acme.id, now=utc_now())

        with pytest.raises(QuotaReachedError) as refused:
            count_call(session, acme.id, now=utc_now())

    assert refused.value.detail["limit"] == "api_calls_a_day"
