"""Limits of steps: performed at a time over all workers, threads of one worker, calls to a host."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from blocks.sdk import MqttMessage, MqttRequest
from runtime.limits.buckets import LocalRates
from runtime.limits.rates import Rates
from runtime.runs.leased import Claim
from runtime.runs.tasks import THREADS
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.limits.conftest import Limit, make_bench

URL = "https://tickets.example.com/t"
CALL = {"call": step("http-request", config={"method": "POST", "url": URL})}


def start_calls(bench: Bench, number: int) -> list[UUID]:
    flow = bench.publish(CALL, ["hand > call"])
    runs = [bench.start(flow) for _ in range(number)]
    while bench.drain.advance_batch(now=bench.now):
        pass
    return runs


def claim_all(*benches: Bench) -> list[Claim]:
    found = []
    for bench in benches:
        while (claim := bench.pool.claim(now=bench.now)) is not None:
            found.append(claim)
    return found


def test_no_more_steps_are_performed_at_a_time_than_may(bench: Bench, limit: Limit) -> None:
    limit(steps_at_once=2)
    start_calls(bench, 4)

    first = claim_all(bench)
    bench.pool.perform(first[0])
    second = claim_all(bench)

    assert (len(first), len(second)) == (2, 1)


def test_workers_that_claim_at_the_same_moment_keep_the_limit(bench: Bench, limit: Limit) -> None:
    limit(steps_at_once=3)
    start_calls(bench, 30)
    gate = threading.Barrier(8)

    def claim(_: int) -> int:
        gate.wait(10)
        return sum(bench.pool.claim(now=bench.now) is not None for _ in range(3))

    with ThreadPoolExecutor(8) as threads:
        claimed = sum(threads.map(claim, range(8)))

    assert claimed == 3


def test_the_limit_of_one_tenant_leaves_the_steps_of_another(
    bench: Bench, limit: Limit, sessions: sessionmaker[Session]
) -> None:
    limit(steps_at_once=1)
    other = make_bench(sessions)
    start_calls(bench, 3)
    start_calls(other, 2)

    claimed = claim_all(bench)

    tenants = [claim.run.tenant_id for claim in claimed]
    assert sorted(map(tenants.count, (bench.tenant_id, other.tenant_id))) == [1, 2]


def test_one_tenant_never_holds_every_thread_of_a_worker(
    bench: Bench, sessions: sessionmaker[Session]
) -> None:
    other = make_bench(sessions)
    start_calls(bench, THREADS)
    held = []
    while (claim := bench.pool.claim(now=bench.now)) is not None:
        held.append(bench.pool.hold(claim))
    start_calls(other, 1)

    claim = bench.pool.claim(now=bench.now)

    assert len(held) == THREADS - 2
    assert claim is not None
    assert claim.run.tenant_id == other.tenant_id


def test_a_step_over_the_rate_goes_back_to_the_queue_and_uses_up_no_attempt(
    bench: Bench, limit: Limit
) -> None:
    limit(calls_per_s=1)
    clock = [0.0]
    bench.pool.rates = rates_with(clock)
    runs = start_calls(bench, 3)

    bench.go()
    before = [bench.view(run).state.value for run in runs]
    for _ in range(2):
        clock[0] += 1.001
        bench.go(after_s=1.001)

    assert before.count("succeeded") == 1
    assert {bench.view(run).state.value for run in runs} == {"succeeded"}
    assert len(bench.http.calls) == 3
    assert [len(bench.steps(run)) for run in runs] == [1, 1, 1]


def test_steps_that_wait_for_a_host_come_at_turns_of_their_own(bench: Bench, limit: Limit) -> None:
    limit(calls_per_s=1)
    clock = [0.0]
    bench.pool.rates = rates_with(clock)
    start_calls(bench, 4)
    bench.go()

    ended = []
    for _ in range(3):
        clock[0] += 1.001
        bench.go(after_s=1.001)
        ended.append(len(bench.http.calls))

    assert ended == [2, 3, 4]


def test_no_more_calls_to_a_host_are_made_at_a_time_than_may(bench: Bench, limit: Limit) -> None:
    limit(calls_at_once=1)
    start_calls(bench, 2)
    bench.http.hold = threading.Event()
    first, second = claim_all(bench)
    thread = threading.Thread(target=bench.pool.perform, args=(first,))
    thread.start()
    bench.wait_until(lambda: len(bench.http.calls) == 1)

    bench.pool.perform(second)
    made_meanwhile = len(bench.http.calls)
    bench.http.hold.set()
    thread.join(10)
    bench.go(after_s=1)

    assert made_meanwhile == 1
    assert len(bench.http.calls) == 2


def test_calls_of_one_tenant_leave_the_places_of_another(
    bench: Bench, limit: Limit, sessions: sessionmaker[Session]
) -> None:
    limit(calls_per_s=1)
    other = make_bench(sessions)
    rates = rates_with([0.0])
    bench.pool.rates = other.pool.rates = rates
    start_calls(bench, 2)
    bench.go()

    start_calls(other, 2)
    other.go()

    assert len(bench.http.calls) == 1
    assert len(other.http.calls) == 2


def test_messages_to_a_broker_take_their_turn_as_calls_do(bench: Bench, limit: Limit) -> None:
    limit(calls_per_s=1)
    broker, clock = TakingBroker(), [0.0]
    bench.pool.rates = rates_with(clock)
    bench.pool.brokers = replace(bench.pool.brokers, mqtt=broker)
    tell = step("mqtt-publish", config={"host": "broker.example", "topic": "noc"})
    flow = bench.publish({"tell": tell}, ["hand > tell"])
    for _ in range(2):
        bench.start(flow)

    bench.go()
    at_first = len(broker.taken)
    clock[0] += 1.001
    bench.go(after_s=1.001)

    assert (at_first, len(broker.taken)) == (1, 2)


class TakingBroker:
    """Takes every message, and remembers it."""

    def __init__(self) -> None:
        self.taken: list[MqttRequest] = []

    def carry(self, request: MqttRequest, /) -> MqttMessage | None:
        """Take a message."""
        self.taken.append(request)
        return None


def rates_with(clock: list[float]) -> Rates:
    rates = Rates()
    rates._local = LocalRates(lambda: clock[0])  # noqa: SLF001  the test's own time
    return rates
